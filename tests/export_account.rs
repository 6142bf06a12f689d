//! `export-account`: whatever a table holds about a user, the export has.

use crate::delete_account::{delete, id_of, traces};
use serde_json::{Value, json};
use support::billing::{deliver_events, platform_without_trial};
use support::{PASSWORD, Platform, Viewer};

async fn export(viewer: &Viewer) -> Value {
    let answer = viewer.get("/api/account/export").await;
    assert_eq!(answer.status(), 200, "{answer}");
    answer.data().clone()
}

/// Why a row about a user is not in the export, for the rows that are left out on purpose.
fn excluded(row: &Value) -> Option<&'static str> {
    let text = |name: &str| row[name]["S"].as_str().unwrap_or_default();
    let starts = |name: &str, prefix: &str| text(name).starts_with(prefix);
    match () {
        () if starts("pk", "EMAIL#") => Some("the guard of the address: its hash of the password is a secret"),
        () if starts("pk", "TOKEN#") => Some("the hash of a link's token is a secret"),
        () if starts("pk", "PLAYBACK#") => {
            Some("a view, of which the metrics are made; the history has what was watched")
        }
        () if starts("pk", "EVENT#") => Some("the mark of a webhook that was processed"),
        () if starts("pk", "MARK#") => Some("the mark of a webhook that was processed"),
        () if text("video_id") == "COUNT" => Some("the number of rows of the watchlist"),
        () => None,
    }
}

/// The sections of the export that hold the rows of a table.
fn sections(platform: &Platform, table: &str) -> &'static [&'static str] {
    let name = |setting: &str| platform.setting("export-account", setting);
    let all: [(&str, &[&str]); 10] = [
        ("USERS_TABLE", &["user", "notes"]),
        ("SUBSCRIPTIONS_TABLE", &["subscription", "customers"]),
        ("BILLING_EVENTS_TABLE", &["payments"]),
        ("SESSIONS_TABLE", &["sessions", "known_devices"]),
        ("WATCH_HISTORY_TABLE", &["watch_history"]),
        ("WATCHLIST_TABLE", &["watchlist"]),
        ("STREAMS_TABLE", &["streams"]),
        ("PREFERENCES_TABLE", &["preferences"]),
        ("MAIL_TABLE", &["emails"]),
        ("AUDIT_TABLE", &["audit"]),
    ];
    all.iter().find(|(setting, _)| name(setting) == table).map_or(&[], |(_, sections)| sections)
}

/// How many rows sections of the export have.
fn exported(export: &Value, sections: &[&str]) -> usize {
    let rows = sections.iter().map(|section| match &export[*section] {
        Value::Null => 0,
        Value::Array(rows) => rows.len(),
        _ => 1,
    });
    rows.sum()
}

/// A member who has left traces in every table, and an operator who has written about them.
async fn member(platform: &Platform) -> (Viewer, Viewer) {
    let admin = platform.admin().await;
    let viewer = platform.subscriber("premium").await;
    let id = id_of(&viewer).await;
    let films = [
        platform.published_video(&admin, json!({ "title": "One", "required_plan": "basic" })).await,
        platform.published_video(&admin, json!({ "title": "Two", "required_plan": "basic" })).await,
    ];
    for film in &films {
        viewer.put(&format!("/api/watchlist/{film}"), json!({})).await;
        viewer.put(&format!("/api/videos/{film}/watched"), json!({})).await;
    }
    let playing = viewer.play(&films[0]).await;
    let report = json!({ "progress": 3.5, "playback_session_id": playing.data()["playback_session_id"] });
    viewer.put(&format!("/api/videos/{}/progress", films[0]), report).await;
    viewer.patch("/api/preferences", json!({ "speed": 1.5 })).await;
    let gift = json!({ "plan_type": "premium", "reason": "a prize" });
    admin.post(&format!("/api/admin/members/{id}/comp"), gift).await;
    let edit = json!({ "notes": "Likes silent films.", "name": "Ada", "reason": "they called" });
    let edited = admin.patch(&format!("/api/admin/members/{id}"), edit).await;
    assert_eq!(edited.status(), 200, "{edited}");
    viewer.patch("/api/auth/me", json!({ "email": "new@viewers.test", "password": PASSWORD })).await;
    platform.sign_in(viewer.email(), PASSWORD).await;
    platform.advance(600).await;
    (viewer, admin)
}

