//! `GET /robots.txt`

use support::Platform;

#[tokio::test]
async fn crawlers_find_the_sitemap_but_no_private_pages() {
    let platform = Platform::bare().await;

    let answer = platform.anyone().get("/robots.txt").await;

    assert_eq!((answer.status(), answer.header("content-type")), (200, "text/plain; charset=utf-8"), "{answer}");
    let lines: Vec<&str> = answer.text().lines().collect();
    assert_eq!(lines[0], "User-agent: *");
    let sitemap = format!("Sitemap: {}/sitemap.xml", platform.running().urls().web);
    assert!(lines.contains(&sitemap.as_str()), "{answer}");
    let hidden: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("Disallow: ")).collect();
    for private in ["/admin", "/account", "/history", "/my-list", "/reset-password", "/watch/"] {
        assert!(hidden.contains(&private), "{private}: {answer}");
    }
    // The app loads what a page shows from /api, pictures included.
    for public in
        ["/", "/videos/1", "/series/1", "/plans", "/browse", "/api/titles/1/image", "/api/images/1", "/assets/a.js"]
    {
        assert!(!hidden.iter().any(|start| public.starts_with(start)), "{public}: {answer}");
    }
    assert_eq!(platform.calls(&answer).len(), 0, "no store is called");
}
