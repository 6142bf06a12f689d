//! `GET /api/admin/members`

use crate::verify_email::{newest_link, verify};
use serde_json::{Value, json};
use support::billing::{platform_without_trial, signed_in_again};
use support::{Answer, Platform, Viewer};

fn emails(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status(), 200, "{answer}");
    let members = answer.data().as_array().expect("a list").iter();
    members.map(|member| member["email"].as_str().expect("an address").to_owned()).collect()
}

#[tokio::test]
async fn members_are_listed_newest_first_and_each_is_on_one_page() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for name in ["a", "b", "c", "d"] {
        platform.register(&format!("{name}@viewers.test")).await;
        platform.advance(1).await;
    }
    let all = ["d@viewers.test", "c@viewers.test", "b@viewers.test", "a@viewers.test", "an-admin@marquee.test"];

    assert_eq!(emails(&admin.get("/api/admin/members").await), all);
    let mut seen = Vec::new();
    let mut path = "/api/admin/members?limit=2".to_owned();
    loop {
        let page = admin.get(&path).await;
        seen.extend(emails(&page));
        assert!(platform.round_trips(&page, "dynamodb") <= 3, "the session, the page, and their subscriptions");
        let Some(cursor) = page.next_cursor() else { break };
        path = format!("/api/admin/members?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_member_in_the_list_has_their_account_and_their_plan() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.advance(1).await;
    platform.register("a@viewers.test").await;

    let member = &admin.get("/api/admin/members?limit=1").await.data()[0].clone();
    let fields: Vec<&str> = member.as_object().expect("a member").keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        [
            "id",
            "email",
            "name",
            "role",
            "email_verified",
            "pending_email",
            "created_at",
            "plan_type",
            "status",
            "current_period_end",
            "complimentary_plan",
            "complimentary_until"
        ]
    );
    assert_eq!((&member["status"], &member["plan_type"]), (&json!("none"), &Value::Null));
    let me = platform.sign_in("a@viewers.test", support::PASSWORD).await.get("/api/auth/me").await;
    assert_eq!((&member["id"], &member["created_at"]), (&me.data()["id"], &me.data()["created_at"]));
}

#[tokio::test]
async fn members_are_found_by_address_in_any_case_and_by_status() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    let payer = platform.subscriber("premium").await;
    let late = platform.subscriber("basic").await;
    platform.register("nobody@viewers.test").await;
    platform.cards(&late).decline().await;
    platform.advance(32 * 86_400).await;
    let admin = signed_in_again(&platform, &admin).await;
    let emails = |query: &str| {
        let (admin, query) = (admin.clone(), query.to_owned());
        async move { emails(&admin.get(&format!("/api/admin/members?{query}")).await) }
    };

    assert_eq!(emails(&format!("email={}", payer.email().to_uppercase())).await, [payer.email()]);
    assert_eq!(emails("email=premium@viewers.test").await.len(), 0, "the address is only part of another");
    assert_eq!(admin.get("/api/admin/members?email=premium").await.code(), "VALIDATION_ERROR");
    assert_eq!(emails("status=active").await, [payer.email()]);
    assert_eq!(emails("status=past_due").await, [late.email()]);
    assert_eq!(emails("status=none").await, ["nobody@viewers.test", admin.email()]);
    assert_eq!(emails("status=canceled").await, Vec::<String>::new());
    assert_eq!(emails(&format!("status=past_due&email={}", payer.email())).await, Vec::<String>::new());
    let first = admin.get("/api/admin/members?status=none&limit=1").await;
    let cursor = first.next_cursor().expect("more");
    assert_eq!(emails(&format!("status=none&limit=1&cursor={cursor}")).await, [admin.email()]);

    let crossed = admin.get(&format!("/api/admin/members?status=active&cursor={cursor}")).await;
    assert_eq!(crossed.code(), "INVALID_CURSOR");
    assert_eq!(admin.get("/api/admin/members?status=gone").await.code(), "VALIDATION_ERROR");
    assert_eq!(signed_in_again(&platform, &payer).await.get("/api/admin/members").await.code(), "FORBIDDEN");
}

/// Registers an account with a name.
async fn register_named(platform: &Platform, email: &str, name: &str) {
    let account = json!({ "email": email, "password": support::PASSWORD, "name": name });
    let answer = platform.anyone().post("/api/auth/register", account).await;
    assert_eq!(answer.status(), 201, "{answer}");
    platform.advance(1).await;
}

