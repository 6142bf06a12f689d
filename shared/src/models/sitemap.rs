//! The sitemap: every public page, in the format of sitemaps.org.

use crate::models::catalogue::Snapshot;
use jiff::Timestamp;

/// The most URLs in a file. The protocol allows 50,000, but a function's response has at most 6 MB. If there are more
/// URLs, the sitemap is an index of several files.
const URLS_MAX: usize = 20_000;
/// The public pages apart from those of titles.
const PAGES: [&str; 3] = ["/", "/browse", "/plans"];
/// The path prefixes that crawlers must not visit: pages for signed-in viewers and operators, forms for signing in and for
/// passwords, and search results, of which there is no end.
const PRIVATE: [&str; 13] = [
    "/account",
    "/admin",
    "/browse?",
    "/forgot-password",
    "/history",
    "/link",
    "/my-list",
    "/register",
    "/reset-password",
    "/sign-in",
    "/subscription/",
    "/verify-email",
    "/watch/",
];
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
/// The path of the sitemap.
const SITEMAP: &str = "/sitemap.xml";

/// The paths of all public pages, in an order that new titles do not change: ids sort by creation time.
pub fn public_paths(snapshot: &Snapshot, now: Timestamp) -> Vec<String> {
    let (series, _) = snapshot.series_page(None, usize::MAX, now.into());
    let mut series: Vec<_> = series.into_iter().map(|series| series.id).collect();
    let mut videos: Vec<_> =
        snapshot.entries().filter(|entry| entry.is_shown(now.into())).map(|entry| entry.video.id).collect();
    series.sort_unstable();
    videos.sort_unstable();
    let pages = PAGES.into_iter().map(str::to_owned);
    let series = series.into_iter().map(|id| format!("/series/{id}"));
    pages.chain(series).chain(videos.into_iter().map(|id| format!("/videos/{id}"))).collect()
}

/// Without `page`, the whole sitemap, or the index of its files if there are too many URLs for one. With `page`, that file
/// of the index; the first one is 1. `None` if there is no such file.
pub fn document(origin: &str, paths: &[String], page: Option<usize>) -> Option<String> {
    let files = paths.chunks(URLS_MAX);
    Some(match page {
        None if paths.len() > URLS_MAX => {
            let urls = (1..=files.len()).map(|page| format!("{origin}{SITEMAP}?page={page}"));
            list("sitemapindex", "sitemap", urls)
        }
        None => urls(origin, paths),
        Some(page) => urls(origin, files.into_iter().nth(page.checked_sub(1)?)?),
    })
}

/// The rules for crawlers. They may visit everything public, including `/api`, from which the app loads a page's content and
/// pictures.
pub fn robots(origin: &str) -> String {
    let private = PRIVATE.map(|path| format!("Disallow: {path}\n")).concat();
    format!("User-agent: *\n{private}\nSitemap: {origin}{SITEMAP}\n")
}

fn urls(origin: &str, paths: &[String]) -> String {
    list("urlset", "url", paths.iter().map(|path| format!("{origin}{path}")))
}

/// Nothing in these URLs needs to be escaped: the template restricts the origin, and the paths are ours.
fn list(kind: &str, entry: &str, urls: impl Iterator<Item = String>) -> String {
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{kind} xmlns=\"{NAMESPACE}\">\n");
    for url in urls {
        xml += &format!("<{entry}><loc>{url}</loc></{entry}>\n");
    }
    xml + &format!("</{kind}>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://marquee.example";

    fn paths(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("/videos/01987c10-4a00-7000-8000-{number:012}")).collect()
    }

    fn count(xml: &str) -> usize {
        xml.matches("<loc>").count()
    }

    #[test]
    fn urls_that_fit_into_one_file_need_no_index() {
        let xml = document(ORIGIN, &paths(URLS_MAX), None).expect("a file");
        assert!(xml.contains("<urlset ") && count(&xml) == URLS_MAX);
        assert!(xml.len() < 5 * 1024 * 1024, "{} bytes", xml.len());
    }

    #[test]
    fn more_urls_are_split_into_files_that_together_contain_each_url_once() {
        let paths = paths(2 * URLS_MAX + 1);
        let index = document(ORIGIN, &paths, None).expect("an index");
        assert!(index.contains("<sitemapindex ") && count(&index) == 3, "{index}");
        assert!(index.contains("<loc>https://marquee.example/sitemap.xml?page=3</loc>"), "{index}");
        let files: Vec<String> = (1..=3).filter_map(|page| document(ORIGIN, &paths, Some(page))).collect();
        assert_eq!(files.iter().map(|file| count(file)).collect::<Vec<_>>(), [URLS_MAX, URLS_MAX, 1]);
        let last = format!("<loc>{ORIGIN}{}</loc>", paths.last().expect("paths"));
        assert_eq!(files.iter().filter(|file| file.contains(&last)).count(), 1);
    }

    #[test]
    fn a_missing_file_is_none() {
        assert_eq!(document(ORIGIN, &paths(3), Some(0)), None);
        assert_eq!(document(ORIGIN, &paths(3), Some(2)), None);
        assert!(document(ORIGIN, &paths(3), Some(1)).is_some());
    }
}
