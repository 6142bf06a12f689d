//! `GET /api/videos`

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use support::videos::playback_id;
use support::{Answer, Platform, Viewer};

fn titles(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status(), 200, "{answer}");
    answer.data().as_array().expect("a list").iter().filter_map(|video| video["title"].as_str()).collect()
}

async fn listed(platform: &Platform, query: &str) -> Answer {
    platform.anyone().get(&format!("/api/videos?{query}")).await
}

async fn searched(platform: &Platform, q: &str) -> Answer {
    let mut url = reqwest::Url::parse("http://any.test/").expect("an address");
    url.query_pairs_mut().append_pair("q", q);
    listed(platform, url.query().unwrap_or_default()).await
}

fn suggested(answer: &Answer) -> Vec<&str> {
    let suggestions = answer.json()["suggestions"].as_array().map(Vec::as_slice).unwrap_or_default();
    suggestions.iter().filter_map(|video| video["title"].as_str()).collect()
}

async fn three(platform: &Platform, admin: &Viewer) {
    for (title, category, plan) in [
        ("Amélie à Montmartre", "Drama", "free"),
        ("The Quiet Harbour", "drama", "basic"),
        ("ZEBRA nights", "Nature", "premium"),
    ] {
        let video = json!({ "title": title, "category": category, "required_plan": plan, "description": "Été 1962" });
        platform.published_video(admin, video).await;
        platform.advance(1).await;
    }
}

#[tokio::test]
async fn only_published_videos_are_listed_and_at_once() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    assert!(titles(&listed(&platform, "").await).is_empty());
    platform.new_video(&admin, json!({ "title": "Uploading" })).await;
    let id = platform.ready_video(&admin, json!({ "title": "Ready" })).await;
    assert!(titles(&listed(&platform, "").await).is_empty());

    let path = format!("/api/admin/videos/{id}");
    admin.patch(&path, json!({ "published": true })).await;
    assert_eq!(titles(&listed(&platform, "").await), ["Ready"]);
    admin.patch(&path, json!({ "title": "Renamed" })).await;
    assert_eq!(titles(&listed(&platform, "").await), ["Renamed"]);
    admin.patch(&path, json!({ "published": false })).await;
    assert!(titles(&listed(&platform, "").await).is_empty());
}

#[tokio::test]
async fn search_finds_the_cast_the_directors_and_the_tags() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let made = |title: &str, director: &str, actors: &str, tag: &str| json!({ "title": title, "directors": [director], "actors": [actors], "tags": [tag] });
    platform.published_video(&admin, made("Harbour", "Ida Voss", "Jonas Håle", "northern sea")).await;
    platform.published_video(&admin, made("Voss", "Per Dahl", "Mira Lund", "trains")).await;
    for (q, expected) in [
        ("voss", vec!["Voss", "Harbour"]),
        ("ida voss", vec!["Harbour"]),
        ("jonas hale", vec!["Harbour"]),
        ("dahl", vec!["Voss"]),
        ("northern seas", vec!["Harbour"]),
        ("train", vec!["Voss"]),
        ("ida lund", vec![]),
    ] {
        assert_eq!(titles(&searched(&platform, q).await), expected, "{q}");
    }
}

#[tokio::test]
async fn a_scheduled_video_is_listed_from_its_publish_time() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let at = platform.running().now() + SignedDuration::from_hours(1);
    let id = platform.published_video(&admin, json!({ "title": "Soon", "publish_at": at })).await;
    let viewer = platform.register("a@viewers.test").await;
    assert!(titles(&listed(&platform, "q=soon").await).is_empty());
    assert_eq!(viewer.get(&format!("/api/videos/{id}")).await.code(), "NOT_FOUND");

    platform.advance(3_600).await;

    let found = listed(&platform, "q=soon").await;
    assert_eq!(titles(&found), ["Soon"]);
    let published: Timestamp = found.data()[0]["published_at"].as_str().expect("a time").parse().expect("a time");
    assert_eq!(published, at);
    assert_eq!(viewer.get(&format!("/api/videos/{id}")).await.status(), 200);
}