/// All addresses that a search finds across its pages, and the number of pages.
async fn found(admin: &Viewer, query: &str) -> (Vec<String>, usize) {
    let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = admin.get(&format!("/api/admin/members?{query}{cursor}")).await;
        seen.extend(emails(&page));
        pages += 1;
        let Some(next) = page.next_cursor() else { return (seen, pages) };
        cursor = format!("&cursor={next}");
    }
}

/// Three members, found by [`SEARCHED`].
async fn searched_members(platform: &Platform) -> Viewer {
    let admin = platform.admin().await;
    for (email, name) in SEARCHED.into_iter().zip(["Zoe Bronte\u{308}", "Ada Lovelace", "Grace Hopper"]) {
        register_named(platform, email, name).await;
    }
    admin
}

const SEARCHED: [&str; 3] = ["member-1@viewers.test", "Member-2@viewers.test", "xmember-2@other.test"];

#[tokio::test]
async fn a_search_finds_members_by_any_part_of_address_or_name() {
    let platform = Platform::bare().await;
    let admin = searched_members(&platform).await;
    let [one, two, other] = SEARCHED;
    for (query, expected) in [
        ("member-2", vec![other, two]),
        ("MEMBER-2", vec![other, two]),
        ("ember", vec![other, two, one]),
        ("viewers.test", vec![two, one]),
        ("lovelace", vec![two]),
        ("ADA", vec![two]),
        ("bront%C3%AB", vec![one]),
        ("bronte", vec![one]),
        ("hopper%20other", vec![other]),
        ("other+grace", vec![other]),
        ("@", vec![other, two, one, admin.email()]),
        ("nobody", vec![]),
        ("ada%20hopper", vec![]),
        ("%25", vec![]),
        (".*", vec![]),
    ] {
        assert_eq!(found(&admin, &format!("q={query}")).await.0, expected, "{query}");
        assert_eq!(found(&admin, &format!("limit=1&q={query}")).await.0, expected, "{query}, one at a time");
    }
}

#[tokio::test]
async fn the_member_with_exactly_the_address_comes_first() {
    let platform = Platform::bare().await;
    let admin = searched_members(&platform).await;
    register_named(&platform, "joe@viewers.test", "Joe").await;
    register_named(&platform, "a.joe@viewers.test", "Anna").await;

    assert_eq!(found(&admin, "q=member-2@viewers.test").await.0, [SEARCHED[1]]);
    let exact = found(&admin, "limit=1&q=joe@viewers.test").await.0;
    assert_eq!(exact, ["joe@viewers.test", "a.joe@viewers.test"], "each once");
}

#[tokio::test]
async fn an_empty_search_lists_everybody() {
    let platform = Platform::bare().await;
    let admin = searched_members(&platform).await;

    for query in ["q=", "q=%20"] {
        assert_eq!(found(&admin, query).await.0.len(), 4, "{query}");
    }
}

#[tokio::test]
async fn a_search_can_be_restricted_to_a_status() {
    let platform = Platform::bare().await;
    let admin = searched_members(&platform).await;

    assert_eq!(found(&admin, "q=ada&status=none").await.0, [SEARCHED[1]]);
    assert_eq!(found(&admin, "q=ada&status=active").await.0, Vec::<String>::new());
}

/// Confirms the address of an account with the link that was sent to it.
async fn confirm_address(platform: &Platform, email: &str) {
    let answer = verify(platform, &newest_link(platform, email)).await;
    assert_eq!(answer.status(), 200, "{answer}");
}

