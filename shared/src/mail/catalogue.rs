//! The texts of emails by language: Project Fluent messages, one file per language, parsed when a language is first
//! used.
//!
//! The tests below ensure that every message has a translation with the same variables in every catalogue. So there is
//! no fallback.

use crate::models::email_message::{Action, Brand, EmailMessage};
use crate::models::erased::Erased;
use crate::models::language::Language;
use crate::models::mail_content::{AfterDecline, MailContent, NextPayment, Watching};
use crate::models::money::Amount;
use crate::models::plan::{Interval, PlanType};
use crate::stores::one_time_tokens::ONE_TIME_TOKEN_LIFE;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::sync::LazyLock;

static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(Language::English));
static GERMAN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(Language::German));
static FRENCH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(Language::French));
static SPANISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new(Language::Spanish));

/// The texts of a language.
pub(crate) struct Catalogue {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Catalogue {
    /// The catalogue of a language.
    pub(crate) fn for_language(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::German => &GERMAN,
            Language::French => &FRENCH,
            Language::Spanish => &SPANISH,
        }
    }

    fn new(language: Language) -> Self {
        let resource = FluentResource::try_new(source(language).to_owned()).expect("the catalogue is Fluent");
        let locale = language.code().parse().expect("the code is a locale");
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Isolation marks only matter for mixed text directions, and would appear around every value.
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).expect("each message has one id");
        Self { language, bundle }
    }

    /// The text of an email.
    pub(crate) fn message(&self, content: &MailContent, brand: &Brand) -> EmailMessage {
        let mut message = EmailMessage::default();
        let args = self.args(content, brand);
        for attribute in self.bundle.get_message(content.id()).into_iter().flat_map(|entry| entry.attributes()) {
            let text = self.bundle.format_pattern(attribute.value(), Some(&args), &mut Vec::new()).into_owned();
            match (attribute.id(), content.link()) {
                ("subject", _) => message.subject = text,
                ("action", Some(link)) => message.action = Some(Action { label: text, path: link.to_owned() }),
                _ if text.is_empty() => {}
                _ => message.add_paragraph(text),
            }
        }
        message
    }

    /// The subject of a message; `None` if there is no message with that id.
    pub(crate) fn subject(&self, id: &str, brand: &Brand) -> Option<String> {
        let subject = self.bundle.get_message(id)?.get_attribute("subject")?;
        let args = with_brand(brand);
        Some(self.bundle.format_pattern(subject.value(), Some(&args), &mut Vec::new()).into_owned())
    }

    /// The greeting for a reader whose name may be unknown.
    pub(crate) fn greeting(&self, name: Option<&str>) -> String {
        let Some(name) = name else { return self.text("greeting", &FluentArgs::new()) };
        let mut args = FluentArgs::new();
        args.set("name", name);
        self.text("greeting_by_name", &args)
    }

    fn text(&self, id: &str, args: &FluentArgs<'_>) -> String {
        let pattern = self.bundle.get_message(id).and_then(|message| message.value());
        let text = pattern.map(|pattern| self.bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned());
        text.unwrap_or_default()
    }

    /// A date in UTC.
    fn date(&self, at: Timestamp) -> String {
        self.text("date", &time_args(at))
    }

    /// A date and a time of day in UTC.
    fn moment(&self, at: Timestamp) -> String {
        self.text("moment", &time_args(at))
    }

    /// The variables of a message.
    fn args<'a>(&self, content: &'a MailContent, brand: &'a Brand) -> FluentArgs<'a> {
        let mut args = with_brand(brand);
        match content {
            MailContent::ResetPassword | MailContent::VerifyEmail | MailContent::ConfirmNewEmail => {
                args.set("minutes", ONE_TIME_TOKEN_LIFE.as_mins());
            }
            MailContent::PasswordChanged { at }
            | MailContent::PasswordReset { at }
            | MailContent::EmailChangeRequested { at }
            | MailContent::EmailChanged { at } => args.set("at", self.moment(*at)),
            MailContent::AccountDeleted { at, erased } => {
                args.set("at", self.moment(*at));
                args.set("counted", yes_or_no(erased.is_some()));
                let Erased { sessions, devices, watch_history, watchlist } = erased.unwrap_or_default();
                args.set("sessions", sessions);
                args.set("devices", devices);
                args.set("history", watch_history);
                args.set("watchlist", watchlist);
            }
            MailContent::NewDevice { device, at } => {
                args.set("at", self.moment(*at));
                set_optional(&mut args, ["named", "device"], device.as_deref());
            }
            MailContent::TrialEnding { plan, interval, price, is_discounted, end } => {
                set_plan(&mut args, *plan, *interval);
                args.set("price", price.in_language(self.language));
                args.set("discounted", yes_or_no(*is_discounted));
                args.set("end", self.date(*end));
            }
            MailContent::SubscriptionCancelled { end, watching, due, is_renewing } => {
                self.set_cancelled(&mut args, *end, *watching, (due.as_ref(), *is_renewing));
            }
            MailContent::PaymentToConfirm { amount, watch_until } => self.set_unpaid(&mut args, amount, *watch_until),
            MailContent::PaymentDeclined { amount, watch_until, then } => {
                self.set_unpaid(&mut args, amount, *watch_until);
                let then = match then {
                    AfterDecline::Retried => "retried",
                    AfterDecline::NotRetried => "not_retried",
                    AfterDecline::Ended => "ended",
                    AfterDecline::Settled => "settled",
                };
                args.set("then", then);
            }
            MailContent::PlanScheduled { plan, interval, start } => {
                set_plan(&mut args, *plan, *interval);
                args.set("start", self.date(*start));
            }
            MailContent::PlanChanged { plan, interval } => set_plan(&mut args, *plan, *interval),
            MailContent::Refunded { amount } => args.set("amount", amount.in_language(self.language)),
            MailContent::Receipt { amount, plan, next_payment, invoice_number, invoice_pdf } => {
                args.set("amount", amount.in_language(self.language));
                set_optional(&mut args, ["planned", "plan"], plan.map(PlanType::title));
                let (next, date) = match next_payment {
                    Some(NextPayment::Due(on)) => ("due", self.date(*on)),
                    Some(NextPayment::NoneAfter(end)) => ("none", self.date(*end)),
                    None => ("unknown", String::new()),
                };
                args.set("next", next);
                args.set("date", date);
                set_optional(&mut args, ["numbered", "number"], invoice_number.as_deref());
                args.set("invoice", if invoice_pdf.is_some() { "pdf" } else { "page" });
            }
            MailContent::BillingPaused { until } => {
                let until = until.map(|until| self.date(until));
                set_optional(&mut args, ["limited", "until"], until.as_deref());
            }
            MailContent::BillingResumed | MailContent::DuplicateCancelled | MailContent::SubscriptionEnded => {}
        }
        args
    }

    /// The variables of a cancellation. `charges` is what is still due, and whether the subscription renews.
    fn set_cancelled(
        &self,
        args: &mut FluentArgs<'_>,
        end: Timestamp,
        watching: Watching,
        charges: (Option<&Amount>, bool),
    ) {
        let (access, until) = match watching {
            Watching::UntilEnd => ("open", end),
            Watching::Until(until) => ("shorter", until),
            Watching::Paused => ("paused", end),
        };
        args.set("access", access);
        args.set("until", self.date(until));
        args.set("end", self.date(end));
        let (due, is_renewing) = charges;
        args.set("amount", due.map(|due| due.in_language(self.language)).unwrap_or_default());
        let charges = match (due, is_renewing) {
            (None, false) => "none",
            (None, true) => "renewing",
            (Some(_), false) => "due",
            (Some(_), true) => "due_renewing",
        };
        args.set("charges", charges);
    }

    /// The variables of a payment that has not been made.
    fn set_unpaid(&self, args: &mut FluentArgs<'_>, amount: &Amount, watch_until: Option<Timestamp>) {
        args.set("amount", amount.in_language(self.language));
        args.set("access", if watch_until.is_some() { "open" } else { "paused" });
        args.set("until", watch_until.map(|until| self.date(until)).unwrap_or_default());
    }
}

const fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("en.ftl"),
        Language::German => include_str!("de.ftl"),
        Language::French => include_str!("fr.ftl"),
        Language::Spanish => include_str!("es.ftl"),
    }
}

fn with_brand(brand: &Brand) -> FluentArgs<'_> {
    let mut args = FluentArgs::new();
    args.set("service", brand.name.as_str());
    args
}

fn set_plan(args: &mut FluentArgs<'_>, plan: PlanType, interval: Interval) {
    args.set("plan", plan.title());
    args.set("interval", interval.name());
}

/// Sets a variable that may be absent, and another one by which messages select their wording.
fn set_optional(args: &mut FluentArgs<'_>, [is_given, name]: [&'static str; 2], value: Option<&str>) {
    args.set(is_given, yes_or_no(value.is_some()));
    args.set(name, value.unwrap_or_default().to_owned());
}

const fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

fn time_args(at: Timestamp) -> FluentArgs<'static> {
    let at = at.to_zoned(TimeZone::UTC);
    let mut args = FluentArgs::new();
    args.set("day", FluentValue::from(at.day()));
    args.set("month", FluentValue::from(at.month()));
    args.set("year", FluentValue::from(at.year()));
    args.set("time", at.strftime("%H:%M").to_string());
    args
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
