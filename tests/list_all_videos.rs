//! `GET /api/admin/videos`

use serde_json::json;
use support::Platform;

#[tokio::test]
async fn an_operator_sees_every_video_newest_first() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for number in 0..5 {
        let video = json!({ "title": format!("Film {number}") });
        match number % 2 {
            0 => platform.new_video(&admin, video).await,
            _ => platform.ready_video(&admin, video).await,
        };
    }
    let titles = |answer: &support::Answer| -> Vec<String> {
        assert_eq!(answer.status(), 200, "{answer}");
        let titles = answer.data().as_array().expect("a list").iter();
        titles.map(|video| video["title"].as_str().expect("a title").to_owned()).collect()
    };

    let first = admin.get("/api/admin/videos?limit=3").await;
    assert_eq!(titles(&first), ["Film 4", "Film 3", "Film 2"]);
    let cursor = first.next_cursor().expect("more");
    let second = admin.get(&format!("/api/admin/videos?limit=2&cursor={cursor}")).await;
    assert_eq!((titles(&second), second.next_cursor()), (vec!["Film 1".to_owned(), "Film 0".to_owned()], None));
    assert_eq!(titles(&admin.get("/api/admin/videos?status=ready").await), ["Film 3", "Film 1"]);
    let one = admin.get("/api/admin/videos?status=ready&limit=1").await;
    let next = admin.get(&format!("/api/admin/videos?status=ready&cursor={}", one.next_cursor().expect("more"))).await;
    assert_eq!((titles(&one), titles(&next)), (vec!["Film 3".to_owned()], vec!["Film 1".to_owned()]));

    let crossed = admin.get(&format!("/api/admin/videos?status=ready&cursor={cursor}")).await;
    assert_eq!(crossed.code(), "INVALID_CURSOR");
    assert_eq!(admin.get("/api/admin/videos?status=gone").await.code(), "VALIDATION_ERROR");
    let viewer = platform.register("a@viewers.test").await;
    assert_eq!(viewer.get("/api/admin/videos").await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn the_trailers_of_a_title_are_listed_newest_first() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.ready_video(&admin, json!({ "title": "Film" })).await;
    let series = platform.new_series(&admin, "Series").await;
    let other = platform.ready_video(&admin, json!({ "title": "Other film" })).await;
    for (title, of) in [("First", &film), ("Of the series", &series), ("Second", &film)] {
        platform.new_video(&admin, json!({ "title": title, "trailer_of": of })).await;
    }
    let listed = async |query: &str| -> Vec<String> {
        let answer = admin.get(&format!("/api/admin/videos?{query}")).await;
        assert_eq!(answer.status(), 200, "{answer}");
        let titles = answer.data().as_array().expect("a list").iter();
        titles.map(|video| video["title"].as_str().expect("a title").to_owned()).collect()
    };

    assert_eq!(listed(&format!("trailer_of={film}")).await, ["Second", "First"]);
    assert_eq!(listed(&format!("trailer_of={series}")).await, ["Of the series"]);
    assert!(listed(&format!("trailer_of={other}")).await.is_empty());
    assert!(listed(&format!("trailer_of={film}&status=ready")).await.is_empty());
    let first = admin.get(&format!("/api/admin/videos?trailer_of={film}&limit=1")).await;
    let cursor = first.next_cursor().expect("more");
    assert_eq!(listed(&format!("trailer_of={film}&cursor={cursor}")).await, ["First"]);
    let crossed = admin.get(&format!("/api/admin/videos?trailer_of={series}&cursor={cursor}")).await;
    assert_eq!(crossed.code(), "INVALID_CURSOR", "a cursor belongs to its title");
    assert_eq!(admin.get("/api/admin/videos?trailer_of=nothing").await.code(), "VALIDATION_ERROR");
}

#[tokio::test]
async fn an_operator_finds_videos_by_words_of_their_texts_and_by_their_series() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let series = platform.new_series(&admin, "Häfen der Welt").await;
    platform.ready_video(&admin, json!({ "title": "Zeta", "description": "A storm over Crète" })).await;
    platform.new_video(&admin, json!({ "title": "Arrival", "series_id": series })).await;
    platform.new_video(&admin, json!({ "title": "Zeta returns", "description": "Calm" })).await;
    let listed = async |query: &str| -> Vec<String> {
        let answer = admin.get(&format!("/api/admin/videos?{query}")).await;
        assert_eq!(answer.status(), 200, "{answer}");
        let titles = answer.data().as_array().expect("a list").iter();
        titles.map(|video| video["title"].as_str().expect("a title").to_owned()).collect()
    };

    assert_eq!(listed("q=ZETA").await, ["Zeta returns", "Zeta"]);
    assert_eq!(listed("q=crete%20zeta").await, ["Zeta"], "the words may be in different texts");
    assert_eq!(listed("q=hafen").await, ["Arrival"], "the title of its series counts");
    assert!(listed("q=hafen%20zeta").await.is_empty());
    assert_eq!(listed("q=zeta&status=ready").await, ["Zeta"]);
    assert_eq!(listed("q=%20").await.len(), 3, "an empty search field does not filter");
    assert_eq!(listed(&format!("series_id={series}")).await, ["Arrival"]);
    assert!(listed(&format!("series_id={series}&status=ready")).await.is_empty());
    let first = admin.get("/api/admin/videos?q=zeta&limit=1").await;
    let cursor = first.next_cursor().expect("more");
    assert_eq!(listed(&format!("q=zeta&cursor={cursor}")).await, ["Zeta"]);
    assert_eq!(admin.get(&format!("/api/admin/videos?q=calm&cursor={cursor}")).await.code(), "INVALID_CURSOR");
    for invalid in ["series_id=nothing".to_owned(), format!("q={}", "a".repeat(201))] {
        assert_eq!(admin.get(&format!("/api/admin/videos?{invalid}")).await.code(), "VALIDATION_ERROR", "{invalid}");
    }
}
