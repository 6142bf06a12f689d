//! The text of an email: a subject, paragraphs and at most one action.

use serde::{Deserialize, Serialize};

/// The placeholder for the service's name in messages that rows store.
const SERVICE: &str = "{service}";

/// The sender's name for readers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// The name of the service.
    pub name: String,
}

impl Brand {
    /// The brand of a sender: `Example TV` for `Example TV <no-reply@tv.example>`; without a name, the domain.
    pub fn of_sender(sender: &str) -> Self {
        let (name, address) = sender.split_once('<').unwrap_or(("", sender));
        let name = name.trim().trim_matches('"').trim();
        let domain = address.trim_end_matches(['>', ' ']).rsplit('@').next().unwrap_or_default().trim();
        Self { name: if name.is_empty() { domain } else { name }.to_owned() }
    }

    /// A stored text with the service's name inserted.
    pub fn put_into(&self, text: &str) -> String {
        text.replace(SERVICE, &self.name)
    }
}

/// The text of an email. It contains no secret: a link's one-time token is generated when the email is sent.
///
/// Rows written before there were message catalogues contain such a text, in English, with placeholders for the brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailMessage {
    /// The subject.
    pub subject: String,
    /// The name to greet by.
    pub name: Option<String>,
    /// The paragraphs before the action.
    pub before: Vec<String>,
    /// The action.
    pub action: Option<Action>,
    /// The paragraphs after the action.
    pub after: Vec<String>,
}

/// A link into the web app, shown as a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The button's label.
    pub label: String,
    /// The target: a path in the web app (`/reset-password`) or a URL elsewhere (`https://…`).
    pub path: String,
}

impl EmailMessage {
    /// Adds a paragraph: after the action if there already is one, else before it.
    pub fn add_paragraph(&mut self, paragraph: String) {
        if self.action.is_none() { &mut self.before } else { &mut self.after }.push(paragraph);
    }

    /// A stored message with the service's name inserted.
    #[must_use]
    pub fn branded(&self, brand: &Brand) -> Self {
        let all = |paragraphs: &[String]| paragraphs.iter().map(|text| brand.put_into(text)).collect();
        let action = self.action.as_ref();
        Self {
            subject: brand.put_into(&self.subject),
            name: self.name.clone(),
            before: all(&self.before),
            action: action.map(|action| Action { label: brand.put_into(&action.label), path: action.path.clone() }),
            after: all(&self.after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brand_is_the_senders_name_or_else_its_domain() {
        for (sender, name) in [
            ("Example TV <no-reply@tv.example>", "Example TV"),
            ("\"Example, TV\" <no-reply@tv.example>", "Example, TV"),
            ("no-reply@tv.example", "tv.example"),
            ("<no-reply@tv.example>", "tv.example"),
        ] {
            assert_eq!(Brand::of_sender(sender).name, name, "{sender}");
        }
    }

    #[test]
    fn a_stored_message_names_the_brand_and_leaves_the_readers_name_alone() {
        let stored = EmailMessage {
            subject: "Your receipt from {service}".to_owned(),
            name: Some("{service} Fan".to_owned()),
            before: vec!["Thank you for {service}.".to_owned()],
            action: Some(Action { label: "Open {service}".to_owned(), path: "/account".to_owned() }),
            after: vec!["Yours, {service}".to_owned()],
        };
        let branded = stored.branded(&Brand { name: "Example TV".to_owned() });
        assert_eq!(branded.subject, "Your receipt from Example TV");
        assert_eq!(branded.name.as_deref(), Some("{service} Fan"));
        assert_eq!(
            (&branded.before[0], &branded.after[0]),
            (&"Thank you for Example TV.".into(), &"Yours, Example TV".into())
        );
        assert_eq!(branded.action.expect("an action").label, "Open Example TV");
    }
}
