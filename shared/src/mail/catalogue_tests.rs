use super::*;
use crate::mail::layout::{Frame, Rendered, render};
use crate::models::money::Amount;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use std::collections::{BTreeMap, BTreeSet};

const BRAND: &str = "Filmothek am Rosengarten TV";
const ORIGIN: &str = "https://filmothek-am-rosengarten.example";
const SUBJECT_CHARACTERS_MAX: usize = 80;

fn at() -> Timestamp {
    "2026-09-30T14:05:59Z".parse().expect("a moment")
}

/// Every email with the longest plausible values, and also without the optional values that change the wording.
fn examples() -> Vec<MailContent> {
    let at = at();
    let amount = || Amount::new(-123_456_789_012, "usd");
    let (plan, interval) = (PlanType::Premium, Interval::Month);
    let until = [Some(at), None];
    let mut all = vec![
        MailContent::ResetPassword,
        MailContent::PasswordChanged { at },
        MailContent::PasswordReset { at },
        MailContent::NewDevice { device: Some("a".repeat(80)), at },
        MailContent::NewDevice { device: None, at },
        MailContent::VerifyEmail,
        MailContent::ConfirmNewEmail,
        MailContent::EmailChangeRequested { at },
        MailContent::EmailChanged { at },
        MailContent::AccountDeleted { at, erased: None },
        MailContent::AccountDeleted { at, erased: Some(Erased::default()) },
        MailContent::AccountDeleted {
            at,
            erased: Some(Erased { sessions: 1, devices: 12, watch_history: 1_234, watchlist: 1 }),
        },
        MailContent::TrialEnding { plan, interval, price: amount(), is_discounted: true, end: at },
        MailContent::TrialEnding { plan, interval: Interval::Year, price: amount(), is_discounted: false, end: at },
        MailContent::PlanScheduled { plan, interval, start: at },
        MailContent::PlanChanged { plan, interval: Interval::Year },
        MailContent::Refunded { amount: amount() },
        MailContent::BillingPaused { until: Some(at) },
        MailContent::BillingPaused { until: None },
        MailContent::BillingResumed,
        MailContent::DuplicateCancelled,
        MailContent::SubscriptionEnded,
    ];
    all.extend(until.map(|watch_until| MailContent::PaymentToConfirm { amount: amount(), watch_until }));
    for then in [AfterDecline::Retried, AfterDecline::NotRetried, AfterDecline::Ended, AfterDecline::Settled] {
        all.extend(until.map(|watch_until| MailContent::PaymentDeclined { amount: amount(), watch_until, then }));
    }
    for watching in [Watching::UntilEnd, Watching::Until(at), Watching::Paused] {
        for (due, is_renewing) in [(None, false), (None, true), (Some(amount()), false), (Some(amount()), true)] {
            all.push(MailContent::SubscriptionCancelled { end: at, watching, due, is_renewing });
        }
    }
    let receipt = |plan, next_payment, number: Option<&str>, pdf: Option<&str>| MailContent::Receipt {
        amount: amount(),
        plan,
        next_payment,
        invoice_number: number.map(str::to_owned),
        invoice_pdf: pdf.map(str::to_owned),
    };
    let pdf = "https://pay.example/invoice/acct_1/live_YWNjdF8x/pdf?s=ap";
    all.push(receipt(Some(plan), Some(NextPayment::Due(at)), Some("A1B2C3D4-0042"), Some(pdf)));
    all.push(receipt(Some(plan), Some(NextPayment::NoneAfter(at)), None, None));
    all.push(receipt(None, None, None, None));
    all
}

fn rendered(language: Language, content: &MailContent) -> Rendered {
    let catalogue = Catalogue::for_language(language);
    let message = catalogue.message(content, &Brand { name: BRAND.to_owned() });
    let greeting = catalogue.greeting(Some("Maximiliane-Alexandra von und zu Hohenstein"));
    let frame = Frame { language: language.code(), greeting, service: BRAND, origin: ORIGIN, token: None };
    render(&message, &frame)
}

