//! The web app's own page, `index.html`, as a template: for crawlers, its head is replaced with a title's.

/// The comments in `index.html` around the part that is replaced: the app's own title and description.
const HEAD_START: &str = "<!-- head:start -->";
const HEAD_END: &str = "<!-- head:end -->";
/// Asks search engines not to list a page.
const NOINDEX: &str = "<meta name=\"robots\" content=\"noindex\" />\n";

/// The app's page, split at its comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shell {
    before: String,
    /// The app's own head; `None` if the page has no such comments.
    head: Option<String>,
    after: String,
}

impl Shell {
    /// Splits a page. A page without the comments, from an older release, is left unchanged.
    pub fn parse(html: &str) -> Self {
        let parts = html.split_once(HEAD_START).and_then(|(before, rest)| {
            let (head, after) = rest.split_once(HEAD_END)?;
            Some(Self { before: before.to_owned(), head: Some(head.to_owned()), after: after.to_owned() })
        });
        parts.unwrap_or_else(|| Self { before: html.to_owned(), head: None, after: String::new() })
    }

    /// The page with another head in place of the app's own.
    pub fn filled(&self, head: &str) -> String {
        if self.head.is_some() { self.with(head) } else { self.before.clone() }
    }

    /// The app's page, unchanged except that search engines must not list it.
    pub fn unlisted(&self) -> String {
        self.head.as_ref().map_or_else(|| self.before.clone(), |head| self.with(&format!("{NOINDEX}{head}")))
    }

    fn with(&self, head: &str) -> String {
        let Self { before, after, .. } = self;
        format!("{before}{head}{after}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head>a<!-- head:start --><title>App</title><!-- head:end -->b</head>";

    #[test]
    fn a_filled_page_has_one_title_and_keeps_the_rest_of_the_apps_page() {
        let shell = Shell::parse(PAGE);
        assert_eq!(shell.filled("<title>Film</title>"), "<head>a<title>Film</title>b</head>");
        assert_eq!(shell.unlisted(), "<head>a<meta name=\"robots\" content=\"noindex\" />\n<title>App</title>b</head>");
    }

    #[test]
    fn a_page_without_the_comments_stays_as_it_is() {
        for page in ["", "<head></head>", "<!-- head:end --><!-- head:start -->", "<!-- head:start -->"] {
            let shell = Shell::parse(page);
            assert_eq!((shell.filled("x").as_str(), shell.unlisted().as_str()), (page, page));
        }
    }

    #[test]
    fn the_apps_page_has_the_comments() {
        for page in [include_str!("../../../web/index.html"), include_str!("../../../local/src/web/plain.html")] {
            let shell = Shell::parse(page);
            let head = shell.head.as_deref().unwrap_or_default();
            assert!(head.contains("<title>Marquee</title>"), "{page}");
            assert!(
                !shell.filled("").contains("<title>") && !shell.filled("").contains("name=\"description\""),
                "{page}"
            );
        }
    }
}
