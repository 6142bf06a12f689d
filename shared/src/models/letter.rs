//! Mail as it is written: a subject, paragraphs and at most one thing to do, as plain text and as simple HTML.

use serde::{Deserialize, Serialize};

/// What a mail says. It holds no secret: a link's one-time token is made when the mail is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The name to greet by.
    pub name: Option<String>,
    /// What comes before the action, a paragraph each.
    pub before: Vec<String>,
    /// What the reader can do.
    pub action: Option<Action>,
    /// What comes after it.
    pub after: Vec<String>,
}

/// A link into the web app, shown as a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The button: `Choose a new password`.
    pub label: String,
    /// Where it leads in the web app: `/reset-password`.
    pub path: String,
}

/// A letter in the form that goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The subject, on one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

impl Letter {
    /// A letter that says something.
    pub fn new(subject: impl Into<String>, name: Option<&str>) -> Self {
        let name = name.map(str::to_owned);
        Self { subject: subject.into(), name, before: Vec::new(), action: None, after: Vec::new() }
    }

    /// Adds a paragraph; one that follows the action stands below it.
    #[must_use]
    pub fn say(mut self, paragraph: impl Into<String>) -> Self {
        if self.action.is_none() { &mut self.before } else { &mut self.after }.push(paragraph.into());
        self
    }

    /// Adds the one thing to do.
    #[must_use]
    pub fn action(mut self, label: impl Into<String>, path: impl Into<String>) -> Self {
        self.action = Some(Action { label: label.into(), path: path.into() });
        self
    }

    /// Asks whoever forgot a password to choose a new one.
    pub fn reset_password(name: Option<&str>) -> Self {
        Self::new("Reset your Marquee password", name)
            .say("Somebody asked to reset the password of your Marquee account. If it was you, choose a new one here:")
            .action("Choose a new password", "/reset-password")
            .say("The link works once, within 30 minutes. A new password signs you out on all your devices.")
            .say("If you did not ask for this, there is nothing to do: your password stays as it is.")
    }

    /// The letter as it goes out: its link leads to `origin`, with `token` where it needs one.
    pub fn render(&self, origin: &str, token: Option<&str>) -> Rendered {
        let link = self.action.as_ref().map(|action| {
            let query = token.map(|token| format!("?token={token}")).unwrap_or_default();
            (action.label.as_str(), format!("{origin}{}{query}", action.path))
        });
        let greeting = match &self.name {
            Some(name) => format!("Hello {name},"),
            None => "Hello,".to_owned(),
        };
        let subject = self.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = self.text(&greeting, link.as_ref(), origin);
        let html = self.html(&greeting, link.as_ref(), origin);
        Rendered { subject, text, html }
    }

    fn text(&self, greeting: &str, link: Option<&(&str, String)>, origin: &str) -> String {
        let mut parts = vec![greeting.to_owned()];
        parts.extend(self.before.iter().cloned());
        parts.extend(link.map(|(label, url)| format!("{label}:\n{url}")));
        parts.extend(self.after.iter().cloned());
        parts.push(format!("-- \nMarquee\n{origin}\n"));
        parts.join("\n\n")
    }

    fn html(&self, greeting: &str, link: Option<&(&str, String)>, origin: &str) -> String {
        let paragraph = |text: &String| format!("<p style=\"margin:0 0 16px\">{}</p>\n", escaped(text));
        let button = link.map(|(label, url)| {
            format!(
                "<p style=\"margin:24px 0\"><a href=\"{}\" style=\"{BUTTON}\">{}</a></p>\n",
                escaped(url),
                escaped(label)
            )
        });
        let body: String = std::iter::once(paragraph(&greeting.to_owned()))
            .chain(self.before.iter().map(paragraph))
            .chain(button)
            .chain(self.after.iter().map(paragraph))
            .collect();
        let (title, origin) = (escaped(&self.subject), escaped(origin));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
             <body style=\"margin:0;background:#f4f4f6\">\n<div style=\"{PAPER}\">\n{body}\
             <p style=\"margin:32px 0 0;color:#6b6b76;font-size:13px\">Marquee · <a href=\"{origin}\" \
             style=\"color:#6b6b76\">{origin}</a></p>\n</div>\n</body>\n</html>\n"
        )
    }
}

/// Styles stand on the elements: readers of mail drop style sheets.
const PAPER: &str = "max-width:560px;margin:0 auto;padding:32px 24px;background:#ffffff;color:#1b1b1f;\
                     font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const BUTTON: &str = "display:inline-block;padding:12px 20px;border-radius:6px;background:#b3122b;color:#ffffff;\
                      font-weight:600;text-decoration:none";

/// Text as HTML shows it, in elements and in quoted attributes: a name is whatever its user typed.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_of_the_given_origin_and_carries_the_token_in_both_forms() {
        let rendered = Letter::reset_password(Some("Ada")).render("https://marquee.test", Some("t0-k_n"));
        let link = "https://marquee.test/reset-password?token=t0-k_n";
        assert!(rendered.text.contains(&format!("Choose a new password:\n{link}\n\n")), "{}", rendered.text);
        assert!(rendered.html.contains(&format!("href=\"{link}\"")), "{}", rendered.html);
        assert!(rendered.text.starts_with("Hello Ada,\n\n"));
        assert_eq!(rendered.subject, "Reset your Marquee password");
    }

    #[test]
    fn a_name_is_text_and_never_markup_or_a_header() {
        let rendered = Letter::new("To\r\nBcc: x@y.z", Some("<img src=x onerror='a'>")).render("https://m.test", None);
        assert!(!rendered.html.contains("<img"));
        assert!(rendered.html.contains("Hello &lt;img src=x onerror=&#39;a&#39;&gt;,"));
        assert!(!rendered.subject.contains(['\r', '\n']));
    }
}
