//! SES: sent messages go to a mailbox that the console shows.

use super::protocol::{Service, answer, error};
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
/// Longest address that SES accepts.
const ADDRESS_BYTES_MAX: usize = 320;
const KIND: &str = "mail.message";

/// A sent message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Its id at SES.
    pub id: String,
    /// The sender, as written.
    pub from: String,
    /// The recipients, as written.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// When SES accepted it, by the clock.
    pub sent_at: Timestamp,
}

/// The sent messages.
pub struct Mailbox {
    clock: Clock,
    documents: Documents,
    /// Oldest first, each with its sequence number.
    messages: Mutex<VecDeque<(String, Message)>>,
}

impl Mailbox {
    /// Opens the mailbox with the messages of earlier runs.
    ///
    /// # Errors
    /// If the documents cannot be read.
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

    /// Deletes all messages.
    pub fn reset(&self) {
        self.messages.lock().expect("no panic while held").clear();
        self.documents.clear(KIND);
    }

    /// Implements `SendEmail`.
    pub fn answer(&self, body: &Bytes) -> http::Response<Bytes> {
        let refused = |why: &str| error(Service::Mail, StatusCode::BAD_REQUEST, "BadRequestException", why);
        let Ok(request) = serde_json::from_slice::<Value>(body) else { return refused("not JSON") };
        let text = |value: &Value| value["Data"].as_str().map(str::to_owned);
        let simple = &request["Content"]["Simple"];
        let (Some(from), Some(subject)) = (request["FromEmailAddress"].as_str(), text(&simple["Subject"])) else {
            return refused("a sender and simple content with a subject are required");
        };
        let recipients = |kind| request["Destination"][kind].as_array().into_iter().flatten();
        let to: Vec<String> = ["ToAddresses", "CcAddresses", "BccAddresses"]
            .into_iter()
            .flat_map(recipients)
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect();
        let (plain, html) = (text(&simple["Body"]["Text"]), text(&simple["Body"]["Html"]));
        if let Some(why) = to.iter().find_map(|one| unreachable(one)) {
            return refused(why);
        }
        if to.is_empty() || (plain.is_none() && html.is_none()) {
            return refused("a recipient and a body are required");
        }
        // Real SES requires ASCII before the `@` and domains in Punycode.
        if to.iter().any(|one| !one.is_ascii()) {
            return refused("Domain contains illegal character");
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

/// Why SES rejects an address: it does not support SMTPUTF8, and requires domains in Punycode.
fn unreachable(address: &str) -> Option<&'static str> {
    let Some((local, domain)) = address.rsplit_once('@') else { return Some("Missing final '@domain'") };
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    match (is_plain(local), is_plain(domain)) {
        (false, _) => Some("Local address contains control, whitespace or non-ASCII characters"),
        (_, false) => Some("Domain contains control, whitespace or non-ASCII characters"),
        _ if address.len() > ADDRESS_BYTES_MAX => Some("Address length is more than 320 bytes"),
        _ => None,
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
    fn messages_are_listed_newest_first_and_found_by_address() {
        let documents = Documents::open(Some(Path::new(":memory:"))).unwrap();
        let mailbox = Mailbox::open(Clock::default(), documents.clone()).unwrap();
        for (to, subject) in [("a@x.test", "one"), ("b@x.test", "two"), ("A@x.test", "three")] {
            assert_eq!(send(&mailbox, to, subject), StatusCode::OK);
        }
        assert_eq!(send(&mailbox, "a@x.test", "").as_u16(), 200, "an empty subject is a subject");
        for unreachable in ["jörg@x.test", "a@bücher.test"] {
            assert_eq!(send(&mailbox, unreachable, "four"), StatusCode::BAD_REQUEST, "{unreachable}");
        }

        let again = Mailbox::open(Clock::default(), documents).unwrap();
        let subjects = |to| again.list(to).into_iter().map(|message| message.subject).collect::<Vec<_>>();
        assert_eq!(subjects(Some("a@x.test")), ["", "three", "one"]);
        assert_eq!(subjects(None).len(), 4);
        again.reset();
        assert!(again.list(None).is_empty());
    }

    #[test]
    fn an_undeliverable_address_is_refused() {
        let mailbox = Mailbox::open(Clock::default(), Documents::open(None).unwrap()).unwrap();
        for to in ["jörg@x.test", "a b@x.test", "a@mün.test", "a@", "@x.test", "nobody", "a\r\nb@x.test"] {
            assert_eq!(send(&mailbox, to, "subject"), StatusCode::BAD_REQUEST, "{to}");
        }
        assert_eq!(send(&mailbox, "a@xn--mn-xka.test", "subject"), StatusCode::OK);
    }

    #[test]
    fn a_message_without_content_is_refused() {
        let mailbox = Mailbox::open(Clock::default(), Documents::open(None).unwrap()).unwrap();
        let raw = json!({ "FromEmailAddress": "a@x.test", "Content": { "Raw": { "Data": "" } } });
        assert_eq!(mailbox.answer(&Bytes::from(raw.to_string())).status(), StatusCode::BAD_REQUEST);
        assert!(mailbox.list(None).is_empty());
    }
}