#[tokio::test]
async fn search_ignores_case_and_accents_and_filters_restrict_it() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    three(&platform, &admin).await;
    for (query, found) in [
        ("q=amelie", vec!["Amélie à Montmartre"]),
        ("q=AM%C3%89LIE", vec!["Amélie à Montmartre"]),
        ("q=Ame%CC%81lie", vec!["Amélie à Montmartre"]),
        ("q=har+quie", vec!["The Quiet Harbour"]),
        ("q=harbour+amelie", vec![]),
        ("q=arbour", vec!["The Quiet Harbour"]),
        ("q=rbour", vec![]),
        ("q=ete+nat", vec!["ZEBRA nights"]),
        ("q=drama&sort=title", vec!["Amélie à Montmartre", "The Quiet Harbour"]),
        ("q=%21%21", vec![]),
        ("q=+&sort=title", vec!["Amélie à Montmartre", "The Quiet Harbour", "ZEBRA nights"]),
        ("category=DRAMA&sort=title", vec!["Amélie à Montmartre", "The Quiet Harbour"]),
        ("category=DRAMA&required_plan=basic", vec!["The Quiet Harbour"]),
        ("required_plan=premium&q=zeb", vec!["ZEBRA nights"]),
        ("series_id=01987c10-4a00-7000-8000-000000000001", vec![]),
        ("sort=relevance", vec!["ZEBRA nights", "The Quiet Harbour", "Amélie à Montmartre"]),
        ("sort=newest", vec!["ZEBRA nights", "The Quiet Harbour", "Amélie à Montmartre"]),
        ("unknown=1&sort=title&limit=1", vec!["Amélie à Montmartre"]),
    ] {
        assert_eq!(titles(&listed(&platform, query).await), found, "{query}");
    }
}

#[tokio::test]
async fn all_parameters_out_of_range_are_reported_together() {
    let platform = Platform::bare().await;
    let long = format!("q={}", "x".repeat(201));
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("sort=oldest", "sort"),
        ("required_plan=gold", "required_plan"),
        ("series_id=1", "series_id"),
        ("limit=1&limit=2", "limit"),
        (&long, "q"),
    ] {
        let answer = listed(&platform, query).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{query}: {answer}");
        assert_eq!(answer.details()[0]["field"], field, "{query}: {answer}");
    }
    assert_eq!(listed(&platform, "limit=0&sort=x").await.details().as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn pages_contain_every_video_once_and_a_cursor_is_valid_only_for_its_query() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for number in 0..7 {
        platform.published_video(&admin, json!({ "title": format!("Film {number}") })).await;
    }
    for sort in ["newest", "title", "popular"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = listed(&platform, &format!("sort={sort}&limit=3{cursor}")).await;
            seen.extend(titles(&page).into_iter().map(str::to_owned));
            assert_eq!(page.json()["pagination"]["limit"], 3);
            let Some(next) = page.next_cursor() else { break };
            cursor = format!("&cursor={next}");
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..7).map(|number| format!("Film {number}")).collect::<Vec<_>>(), "{sort}");
    }

    let page = listed(&platform, "sort=title&limit=3&q=film").await;
    let cursor = page.next_cursor().expect("more").to_owned();
    let next = listed(&platform, &format!("sort=title&limit=2&q=film&cursor={cursor}")).await;
    assert_eq!(titles(&next), ["Film 3", "Film 4"], "the limit may change");
    let tampered = format!("{}{}", if cursor.starts_with('A') { 'B' } else { 'A' }, &cursor[1..]);
    for query in [
        format!("sort=newest&q=film&cursor={cursor}"),
        format!("sort=title&cursor={cursor}"),
        format!("sort=title&q=film&category=Drama&cursor={cursor}"),
        format!("sort=title&q=film&cursor={tampered}"),
        "sort=title&q=film&cursor=junk".to_owned(),
    ] {
        let answer = listed(&platform, &query).await;
        assert_eq!((answer.status(), answer.code()), (400, "INVALID_CURSOR"), "{query}: {answer}");
    }
}

#[tokio::test]
async fn everybody_gets_the_same_cacheable_compressed_response() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    three(&platform, &admin).await;
    let anyone = platform.anyone();
    let answer = anyone.get("/api/videos").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=60, stale-while-revalidate=300");
    assert_eq!(answer.header("vary"), "Accept-Encoding, Origin");
    assert_eq!(answer.header("ratelimit"), "");
    let etag = answer.header("etag").to_owned();
    assert!(etag.starts_with("W/\""), "{etag}");
    let signed_in = admin.get("/api/videos").await;
    assert_eq!((signed_in.header("etag"), signed_in.text()), (etag.as_str(), answer.text()));

    let again = anyone.send(anyone.request(Method::GET, "/api/videos").header("if-none-match", &etag)).await;
    assert_eq!((again.status(), again.text(), again.header("etag")), (304, "", etag.as_str()));
    let packed = anyone.send(anyone.request(Method::GET, "/api/videos").header("accept-encoding", "gzip")).await;
    assert_eq!((packed.header("content-encoding"), packed.header("etag")), ("gzip", etag.as_str()));
    assert!(packed.text().len() < answer.text().len());

    platform.published_video(&admin, json!({ "title": "One more" })).await;
    let changed = anyone.send(anyone.request(Method::GET, "/api/videos").header("if-none-match", &etag)).await;
    assert_eq!(changed.status(), 200);
    assert_ne!(changed.header("etag"), etag);
}