#[tokio::test]
async fn members_are_filtered_by_whether_their_address_is_confirmed() {
    let platform = platform_without_trial().await;
    let admin = platform.admin().await;
    platform.advance(1).await;
    let payer = platform.subscriber("basic").await;
    platform.advance(1).await;
    let second_payer = platform.subscriber("premium").await;
    platform.advance(1).await;
    for (email, name) in SEARCHED.into_iter().zip(["Zoe", "Ada", "Grace"]) {
        register_named(&platform, email, name).await;
    }
    let [one, two, other] = SEARCHED;
    platform.advance(60).await;
    confirm_address(&platform, one).await;
    confirm_address(&platform, second_payer.email()).await;

    for (query, expected) in [
        ("verified=true", vec![one, second_payer.email()]),
        ("verified=false", vec![other, two, payer.email(), admin.email()]),
        ("verified=true&status=active", vec![second_payer.email()]),
        ("verified=false&status=active", vec![payer.email()]),
        ("verified=true&status=none", vec![one]),
        ("verified=false&status=none", vec![other, two, admin.email()]),
        ("verified=true&q=member", vec![one]),
        ("verified=false&q=member", vec![other, two]),
        ("verified=true&email=member-1@viewers.test", vec![one]),
        ("verified=false&email=member-1@viewers.test", vec![]),
        ("verified=false&q=member-1@viewers.test", vec![]),
    ] {
        assert_eq!(found(&admin, query).await.0, expected, "{query}");
        assert_eq!(found(&admin, &format!("limit=1&{query}")).await.0, expected, "{query}, one at a time");
    }
    let first = admin.get("/api/admin/members?verified=true&limit=1").await;
    let cursor = first.next_cursor().expect("more");
    let crossed = admin.get(&format!("/api/admin/members?verified=false&limit=1&cursor={cursor}")).await;
    assert_eq!(crossed.code(), "INVALID_CURSOR");
}

#[tokio::test]
async fn a_filter_by_confirmed_address_is_true_or_false() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;

    for value in ["", "yes", "1", "True", "null"] {
        let answer = admin.get(&format!("/api/admin/members?verified={value}")).await;
        assert_eq!(answer.code(), "VALIDATION_ERROR", "{value}: {answer}");
        assert_eq!(answer.details()[0]["field"], "verified", "{value}: {answer}");
    }
}

#[tokio::test]
async fn a_search_of_more_than_200_characters_is_refused() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;

    let answer = admin.get(&format!("/api/admin/members?q={}", "x".repeat(201))).await;

    assert_eq!(answer.code(), "VALIDATION_ERROR", "{answer}");
}

#[tokio::test]
async fn a_cursor_of_one_search_is_refused_for_another() {
    let platform = Platform::bare().await;
    let admin = searched_members(&platform).await;
    let first = admin.get("/api/admin/members?q=ember&limit=1").await;
    let cursor = first.next_cursor().expect("more");

    let crossed = admin.get(&format!("/api/admin/members?q=viewers&limit=1&cursor={cursor}")).await;

    assert_eq!(crossed.code(), "INVALID_CURSOR");
}

#[tokio::test]
async fn a_search_among_thousands_is_bounded_and_its_cursor_continues_to_the_end() {
    const MEMBERS: usize = 10_050;
    let platform = Platform::bare().await;
    register_named(&platform, "the-oldest@viewers.test", "Methuselah").await;
    let table = platform.setting("list-members", "USERS_TABLE");
    let rows: Vec<Value> = (0..MEMBERS)
        .map(|number| {
            let id = format!("0197a000-0000-7000-8000-{number:012}");
            let created = platform.running().now() + jiff::SignedDuration::from_millis(1000 + number as i64);
            json!({ "PutRequest": { "Item": {
                "pk": { "S": format!("USER#{id}") },
                "id": { "S": id },
                "email": { "S": format!("viewer-{number}@viewers.test") },
                "listing": { "S": "users" },
                "created_at": { "S": format!("{created:.3}") },
            } } })
        })
        .collect();
    for rows in rows.chunks(25) {
        platform.aws("DynamoDB_20120810.BatchWriteItem", json!({ "RequestItems": { table.as_str(): rows } })).await;
    }
    let admin = platform.admin().await;

    let first = admin.get("/api/admin/members?q=methuselah").await;

    assert_eq!(emails(&first), Vec::<String>::new(), "they are beyond what one call examines");
    assert!(first.next_cursor().is_some(), "the cursor says that there is more to examine");
    assert!(platform.round_trips(&first, "dynamodb") <= 22, "{}", platform.round_trips(&first, "dynamodb"));
    let (seen, pages) = found(&admin, "q=methuselah").await;
    assert_eq!((seen.as_slice(), pages), (["the-oldest@viewers.test".to_owned()].as_slice(), 2));
    let whole = admin.get("/api/admin/members?q=the-oldest@viewers.test").await;
    assert_eq!(emails(&whole), ["the-oldest@viewers.test"], "a whole address is found at once");
}