#[test]
fn every_mail_is_complete_in_every_language() {
    for content in examples() {
        for language in Language::ALL {
            let Rendered { subject, text, html } = rendered(language, &content);
            let name = format!("{language:?}: {content:?}\n{subject}\n{text}");
            assert!(!subject.is_empty() && subject.chars().count() < SUBJECT_CHARACTERS_MAX, "{name}");
            assert!(subject.contains(BRAND), "the subject says who writes: {name}");
            for part in [&subject, &text, &html] {
                assert!(!part.contains(['{', '}']), "an unknown variable or message: {name}");
                for wrong in [" .", " ,", "  ", "()"] {
                    let prose = part.split("-- \n").next().unwrap_or_default();
                    assert!(!prose.contains(wrong), "{wrong:?}: {name}");
                }
            }
            assert!(html.contains(&format!("<html lang=\"{}\">", language.code())), "{html}");
            if let Some(link) = content.link() {
                let url = if link.starts_with('/') { format!("{ORIGIN}{link}") } else { link.to_owned() };
                assert!(text.contains(&format!("\n{url}\n")) && html.contains(&format!("href=\"{url}\"")), "{name}");
            }
            let paragraphs = text.split("\n\n").count();
            assert_eq!(paragraphs, html.matches("<p ").count(), "text and HTML have the same paragraphs: {name}");
            assert!(paragraphs >= 4, "{name}");
        }
    }
}

#[test]
fn no_two_languages_say_the_same() {
    for content in examples() {
        let texts: BTreeSet<String> = Language::ALL.map(|language| rendered(language, &content).text).into();
        assert_eq!(texts.len(), Language::ALL.len(), "{content:?}");
    }
}

/// What a pattern depends on: its variables and messages, and the keys of its selectors, except plural categories and
/// numbers, which differ between languages.
fn needs(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            needs_of(expression, found);
        }
    }
}

fn needs_of(expression: &Expression<&str>, found: &mut BTreeSet<String>) {
    let (inline, variants) = match expression {
        Expression::Inline(inline) => (inline, &Vec::new()),
        Expression::Select { selector, variants } => (selector, variants),
    };
    let name = match inline {
        InlineExpression::VariableReference { id } => format!("${}", id.name),
        InlineExpression::MessageReference { id, .. } => id.name.to_owned(),
        InlineExpression::StringLiteral { .. } => String::new(),
        other => panic!("{other:?} has no check"),
    };
    for variant in variants {
        if let VariantKey::Identifier { name: key } = variant.key
            && !["zero", "one", "two", "few", "many", "other"].contains(&key)
        {
            found.insert(format!("{name}[{key}]"));
        }
        needs(&variant.value, found);
    }
    // Each language has its own date format.
    if !["$day", "$month", "$year", ""].contains(&name.as_str()) {
        found.insert(name);
    }
}

/// Every text of a language by its name, such as `receipt.subject`, and what it depends on.
fn texts(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let resource = FluentResource::try_new(source(language).to_owned()).expect("Fluent");
    let mut texts = BTreeMap::new();
    for entry in resource.entries() {
        let Entry::Message(message) = entry else { continue };
        let value = message.value.iter().map(|value| (message.id.name.to_owned(), value));
        let name = |attribute: &str| format!("{}.{attribute}", message.id.name);
        let attributes = message.attributes.iter().map(|attribute| (name(attribute.id.name), &attribute.value));
        for (name, pattern) in value.chain(attributes) {
            let mut found = BTreeSet::new();
            needs(pattern, &mut found);
            assert!(texts.insert(name.clone(), found).is_none(), "{language:?} has {name} twice");
        }
    }
    texts
}

#[test]
fn every_message_is_translated_and_has_the_same_variables() {
    let english = texts(Language::English);
    for language in Language::ALL {
        assert_eq!(texts(language), english, "{language:?} and English differ");
    }
}