#[tokio::test]
async fn a_public_response_contains_no_playback_id_or_token() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let id = platform.published_video(&admin, json!({})).await;
    let answer = listed(&platform, "").await;
    let video = &answer.data()[0];
    let fields: Vec<&str> = video.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        [
            "id",
            "title",
            "description",
            "category",
            "required_plan",
            "duration",
            "poster",
            "year",
            "country",
            "age_rating",
            "directors",
            "actors",
            "tags",
            "audio_languages",
            "caption_languages",
            "published_at"
        ]
    );
    let poster = &video["poster"];
    let srcset = poster["srcset"].as_str().expect("a set");
    assert_eq!(srcset.split(", ").count(), 3, "{srcset}");
    assert!([" 320w", " 640w", " 1280w"].iter().all(|width| srcset.contains(width)), "{srcset}");
    let urls = srcset.split(", ").filter_map(|one| one.split(' ').next()).chain(poster["url"].as_str());
    let mut text = answer.text().to_owned();
    for url in urls {
        let (path, token) = url.split_once("?token=").expect("a token");
        assert!(path.ends_with(&format!("/{}/thumbnail.jpg", playback_id(&id))), "{path}");
        let claims = claims(token);
        assert_eq!((&claims["aud"], &claims["sub"]), (&json!("t"), &json!(playback_id(&id))));
        let left = claims["exp"].as_i64().expect("a time") - platform.running().now().as_second();
        assert!((7 * 86_400..=7 * 86_400 + 3_600).contains(&left) && claims["exp"].as_i64().unwrap() % 3_600 == 0);
        text = text.replace(url, "");
    }
    assert!(!text.contains("playback-") && !text.contains("asset-") && !text.contains("token"), "{text}");
}

fn claims(token: &str) -> Value {
    use base64::Engine;
    let part = token.split('.').nth(1).expect("claims");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[tokio::test]
async fn listing_reads_one_item_and_after_a_change_one_more_batch() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.published_video(&admin, json!({})).await;
    let first = listed(&platform, "").await;
    assert!(platform.round_trips(&first, "dynamodb") <= 2, "{:?}", platform.calls(&first));

    let warm = listed(&platform, "q=film").await;

    assert_eq!(platform.round_trips(&warm, "dynamodb"), 1, "{:?}", platform.calls(&warm));
    let reads: Vec<_> = platform.calls(&warm).into_iter().filter(|call| call.operation != "UpdateItem").collect();
    assert!(reads.len() == 1 && reads[0].operation == "BatchGetItem" && reads[0].consistent == Some(true), "{reads:?}");
}

#[tokio::test]
async fn concurrently_published_videos_all_appear() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    let mut ids = Vec::new();
    for number in 0..6 {
        ids.push(platform.ready_video(&admin, json!({ "title": format!("Film {number}") })).await);
    }
    let publish = ids.iter().map(|id| {
        let (admin, path) = (admin.clone(), format!("/api/admin/videos/{id}"));
        tokio::spawn(async move { admin.patch(&path, json!({ "published": true })).await })
    });
    for answer in publish.collect::<Vec<_>>() {
        let answer = answer.await.expect("an answer");
        assert_eq!(answer.status(), 200, "{answer}");
    }
    assert_eq!(titles(&listed(&platform, "").await).len(), 6);
}

#[tokio::test]
async fn the_last_list_is_served_while_the_database_is_down() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    platform.published_video(&admin, json!({ "title": "Still there" })).await;
    assert_eq!(titles(&listed(&platform, "").await), ["Still there"]);

    platform.fault(json!({ "target": "dynamodb", "kind": "error", "count": 1_000 }));
    assert_eq!(titles(&listed(&platform, "").await), ["Still there"]);
    let status = admin.get("/api/admin/videos").await.status();
    assert_eq!(status, 503);
}

