//! `set-preferences`

use serde_json::{Value, json};
use support::{PASSWORD, Platform};

const PATH: &str = "/api/preferences";

#[tokio::test]
async fn preferences_are_shared_by_a_users_devices_and_nobody_else() {
    let platform = Platform::bare().await;
    let phone = platform.register("ann@example.com").await;
    let television = platform.sign_in("ann@example.com", PASSWORD).await;
    let other = platform.register("bob@example.com").await;
    let all = json!({
        "captions": true, "caption_language": "de", "audio_language": "pt-BR", "speed": 1.25, "volume": 0.4,
        "autoplay": false, "interface_language": "fr",
    });

    let set = phone.patch(PATH, all.clone()).await;

    assert_eq!((set.status(), set.data()), (200, &all), "{set}");
    assert_eq!(platform.round_trips(&set, "dynamodb"), 2);
    assert_eq!(television.get(PATH).await.data(), &all);
    assert_eq!(other.get(PATH).await.data()["captions"], false);
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_null_clears_a_language() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ann@example.com").await;
    viewer.patch(PATH, json!({ "captions": true, "caption_language": "en", "volume": 0.5 })).await;

    let cleared = viewer.patch(PATH, json!({ "caption_language": null, "speed": 2 })).await;

    assert_eq!(cleared.status(), 200, "{cleared}");
    let now = viewer.get(PATH).await;
    assert_eq!(cleared.data(), now.data());
    let preference = |field: &str| now.data()[field].clone();
    assert_eq!((preference("captions"), preference("caption_language")), (json!(true), Value::Null));
    assert_eq!(
        (preference("volume"), preference("speed"), preference("autoplay")),
        (json!(0.5), json!(2.0), json!(true))
    );
    let nothing = viewer.patch(PATH, json!({})).await;
    assert_eq!((nothing.status(), nothing.data()), (200, now.data()));
    assert_eq!(platform.round_trips(&nothing, "dynamodb"), 1, "nothing is written");
}

#[tokio::test]
async fn two_devices_can_set_different_fields_concurrently() {
    let platform = Platform::bare().await;
    let phone = platform.register("ann@example.com").await;
    let television = platform.sign_in("ann@example.com", PASSWORD).await;
    for round in 0..5 {
        let volume = f64::from(round) / 10.0;
        let speed = 1.0 + f64::from(round) / 4.0;
        let (one, other) = tokio::join!(
            phone.patch(PATH, json!({ "volume": volume })),
            television.patch(PATH, json!({ "speed": speed })),
        );
        assert_eq!((one.status(), other.status()), (200, 200), "{one} {other}");
        let now = phone.get(PATH).await;
        assert_eq!((&now.data()["volume"], &now.data()["speed"]), (&json!(volume), &json!(speed)), "round {round}");
    }
}

#[tokio::test]
async fn every_field_has_a_range_and_a_refused_patch_changes_nothing() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ann@example.com").await;
    viewer.patch(PATH, json!({ "captions": true })).await;
    let before = viewer.get(PATH).await.data().clone();
    for (field, values) in [
        ("speed", vec![json!(0), json!(0.24), json!(4.01), json!(1e300), json!("fast"), Value::Null]),
        ("volume", vec![json!(-0.01), json!(1.01), json!(1e300), json!(true), Value::Null]),
        ("captions", vec![json!("yes"), json!(1), Value::Null]),
        ("autoplay", vec![json!("no"), Value::Null]),
        ("caption_language", vec![json!(""), json!("e"), json!("en_US"), json!("en-"), json!("\u{202e}en"), json!(7)]),
        ("audio_language", vec![json!("english"), json!("en\n"), json!("x".repeat(3_000))]),
        ("interface_language", vec![json!("de "), json!("en\u{0}"), json!("en-aaaaaaaaa")]),
        ("theme", vec![json!("dark")]),
    ] {
        for value in values {
            let refused = viewer.patch(PATH, json!({ "captions": false, field: value })).await;
            assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{field} {value}: {refused}");
            assert_eq!(refused.details()[0]["field"], field, "{refused}");
        }
    }
    assert_eq!(viewer.get(PATH).await.data(), &before);
}

#[tokio::test]
async fn a_number_too_precise_for_the_table_is_rounded() {
    let platform = Platform::bare().await;
    let viewer = platform.register("ann@example.com").await;

    let set = viewer.patch(PATH, json!({ "volume": 1e-140, "speed": 1.3333333333333 })).await;

    assert_eq!(set.status(), 200, "{set}");
    assert_eq!((&set.data()["volume"], &set.data()["speed"]), (&json!(0.0), &json!(1.33)));
}
