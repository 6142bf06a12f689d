//! `update-home`: an operator's choices appear on every home screen.

use crate::add_watchlist::videos;
use crate::update_progress::report;
use serde_json::{Value, json};
use support::{DEMO_PASSWORD, Platform};

const PATH: &str = "/api/admin/home";

#[tokio::test]
async fn a_featured_title_and_the_order_of_the_shelves_are_on_every_home_screen() {
    let platform = Platform::start().await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let viewer = platform.sign_in("premium@marquee.test", DEMO_PASSWORD).await;
    let film = videos(&platform, 14).await.pop().expect("a film");
    let categories = platform.anyone().get("/api/categories").await;
    let largest = categories.data().as_array().expect("categories").iter().max_by_key(|one| one["count"].as_u64());
    let category = largest.expect("a category")["category"].as_str().expect("a name").to_uppercase();
    let layout = json!({ "featured_id": film, "shelves": [{ "kind": "category", "category": category }, { "kind": "popular" }] });

    let set = admin.put(PATH, layout.clone()).await;

    assert_eq!((set.status(), set.data()), (200, &layout), "{set}");
    assert_eq!(platform.round_trips(&set, "dynamodb"), 2, "{:?}", platform.calls(&set));
    assert_eq!(admin.get(PATH).await.data(), &layout);
    let home = viewer.get("/api/home").await;
    assert_eq!(home.data()["hero"]["video"]["id"], json!(film), "{home}");
    assert_eq!(home.data()["hero"]["reason"], "featured");
    let kinds: Vec<&Value> =
        home.data()["shelves"].as_array().expect("shelves").iter().map(|shelf| &shelf["kind"]).collect();
    assert_eq!(kinds, ["category", "popular"], "{home}");
    report(&viewer, &film, json!({ "progress": 9.0 })).await;
    let home = viewer.get("/api/home").await;
    assert_ne!(home.data()["hero"]["video"]["id"], json!(film), "it was watched: {home}");

    let again = admin.put(PATH, layout.clone()).await;
    assert_eq!((again.status(), platform.round_trips(&again, "dynamodb")), (200, 1), "nothing is written: {again}");
    let series = platform.anyone().get("/api/series").await.data()[0].clone();
    let other = admin.put(PATH, json!({ "featured_id": series["id"], "shelves": [] })).await;
    assert_eq!(other.status(), 200, "{other}");
    let home = viewer.get("/api/home").await;
    assert_eq!(home.data()["hero"]["video"]["series"]["id"], series["id"], "{home}");
    let audit = admin.get("/api/admin/audit").await;
    let entries = audit.data().as_array().expect("entries").iter().filter(|one| one["action"] == "home.update");
    let entries: Vec<&Value> = entries.collect();
    assert_eq!(entries.len(), 2, "{audit}");
    assert_eq!((&entries[0]["before"], &entries[0]["after"]["featured_id"]), (&layout, &series["id"]), "{audit}");
}

#[tokio::test]
async fn a_layout_as_it_is_read_is_accepted_after_its_featured_title_was_deleted() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({ "category": "Rare" })).await;
    let series = platform.new_series(&admin, "A series").await;
    let shelves = json!([{ "kind": "category", "category": "Rare" }]);
    for (featured, path) in
        [(&film, format!("/api/admin/videos/{film}")), (&series, format!("/api/admin/series/{series}"))]
    {
        let layout = json!({ "featured_id": featured, "shelves": shelves });
        assert_eq!(admin.put(PATH, layout.clone()).await.status(), 200);
        assert_eq!(admin.get(PATH).await.data(), &layout);
        let deleted = admin.delete(&path).await;
        assert_eq!(deleted.status(), 200, "{deleted}");

        let read = admin.get(PATH).await;
        assert_eq!(read.data(), &json!({ "featured_id": null, "shelves": shelves }), "{read}");
        let set = admin.put(PATH, read.data().clone()).await;
        assert_eq!((set.status(), set.data()), (200, read.data()), "the category has no titles any more: {set}");
    }
}

#[tokio::test]
async fn invalid_choices_are_refused_and_change_nothing() {
    let platform = Platform::start().await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let shelf = |kind: &str| json!({ "kind": kind });
    let film = admin.get("/api/videos?limit=1").await.data()[0]["id"].clone();
    let trailer = platform.published_video(&admin, json!({ "title": "The trailer", "trailer_of": film })).await;
    let many: Vec<Value> =
        (0..13).map(|number| json!({ "kind": "category", "category": format!("Category {number}") })).collect();
    for body in [
        json!({}),
        json!({ "shelves": [], "featured_id": "1" }),
        json!({ "shelves": [], "featured_id": "0197a000-0000-7000-8000-000000000001" }),
        json!({ "shelves": [], "featured_id": trailer }),
        json!({ "shelves": [], "hero": null }),
        json!({ "shelves": [shelf("other")] }),
        json!({ "shelves": [shelf("category")] }),
        json!({ "shelves": [{ "kind": "new", "category": "Drama" }] }),
        json!({ "shelves": [shelf("new"), shelf("new")] }),
        json!({ "shelves": [{ "kind": "category", "category": "Drama" }, { "kind": "category", "category": "DRAMA" }] }),
        json!({ "shelves": many }),
        json!({ "shelves": [{ "kind": "category", "category": "" }] }),
    ] {
        let refused = admin.put(PATH, body.clone()).await;
        assert_eq!((refused.status(), refused.code()), (400, "VALIDATION_ERROR"), "{body}: {refused}");
    }
    assert_eq!(admin.get(PATH).await.data(), &json!({ "featured_id": null, "shelves": [] }));
    let audit = admin.get("/api/admin/audit").await;
    assert!(!audit.text().contains("home.update"), "{audit}");
}

#[tokio::test]
async fn of_two_concurrent_changes_one_is_refused_or_follows_the_other() {
    let platform = Platform::start().await;
    let admin = platform.sign_in("admin@marquee.test", DEMO_PASSWORD).await;
    let layouts = ["new", "popular"].map(|kind| json!({ "shelves": [{ "kind": kind }] }));
    let (one, other) = tokio::join!(admin.put(PATH, layouts[0].clone()), admin.put(PATH, layouts[1].clone()));
    let statuses = [one.status(), other.status()];
    assert!(statuses.contains(&200) && statuses.iter().all(|status| [200, 409].contains(status)), "{one} {other}");
    let audit = admin.get("/api/admin/audit").await;
    let changes = audit.data().as_array().expect("entries").iter().filter(|one| one["action"] == "home.update").count();
    assert_eq!(changes, statuses.iter().filter(|status| **status == 200).count(), "each change has an entry: {audit}");
}