#[tokio::test]
async fn no_table_has_a_row_about_a_user_that_the_export_lacks() {
    let platform = platform_without_trial().await;
    let (viewer, admin) = member(&platform).await;
    let (id, admin_id) = (id_of(&viewer).await, id_of(&admin).await);

    let export = export(&viewer).await;

    let limits = platform.setting("export-account", "RATE_LIMITS_TABLE");
    let mut rows = Vec::new();
    for text in [id.as_str(), viewer.email(), "new@viewers.test"] {
        rows.extend(traces(&platform, text).await);
    }
    let customers =
        traces(&platform, &format!("CUST#{}", export["user"]["stripe_customer_id"].as_str().expect("one"))).await;
    rows.extend(customers);
    let mut tables = std::collections::BTreeMap::<String, Vec<Value>>::new();
    for (table, row) in rows {
        // Counters of requests, which are gone within hours.
        let of_table = tables.entry(table.clone()).or_default();
        if table != limits && excluded(&row).is_none() && !of_table.contains(&row) {
            of_table.push(row);
        }
    }
    assert!(tables.len() >= 11, "the member left traces in all tables: {:?}", tables.keys());
    for (table, rows) in tables.iter().filter(|(table, _)| **table != limits) {
        let found = exported(&export, sections(&platform, table));
        assert!(found >= rows.len(), "{table}: {found} of {} rows: {rows:#?}", rows.len());
    }
    let text = export.to_string();
    for secret in ["argon2", "password_hash", &admin_id] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert_eq!(export["notes"], "Likes silent films.");
    assert_eq!(export["streams"][0]["progress"], 3.5, "the position that only the lease has");
    assert_eq!(export["watchlist"].as_array().map(Vec::len), Some(2), "without the row that counts");
    let actors: Vec<_> = export["audit"].as_array().expect("entries").iter().map(|entry| &entry["actor"]).collect();
    assert_eq!(actors, [&json!("operator"), &json!("operator")]);
}

#[tokio::test]
async fn an_export_has_nothing_about_anybody_else() {
    let platform = platform_without_trial().await;
    let (viewer, _) = member(&platform).await;
    let other = platform.register("bob@viewers.test").await;
    let export = export(&other).await;
    assert!(!export.to_string().contains(viewer.email()));
    for empty in ["customers", "payments", "watch_history", "watchlist", "streams", "audit"] {
        let expected = usize::from(empty == "customers");
        assert_eq!(exported(&export, &[empty]), expected, "{empty}: {export}");
    }
    let stranger = platform.anyone().get("/api/account/export").await;
    assert_eq!((stranger.status(), stranger.code()), (401, "UNAUTHENTICATED"), "{stranger}");
}

#[tokio::test]
async fn an_account_that_is_being_deleted_has_a_whole_export_or_none() {
    let platform = platform_without_trial().await;
    let (viewer, _) = member(&platform).await;
    let whole = export(&viewer).await["watch_history"].as_array().map(Vec::len);
    deliver_events(&platform, "hold").await;

    let (answers, deleted) = tokio::join!(
        async {
            let mut answers = Vec::new();
            for _ in 0..8 {
                answers.push(viewer.get("/api/account/export").await);
            }
            answers
        },
        delete(&viewer)
    );

    assert_eq!(deleted.status(), 200, "{deleted}");
    for answer in answers {
        match answer.status() {
            200 => assert_eq!(answer.data()["watch_history"].as_array().map(Vec::len), whole),
            status => assert_eq!((status, answer.code()), (401, "SESSION_REVOKED"), "{answer}"),
        }
    }
    assert_eq!(viewer.get("/api/account/export").await.code(), "SESSION_REVOKED");
}