#[test]
fn every_content_has_a_message_and_an_example() {
    let code = include_str!("../models/mail_content.rs");
    let ids = code.lines().filter_map(|line| line.trim().split_once("=> \"")?.1.strip_suffix("\","));
    let ids: BTreeSet<String> = ids.map(str::to_owned).collect();
    let examples: BTreeSet<String> = examples().iter().map(|content| content.id().to_owned()).collect();
    let messages = texts(Language::English).into_keys();
    let messages: BTreeSet<String> =
        messages.filter_map(|name| Some(name.strip_suffix(".subject")?.to_owned())).collect();
    assert_eq!(examples, ids);
    assert_eq!(messages, ids);
}

#[test]
fn a_row_names_its_message_and_is_read_as_it_was_written() {
    for content in examples() {
        let row = serde_json::to_value(&content).expect("JSON");
        assert_eq!(row["message"], content.id());
        assert_eq!(serde_json::from_value::<MailContent>(row).expect("a content"), content);
    }
}

#[test]
fn a_subject_needs_no_facts() {
    for (name, needs) in texts(Language::English) {
        if name.ends_with(".subject") {
            assert_eq!(needs, BTreeSet::from(["$service".to_owned()]), "{name}: operators see it before it is sent");
        }
    }
    let brand = Brand { name: "Example TV".to_owned() };
    let subject = |id| Catalogue::for_language(Language::English).subject(id, &brand);
    assert_eq!(subject("receipt").as_deref(), Some("Your receipt from Example TV"));
    assert_eq!(subject("Your receipt from {service}"), None);
    assert_eq!(subject("date"), None);
}

#[test]
fn dates_plurals_and_money_follow_the_language() {
    let first = "2026-03-01T09:05:00Z".parse().expect("a moment");
    for (language, moment) in [
        (Language::English, "1 March 2026 at 09:05 UTC"),
        (Language::German, "1. März 2026 um 09:05 Uhr (UTC)"),
        (Language::French, "1er mars 2026 à 09:05 (UTC)"),
        (Language::Spanish, "1 de marzo de 2026 a las 09:05 (UTC)"),
    ] {
        assert_eq!(Catalogue::for_language(language).moment(first), moment);
    }
    assert_eq!(Catalogue::for_language(Language::French).date(at()), "30 septembre 2026");
    for (language, part) in [
        (Language::English, "expires in 30 minutes."),
        (Language::German, "läuft in 30 Minuten ab."),
        (Language::French, "expire dans 30 minutes."),
        (Language::Spanish, "caduca en 30 minutos."),
    ] {
        let text = rendered(language, &MailContent::ResetPassword).text;
        assert!(text.contains(part), "{text}");
    }
    let trial = MailContent::TrialEnding {
        plan: PlanType::Premium,
        interval: Interval::Year,
        price: Amount::new(129_900, "eur"),
        is_discounted: true,
        end: first,
    };
    for (language, part) in [
        (Language::English, "Premium costs €1,299.00 a year, less your discount."),
        (Language::German, "Premium 1.299,00\u{a0}€ im Jahr, abzüglich Ihres Rabatts."),
        (Language::French, "Premium coûte 1\u{202f}299,00\u{a0}€ par an, moins votre remise."),
        (Language::Spanish, "Premium cuesta 1299,00\u{a0}€ al año, menos tu descuento."),
    ] {
        let text = rendered(language, &trial).text;
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_device_that_names_itself_never_becomes_markup_or_a_variable() {
    let content = MailContent::NewDevice { device: Some("<b>Phone</b> { $service }".to_owned()), at: at() };
    for language in Language::ALL {
        let rendered = rendered(language, &content);
        assert!(rendered.text.contains("\n<b>Phone</b> { $service }\n"), "{}", rendered.text);
        assert!(rendered.html.contains("&lt;b&gt;Phone&lt;/b&gt; { $service }"), "{}", rendered.html);
    }
}