#[tokio::test]
async fn search_finds_words_in_any_spelling_and_parts_of_words_in_scripts_without_spaces() {
    let platform = Platform::with(&[("LimitCatalogueRequests", "100000")]).await;
    let admin = platform.admin().await;
    let all = [
        "Ocean\u{2019}s Eleven",
        "S.W.A.T.",
        "東京物語",
        "Spider-Man",
        "Swan Song at the Theatre",
        "Sweet Wild Autumn Tales",
        "2,001 Nights",
        "ต้มยำกุ้ง",
        "Fast & Furious",
    ];
    for title in all {
        platform.published_video(&admin, json!({ "title": title })).await;
    }
    for (query, found) in [
        ("oceans eleven", vec!["Ocean\u{2019}s Eleven"]),
        ("ocean's eleven", vec!["Ocean\u{2019}s Eleven"]),
        ("ocean\u{2019}s", vec!["Ocean\u{2019}s Eleven"]),
        ("S.W.A.T", vec!["S.W.A.T."]),
        ("swat", vec!["S.W.A.T."]),
        ("物語", vec!["東京物語"]),
        ("京物", vec!["東京物語"]),
        ("物京", vec![]),
        ("spider man", vec!["Spider-Man"]),
        ("spiderman", vec!["Spider-Man"]),
        ("2001", vec!["2,001 Nights"]),
        ("ยำ", vec!["ต้มยำกุ้ง"]),
        ("fast and furious", vec!["Fast & Furious"]),
    ] {
        assert_eq!(titles(&searched(&platform, query).await), found, "{query}");
    }
}

#[tokio::test]
async fn the_best_match_is_listed_first_unless_another_order_is_requested() {
    let platform = Platform::bare().await;
    let admin = platform.admin().await;
    for (title, category, description) in [
        ("Storm", "Drama", "Nobody leaves the harbour."),
        ("Cranes", "Harbour", "Steel."),
        ("Harbor", "Drama", "In American spelling."),
        ("The Quiet Harbour", "Drama", "Fog."),
        ("Harbour Lights", "Drama", "A ferry."),
        ("Harbour", "Drama", "Ships."),
        ("Meadow", "Drama", "Grass."),
    ] {
        platform
            .published_video(&admin, json!({ "title": title, "category": category, "description": description }))
            .await;
        platform.advance(1).await;
    }
    let best = ["Harbour", "Harbour Lights", "The Quiet Harbour", "Cranes", "Storm", "Harbor"];
    assert_eq!(titles(&listed(&platform, "q=harbour").await), best);
    assert_eq!(titles(&listed(&platform, "q=harbour&sort=relevance").await), best);
    let newest = ["Harbour", "Harbour Lights", "The Quiet Harbour", "Harbor", "Cranes", "Storm"];
    assert_eq!(titles(&listed(&platform, "q=harbour&sort=newest").await), newest);
    let by_title = ["Cranes", "Harbor", "Harbour", "Harbour Lights", "Storm", "The Quiet Harbour"];
    assert_eq!(titles(&listed(&platform, "q=harbour&sort=title").await), by_title);

    let first = listed(&platform, "q=harbour&limit=4").await;
    assert_eq!(titles(&first), best[..4]);
    // Publishing a better or a worse match between two pages does not move the others.
    platform.published_video(&admin, json!({ "title": "Harbour" })).await;
    platform.published_video(&admin, json!({ "title": "Crane", "description": "A harbour crane." })).await;
    let cursor = first.next_cursor().expect("more").to_owned();
    let rest = listed(&platform, &format!("q=harbour&limit=4&cursor={cursor}")).await;
    assert_eq!(titles(&rest), ["Storm", "Crane", "Harbor"]);
    assert_eq!(rest.next_cursor(), None);
    for other in ["q=harbor", "q=harbour&sort=newest", "q=Harbour"] {
        let answer = listed(&platform, &format!("{other}&cursor={cursor}")).await;
        assert_eq!((answer.status(), answer.code()), (400, "INVALID_CURSOR"), "{other}: {answer}");
    }
}

