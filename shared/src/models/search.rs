//! Search for members. The catalogue's search is a separate crate.

use search::fold;

/// An operator's search for a member: each word must occur in the address or the name, ignoring case and accents.
#[derive(Clone, Debug)]
pub struct MemberQuery(Vec<String>);

impl MemberQuery {
    /// Splits the input into words; `None` if it has no words.
    pub fn parse(typed: &str) -> Option<Self> {
        let words: Vec<String> = fold(typed).split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether it matches a member.
    pub fn finds(&self, email: &str, name: Option<&str>) -> bool {
        let (email, name) = (fold(email), name.map(fold).unwrap_or_default());
        self.0.iter().all(|word| email.contains(word.as_str()) || name.contains(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_by_any_part_of_address_or_name() {
        let finds =
            |typed, name| MemberQuery::parse(typed).is_some_and(|query| query.finds("Zoe.Member-2@Mail.test", name));
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
