//! The layout of an email: plain text, and the same as simple HTML.

use crate::models::email_message::EmailMessage;
use crate::models::html::escaped;

/// An email ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    /// The subject, on one line.
    pub(crate) subject: String,
    /// The plain text.
    pub(crate) text: String,
    /// The same as HTML.
    pub(crate) html: String,
}

/// What surrounds the text of an email.
pub(crate) struct Frame<'a> {
    /// The language's code.
    pub(crate) language: &'a str,
    /// The greeting.
    pub(crate) greeting: String,
    /// The name of the service.
    pub(crate) service: &'a str,
    /// The origin of the web app.
    pub(crate) origin: &'a str,
    /// The one-time token of the link, if it needs one.
    pub(crate) token: Option<&'a str>,
}

/// Renders a message in its frame.
pub(crate) fn render(message: &EmailMessage, frame: &Frame<'_>) -> Rendered {
    let link = message.action.as_ref().map(|action| {
        let query = frame.token.map(|token| format!("?token={token}")).unwrap_or_default();
        let is_elsewhere = action.path.starts_with("https://") || action.path.starts_with("http://");
        let url = if is_elsewhere { action.path.clone() } else { format!("{}{}{query}", frame.origin, action.path) };
        (action.label.as_str(), url)
    });
    let subject = message.subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let (text, html) = (text(message, frame, link.as_ref()), html(message, frame, link.as_ref(), &subject));
    Rendered { subject, text, html }
}

fn text(message: &EmailMessage, frame: &Frame<'_>, link: Option<&(&str, String)>) -> String {
    let mut parts = vec![frame.greeting.clone()];
    parts.extend(message.before.iter().cloned());
    parts.extend(link.map(|(label, url)| format!("{label}\n{url}")));
    parts.extend(message.after.iter().cloned());
    parts.push(format!("-- \n{}\n{}\n", frame.service, frame.origin));
    parts.join("\n\n")
}

fn html(message: &EmailMessage, frame: &Frame<'_>, link: Option<&(&str, String)>, subject: &str) -> String {
    let paragraph = |text: &String| format!("<p style=\"margin:0 0 16px\">{}</p>\n", escaped(text));
    let button = link.map(|(label, url)| {
        let (label, url) = (escaped(label), escaped(url));
        format!("<p style=\"margin:24px 0\"><a href=\"{url}\" style=\"{BUTTON}\">{label}</a></p>\n")
    });
    let body: String = std::iter::once(paragraph(&frame.greeting))
        .chain(message.before.iter().map(paragraph))
        .chain(button)
        .chain(message.after.iter().map(paragraph))
        .collect();
    format!(
        include_str!("layout.html"),
        language = frame.language,
        title = escaped(subject),
        body = body,
        service = escaped(frame.service),
        origin = escaped(frame.origin),
    )
}

/// Styles are inline, because mail programs drop style sheets.
const BUTTON: &str = "display:inline-block;padding:12px 20px;border-radius:6px;background:#b3122b;color:#ffffff;font-weight:600;text-decoration:none";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::email_message::Action;

    fn frame(greeting: &str) -> Frame<'_> {
        Frame {
            language: "en",
            greeting: greeting.to_owned(),
            service: "Example TV",
            origin: "https://tv.test",
            token: Some("t0-k_n"),
        }
    }

    fn message(subject: &str, path: &str) -> EmailMessage {
        let action = Some(Action { label: "Go".to_owned(), path: path.to_owned() });
        EmailMessage { subject: subject.to_owned(), action, ..EmailMessage::default() }
    }

    #[test]
    fn the_link_has_the_given_origin_and_the_token_in_text_and_html() {
        let rendered = render(&message("A subject", "/reset-password"), &frame("Hello"));
        let link = "https://tv.test/reset-password?token=t0-k_n";
        assert!(rendered.text.contains(&format!("Go\n{link}\n\n")), "{}", rendered.text);
        assert!(rendered.html.contains(&format!("href=\"{link}\"")), "{}", rendered.html);
        assert!(
            rendered.text.starts_with("Hello\n\n") && rendered.text.ends_with("-- \nExample TV\nhttps://tv.test\n")
        );
    }

    #[test]
    fn a_link_to_another_site_gets_neither_origin_nor_token() {
        let rendered = render(&message("A subject", "https://pay.test/invoice.pdf"), &frame("Hello"));
        assert!(rendered.text.contains("Go\nhttps://pay.test/invoice.pdf\n\n"), "{}", rendered.text);
        assert!(rendered.html.contains("href=\"https://pay.test/invoice.pdf\""), "{}", rendered.html);
    }

    #[test]
    fn a_name_never_becomes_markup_or_a_header() {
        let rendered = render(&message("To\r\nBcc: x@y.z", "/"), &frame("<img src=x onerror='a'> {origin}"));
        assert!(rendered.html.contains("&lt;img src=x onerror=&#39;a&#39;&gt; {origin}"), "{}", rendered.html);
        assert!(!rendered.html.contains("<img"), "{}", rendered.html);
        assert_eq!(rendered.subject, "To Bcc: x@y.z");
    }
}
