//! All text of mail is in the catalogues (`shared/src/mail/*.ftl`).

use crate::tidy::{root, sources};
use proc_macro2::{TokenStream, TokenTree};
use std::fs;

/// The files that define the content and the layout of mail.
const MAIL: [&str; 5] = [
    "shared/src/mail/catalogue.rs",
    "shared/src/mail/layout.rs",
    "shared/src/models/mail_content.rs",
    "shared/billing/src/billing_mail.rs",
    "shared/billing/src/notices.rs",
];

/// The string literals in code, without attributes, file names and messages for developers.
fn literals(code: TokenStream, found: &mut Vec<String>) {
    let mut is_skipped = false;
    for token in code {
        match &token {
            TokenTree::Group(group) if !is_skipped => literals(group.stream(), found),
            TokenTree::Literal(literal) => found.push(literal.to_string()),
            _ => {}
        }
        is_skipped = match &token {
            TokenTree::Punct(punct) => punct.as_char() == '#' || (punct.as_char() == '!' && is_skipped),
            TokenTree::Ident(name) => ["expect", "include_str"].contains(&name.to_string().as_str()),
            _ => false,
        };
    }
}

/// The field values of each `MailContent::Name { … }` in code.
fn contents(code: TokenStream, found: &mut Vec<TokenStream>) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            contents(group.stream(), found);
        }
        let is_content = matches!(token, TokenTree::Ident(name) if name == "MailContent");
        if is_content && let Some(TokenTree::Group(group)) = tokens.get(at + 4) {
            found.push(group.stream());
        }
    }
}

/// Whether a literal is text for readers: two words side by side, or a capitalised word.
fn is_prose(literal: &str) -> bool {
    let mut text = String::new();
    let mut is_tag = false;
    for character in literal.chars() {
        is_tag = character == '<' || (is_tag && character != '>');
        text.push(if is_tag { '<' } else { character });
    }
    let is_word = |word: &&str| word.chars().count() > 1 && word.chars().all(char::is_alphabetic);
    let words: Vec<&str> = text.split(['"', '.', ',', '!', '?', ':', ' ', '\n', '<', '>']).collect();
    let side_by_side = words.windows(2).any(|pair| pair.iter().all(is_word));
    let capitalised = |word: &&str| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
    };
    side_by_side || words.iter().any(capitalised)
}

fn parsed(code: &str) -> TokenStream {
    code.parse().expect("Rust")
}

#[test]
fn no_mail_has_text_outside_the_catalogues() {
    for prose in ["\"Hello,\"", "\"Your plan changes.\"", "\"<p>Danke</p>\"", "\"see you\""] {
        assert!(is_prose(prose), "{prose} is found");
    }
    for path in MAIL {
        let folder = path.rsplit_once('/').expect("a folder").0;
        let code = sources(folder).remove(path).unwrap_or_else(|| panic!("{path} is missing"));
        let mut found = Vec::new();
        literals(parsed(&code), &mut found);
        found.retain(|literal| is_prose(literal));
        assert_eq!(found, Vec::<String>::new(), "{path} contains text for people; it belongs in the catalogues");
    }
    let layout = fs::read_to_string(root().join("shared/src/mail/layout.html")).expect("the layout");
    let visible: String = layout.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect();
    for placeholder in ["{title}", "{body}", "{service}", "{origin}"] {
        assert!(visible.contains(placeholder), "{placeholder} is in the layout");
    }
    let rest = ["{title}", "{body}", "{service}", "{origin}"].iter().fold(visible, |text, name| text.replace(name, ""));
    assert!(!rest.contains(char::is_alphabetic), "the layout contains the text {rest:?}");
}

#[test]
fn no_code_writes_text_into_mail_content() {
    let mut contents_found = 0;
    for (path, code) in ["functions", "shared/billing/src"].iter().flat_map(|folder| sources(folder)) {
        let mut found = Vec::new();
        contents(parsed(&code), &mut found);
        for content in &found {
            let mut texts = Vec::new();
            literals(content.clone(), &mut texts);
            assert_eq!(texts, Vec::<String>::new(), "{path}: {content}");
        }
        contents_found += found.len();
    }
    assert!(contents_found > 10, "{contents_found}");
}

/// Fluent and its data are needed only by functions that send or show mail.
#[test]
fn only_functions_that_send_or_show_mail_link_the_catalogues() {
    let functions = sources("functions");
    let shows_mail = |code: &str| code.contains("shared::mail::") || code.contains("shared::member_details::");
    let linking = functions.iter().filter(|(_, code)| shows_mail(code));
    let linking: Vec<&str> = linking.filter_map(|(path, _)| path.split('/').nth(1)).collect();
    let expected = [
        "change-password",
        "comp-member",
        "delete-account",
        "forgot-password",
        "get-member",
        "resend-verification",
        "reset-password",
        "send-mail",
        "update-me",
        "update-member",
        "verify-email",
    ];
    assert_eq!(linking, expected);
    for (path, code) in ["shared/src", "shared/billing/src"].iter().flat_map(|folder| sources(folder)) {
        let is_mail = path.starts_with("shared/src/mail") || path == "shared/src/member_details.rs";
        assert!(is_mail || !(code.contains("fluent_bundle") || code.contains("crate::mail")), "{path}");
        assert!(is_mail || !code.contains("shared::mail::"), "{path}");
    }
}
