//! The operators' searches. The catalogue's search for viewers is a separate crate.

use search::fold;

/// An operator's search: each word must occur in one of a row's texts, ignoring case and accents.
#[derive(Clone, Debug)]
pub struct WordQuery(Vec<String>);

impl WordQuery {
    /// Splits the input into words; `None` if it has no words.
    pub fn parse(typed: &str) -> Option<Self> {
        let words: Vec<String> = fold(typed).split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether it matches a row with these texts.
    pub fn finds(&self, texts: &[&str]) -> bool {
        let folded: Vec<String> = texts.iter().map(|text| fold(text)).collect();
        self.0.iter().all(|word| folded.iter().any(|text| text.contains(word.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_by_any_part_of_address_or_name() {
        let finds = |typed, name: Option<&str>| {
            let texts = ["Zoe.Member-2@Mail.test", name.unwrap_or_default()];
            WordQuery::parse(typed).is_some_and(|query| query.finds(&texts))
        };
        for typed in
            ["member-2", "mail", "@", ".test", "ZOE.", "zoë", "brontë", "lott", "zoe mail", "  Bronte  2@mail "]
        {
            assert!(finds(typed, Some("Charlotte Bronte\u{308}")), "{typed}");
        }
        for typed in ["member-3", "zoe emily", "member_2", "%", ".*", "", "  "] {
            assert!(!finds(typed, Some("Charlotte Bronte\u{308}")), "{typed}");
        }
        assert!(!finds("charlotte", None));
    }
}
