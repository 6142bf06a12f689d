//! Pages outside `/api` that functions make: how they are reached, and that they remain the app's own pages.

use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use support::{Answer, Folder, Platform};

/// What the tests' app shows before a page is filled.
const APP: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <!-- head:start -->
    <meta name="description" content="The app's own description." />
    <title>Marquee</title>
    <!-- head:end -->
    <script type="module" src="/assets/app-1.js"></script>
  </head>
  <body><div id="root"></div></body>
</html>
"#;

/// A bare platform with a built app.
pub(crate) struct App {
    pub(crate) platform: Platform,
    folder: Folder,
}

impl App {
    pub(crate) async fn start() -> Self {
        let folder = Folder::empty();
        std::fs::write(folder.path().join("index.html"), APP).expect("a new folder can be written");
        let options = support::options();
        let options =
            local::platform::Options { seed: local::start::Seed::None, web: folder.path().to_owned(), ..options };
        Self { platform: Platform::of_options(options).await, folder }
    }

    /// Releases the app anew, with another script.
    pub(crate) fn release(&self, script: &str) {
        let page = APP.replace("app-1.js", script);
        std::fs::write(self.folder.path().join("index.html"), page).expect("the folder can be written");
    }

    /// Takes the app offline.
    pub(crate) fn remove(&self) {
        std::fs::remove_file(self.folder.path().join("index.html")).expect("the page exists");
    }

    pub(crate) async fn page(&self, path: &str) -> Answer {
        self.platform.anyone().get(path).await
    }

    /// The app's origin.
    pub(crate) fn origin(&self) -> &str {
        &self.platform.running().urls().web
    }
}

/// The content of a tag with this name or property, as a browser reads it.
pub(crate) fn meta(page: &Answer, name: &str) -> Option<String> {
    let tag = page.text().split("<meta ").find(|tag| tag.contains(&format!("=\"{name}\" content=\"")))?;
    Some(unescaped(tag.split("content=\"").nth(1)?.split('"').next()?))
}

pub(crate) fn unescaped(html: &str) -> String {
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    signs.into_iter().fold(html.to_owned(), |text, (escaped, sign)| text.replace(escaped, sign))
}

/// The structured data of a page.
pub(crate) fn structured_data(page: &Answer) -> Value {
    let text = page.text().split("<script type=\"application/ld+json\">").nth(1).expect("structured data");
    let text = text.split("</script>").next().expect("its end");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Whether a page is the app's own, without a head for crawlers.
pub(crate) fn assert_plain(page: &Answer, status: u16) {
    assert_eq!(page.status(), status, "{page}");
    let plain = APP.replace("<!-- head:start -->", "<meta name=\"robots\" content=\"noindex\" />\n");
    assert_eq!(page.text(), plain.replace("<!-- head:end -->", ""));
    assert_eq!((page.header("content-type"), page.header("cache-control")), ("text/html; charset=utf-8", "no-store"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

#[tokio::test]
async fn a_page_of_a_function_has_the_security_headers_of_the_apps_own_page() {
    let app = App::start().await;
    let admin = app.platform.admin().await;
    let film = app.platform.published_video(&admin, json!({})).await;
    let own = app.page("/").await;
    for path in [format!("/videos/{film}"), "/videos/1".to_owned(), "/robots.txt".to_owned(), "/sitemap.xml".to_owned()]
    {
        let page = app.page(&path).await;
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "strict-transport-security",
        ] {
            assert!(!own.header(name).is_empty(), "{name}");
            assert_eq!(page.header(name), own.header(name), "{path}: {name}");
        }
    }
    let api = app.page(&format!("/api/titles/{film}")).await;
    assert_eq!(api.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
}

#[tokio::test]
async fn every_path_below_videos_and_series_returns_a_page_and_never_json() {
    let app = App::start().await;
    for path in
        ["/videos/", "/videos/a/b", "/videos/a/b/", "/series//", "/series/a%2Fb", "/videos/x.png", "/videos/{id}"]
    {
        assert_plain(&app.page(path).await, 404);
    }
    for path in ["/videos", "/series", "/videosfoo/1", "/plans"] {
        assert_eq!((app.page(path).await.status(), app.page(path).await.text()), (200, APP), "the app's own: {path}");
    }
}

#[tokio::test]
async fn a_page_only_answers_get_and_head() {
    let app = App::start().await;
    let anyone = app.platform.anyone();
    let posted = anyone.send(anyone.request(Method::POST, "/videos/1")).await;
    assert_eq!((posted.status(), posted.header("allow")), (405, "GET, HEAD"), "{posted}");
}

#[tokio::test]
async fn while_the_app_cannot_be_fetched_the_answer_is_a_page_that_says_so() {
    // Nothing listens on this port.
    let platform = Platform::with(&[("WebOrigin", "http://127.0.0.1:9")]).await;
    let admin = platform.admin().await;
    let film = platform.published_video(&admin, json!({ "title": "Low Tide" })).await;

    let page = platform.anyone().get(&format!("/videos/{film}")).await;

    assert_eq!((page.status(), page.header("retry-after")), (503, "1"), "{page}");
    assert_eq!((page.header("content-type"), page.header("cache-control")), ("text/html; charset=utf-8", "no-store"));
    assert!(page.text().contains("briefly unavailable") && !page.text().contains("UNAVAILABLE"), "{page}");
    let log = platform.running().logs().join("\n");
    assert!(log.contains("the server could not be reached"), "{log}");
}

#[test]
fn the_distribution_leads_exactly_these_routes_to_the_api_as_the_apps_pages() {
    let text = std::fs::read_to_string(root().join("template.yaml")).expect("template.yaml");
    let template = local::template::Template::load(&root().join("template.yaml"), &std::collections::BTreeMap::new());
    let template = template.expect("a supported template");
    let mut routes = Vec::new();
    for function in template.functions.values() {
        for route in function.routes.iter().filter(|route| !route.is_api()) {
            let local::template::Route::Path(Some(method), path) = route else { panic!("{}", route.key()) };
            if *method == Method::GET {
                routes.push(path.replace("{id}", "*"));
            }
        }
    }
    routes.sort();
    let mut patterns = template.page_patterns;
    patterns.sort();
    assert_eq!(patterns, routes);
    assert_eq!(routes, ["/robots.txt", "/series/*", "/sitemap.xml", "/videos/*"]);
    for pattern in patterns {
        let behavior = text.split(&format!("- PathPattern: {pattern}\n")).nth(1).expect("a behavior");
        let behavior = behavior.split("- PathPattern:").next().and_then(|rest| rest.split("\n\n").next());
        let behavior = behavior.expect("its lines");
        for setting in ["CachePolicyId: !Ref ApiCachePolicy", "AllowedMethods: [GET, HEAD]\n", "redirect-to-https"] {
            assert!(behavior.contains(setting), "{pattern} lacks {setting}: {behavior}");
        }
        assert_eq!(behavior.contains("PagePaths.FunctionARN"), pattern.ends_with('*'), "{pattern}: {behavior}");
    }
}

#[test]
fn pages_are_not_in_the_document_of_the_api() {
    let document = std::fs::read_to_string(root().join("docs/openapi.json")).expect("docs/openapi.json");
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let paths: Vec<&String> = document["paths"].as_object().expect("paths").keys().collect();
    assert!(paths.len() > 50 && paths.iter().all(|path| path.starts_with("/api/")), "{paths:?}");
    for name in ["get-video-page", "get-sitemap", "SitemapQuery"] {
        assert!(!document.to_string().contains(name), "{name}");
    }
}