#[tokio::test]
async fn search_forgives_typos_forms_order_and_missing_articles() {
    let platform = Platform::with(&[("LimitCatalogueRequests", "100000")]).await;
    let admin = platform.admin().await;
    for (title, description) in [
        ("The Last Lighthouse", "The keeper of a rock in the northern sea."),
        ("Lighthouse Road", "A postman."),
        ("Neon District", "A courier who never looks inside the parcels opens one."),
        ("Das Haus am Ende der Straße", "Ein Kommissar kehrt zurück."),
        ("Les Chevaliers de la Lune", "Des chevaliers cherchent une étoile."),
        ("Las Ciudades Perdidas", "Arqueólogos entre la selva y la niebla."),
        ("Солнечный сталкер", "Проводник ведёт двоих в сад."),
        ("كتاب الأيام", "طالب يتعلم القراءة."),
        ("기생식물", "온실 아래에 누군가 산다."),
        ("卧虎藏书", "一把剑藏在图书馆里。"),
    ] {
        platform.published_video(&admin, json!({ "title": title, "description": description })).await;
    }
    for (query, first) in [
        ("last lighthosue", "The Last Lighthouse"),
        ("lighthouse the last", "The Last Lighthouse"),
        ("lighthouse", "Lighthouse Road"),
        ("a neon district", "Neon District"),
        ("neno distirct", "Neon District"),
        ("courier parcel", "Neon District"),
        ("hauser strasse", "Das Haus am Ende der Straße"),
        ("chevalier lune", "Les Chevaliers de la Lune"),
        ("ciudad perdida", "Las Ciudades Perdidas"),
        ("сталкре", "Солнечный сталкер"),
        ("الايام", "كتاب الأيام"),
        ("기생", "기생식물"),
        ("藏书", "卧虎藏书"),
    ] {
        let answer = searched(&platform, query).await;
        assert_eq!(titles(&answer).first(), Some(&first), "{query}: {answer}");
        assert_eq!(suggested(&answer), Vec::<&str>::new(), "{query}");
    }
}

#[tokio::test]
async fn a_search_that_finds_nothing_suggests_the_nearest_titles() {
    let platform = Platform::with(&[("LimitCatalogueRequests", "100000")]).await;
    let admin = platform.admin().await;
    let at = platform.running().now() + SignedDuration::from_hours(1);
    three(&platform, &admin).await;
    platform.published_video(&admin, json!({ "title": "東京物語" })).await;
    platform.published_video(&admin, json!({ "title": "Quiet Secrets", "publish_at": at })).await;
    platform.ready_video(&admin, json!({ "title": "Quiet Drafts" })).await;
    for (query, nearest) in [
        ("q=quiet+submarine", vec!["The Quiet Harbour"]),
        ("q=harbzzr", vec!["The Quiet Harbour"]),
        ("q=zebra+harbour", vec!["The Quiet Harbour", "ZEBRA nights"]),
        ("q=amelie+zzz", vec!["Amélie à Montmartre"]),
        ("q=harbour&category=Nature", vec!["The Quiet Harbour"]),
        ("q=tokyo+%E7%89%A9%E8%AA%9E", vec!["東京物語"]),
        ("q=xyzzyplugh", vec![]),
        ("q=%F0%9F%8E%AC", vec![]),
        ("category=Western", vec![]),
    ] {
        let answer = listed(&platform, query).await;
        assert_eq!(titles(&answer), Vec::<&str>::new(), "{query}");
        let mut found = suggested(&answer);
        found.sort_unstable();
        assert_eq!(found, nearest, "{query}");
        assert_eq!(answer.json().get("suggestions").is_some(), !nearest.is_empty(), "{query}: {answer}");
    }
}

#[tokio::test]
async fn a_search_without_words_finds_nothing() {
    let platform = Platform::with(&[("LimitCatalogueRequests", "100000")]).await;
    let admin = platform.admin().await;
    three(&platform, &admin).await;
    platform.published_video(&admin, json!({ "title": "שלום לכולם" })).await;
    let long = format!("{}harbour", "x ".repeat(96));
    for (query, found) in [
        ("z", vec!["ZEBRA nights"]),
        ("é", vec![]),
        ("🎬", vec![]),
        ("👨‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿", vec![]),
        ("!?&…—„“", vec![]),
        ("\u{300}\u{301}", vec![]),
        ("%", vec![]),
        ("*", vec![]),
        ("the", vec!["The Quiet Harbour"]),
        ("harbour שלום", vec![]),
        ("harbour 🎬", vec!["The Quiet Harbour"]),
        ("שלום", vec!["שלום לכולם"]),
        (&long, vec![]),
    ] {
        let answer = searched(&platform, query).await;
        if query == "\u{300}\u{301}" {
            assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "marks alone are blank: {answer}");
        } else {
            assert_eq!(titles(&answer), found, "{query}");
        }
    }
    for too_long in ["語".repeat(201), "x".repeat(10_000)] {
        let answer = searched(&platform, &too_long).await;
        assert_eq!((answer.status(), answer.code()), (400, "VALIDATION_ERROR"), "{answer}");
        assert_eq!(answer.details()[0]["issue"], "must have at most 200 characters", "{answer}");
    }
}
