//! SES: what is sent lands in a mailbox that the console shows.

use super::{Service, answer, error};
use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use standin::clock::Clock;
use standin::documents::Documents;
use std::collections::VecDeque;
use std::sync::Mutex;

const MESSAGES_KEPT_MAX: usize = 2_000;
const KIND: &str = "mail.message";

/// A message that was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// SES's id of it.
    pub id: String,
    /// Sender, as written.
    pub from: String,
    /// Recipients, as written.
    pub to: Vec<String>,
    /// Subject.
    pub subject: String,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// When SES took it, on the clock.
    pub sent_at: Timestamp,
}

/// Every message sent, as far as they are kept.
pub struct Mailbox {
    clock: Clock,
    documents: Documents,
    /// Oldest first, each with its place in the order.
    messages: Mutex<VecDeque<(String, Message)>>,
}

impl Mailbox {
    /// Opens the mailbox with what an earlier run left in it.
    ///
    /// # Errors
    /// When the documents cannot be read.
    pub fn open(clock: Clock, documents: Documents) -> rusqlite::Result<Self> {
        let messages = documents.all(KIND)?.into_iter().collect();
        Ok(Self { clock, documents, messages: Mutex::new(messages) })
    }

    /// The messages to an address, or all, newest first.
    pub fn list(&self, to: Option<&str>) -> Vec<Message> {
        let is_wanted =
            |message: &Message| to.is_none_or(|to| message.to.iter().any(|one| one.eq_ignore_ascii_case(to)));
        let messages = self.messages.lock().expect("no panic while held");
        messages.iter().rev().map(|(_, message)| message).filter(|message| is_wanted(message)).cloned().collect()
    }

    /// Forgets all messages.
    pub fn reset(&self) {
        self.messages.lock().expect("no panic while held").clear();
        self.documents.clear(KIND);
    }

    /// Answers `SendEmail`.
    pub fn answer(&self, body: &Bytes) -> http::Response<Bytes> {
        let refused = |why: &str| error(Service::Mail, StatusCode::BAD_REQUEST, "BadRequestException", why);
        let Ok(request) = serde_json::from_slice::<Value>(body) else { return refused("not JSON") };
        let text = |value: &Value| value["Data"].as_str().map(str::to_owned);
        let simple = &request["Content"]["Simple"];
        let (Some(from), Some(subject)) = (request["FromEmailAddress"].as_str(), text(&simple["Subject"])) else {
            return refused("a sender and simple content with a subject are needed");
        };
        let recipients = |kind| request["Destination"][kind].as_array().into_iter().flatten();
        let to: Vec<String> = ["ToAddresses", "CcAddresses", "BccAddresses"]
            .into_iter()
            .flat_map(recipients)
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect();
        let (plain, html) = (text(&simple["Body"]["Text"]), text(&simple["Body"]["Html"]));
        if to.is_empty() || (plain.is_none() && html.is_none()) {
            return refused("a recipient and a body are needed");
        }
        let id = self.keep(from.to_owned(), to, subject, plain, html);
        answer(Service::Mail, StatusCode::OK, &json!({ "MessageId": id }))
    }

    fn keep(
        &self,
        from: String,
        to: Vec<String>,
        subject: String,
        text: Option<String>,
        html: Option<String>,
    ) -> String {
        let sent_at = self.clock.now();
        let id = uuid::Uuid::new_v4().to_string();
        let mut messages = self.messages.lock().expect("no panic while held");
        let last = messages.back().and_then(|(place, _)| place.parse::<u64>().ok()).unwrap_or(0);
        let place = format!("{:012}", last + 1);
        let message = Message { id: id.clone(), from, to, subject, text, html, sent_at };
        self.documents.put(KIND, &place, &message);
        messages.push_back((place, message));
        if messages.len() > MESSAGES_KEPT_MAX
            && let Some((oldest, _)) = messages.pop_front()
        {
            self.documents.remove(KIND, &oldest);
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn send(mailbox: &Mailbox, to: &str, subject: &str) -> StatusCode {
        let body = json!({
            "FromEmailAddress": "Marquee <no-reply@marquee.example>",
            "Destination": { "ToAddresses": [to] },
            "Content": { "Simple": { "Subject": { "Data": subject }, "Body": { "Text": { "Data": "text" } } } },
        });
        mailbox.answer(&Bytes::from(body.to_string())).status()
    }

    #[test]
    fn messages_are_kept_newest_first_and_found_by_address() {
        let documents = Documents::open(Some(Path::new(":memory:"))).unwrap();
        let mailbox = Mailbox::open(Clock::default(), documents.clone()).unwrap();
        for (to, subject) in [("a@x.test", "one"), ("b@x.test", "two"), ("A@x.test", "three")] {
            assert_eq!(send(&mailbox, to, subject), StatusCode::OK);
        }
        assert_eq!(send(&mailbox, "a@x.test", "").as_u16(), 200, "an empty subject is a subject");

        let again = Mailbox::open(Clock::default(), documents).unwrap();
        let subjects = |to| again.list(to).into_iter().map(|message| message.subject).collect::<Vec<_>>();
        assert_eq!(subjects(Some("a@x.test")), ["", "three", "one"]);
        assert_eq!(subjects(None).len(), 4);
        again.reset();
        assert!(again.list(None).is_empty());
    }

    #[test]
    fn a_message_without_content_is_refused() {
        let mailbox = Mailbox::open(Clock::default(), Documents::open(None).unwrap()).unwrap();
        let raw = json!({ "FromEmailAddress": "a@x.test", "Content": { "Raw": { "Data": "" } } });
        assert_eq!(mailbox.answer(&Bytes::from(raw.to_string())).status(), StatusCode::BAD_REQUEST);
        assert!(mailbox.list(None).is_empty());
    }
}
