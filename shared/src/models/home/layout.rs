//! The operator's choices for every home screen: the featured title, and the shelves.

use crate::models::catalogue::Snapshot;
use crate::models::ids::TitleId;
use crate::models::video::CategoryName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;

/// The operator's choices for every home screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HomeLayout {
    /// The featured video or series; `null` if nothing is featured.
    pub featured_id: Option<TitleId>,
    /// The shelves in their order; if the list is empty, all shelves in the default order.
    pub shelves: Vec<ShelfKey>,
}

/// A shelf that the operator chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShelfKey {
    /// What is on the shelf.
    pub kind: ShelfKind,
    /// The category, if the kind is `category`. Case and accents do not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// A new layout from an operator.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayoutEdits {
    /// The featured video or series; if omitted, nothing is featured.
    pub featured_id: Option<TitleId>,
    /// The shelves in their order, each once; an empty list selects the default order.
    #[schemars(length(max = 12))]
    shelves: Vec<ShelfEdit>,
}

/// A shelf from an operator.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShelfEdit {
    kind: ShelfKind,
    /// Required if the kind is `category`, and not allowed otherwise.
    category: Option<CategoryName>,
}

/// What is on a shelf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShelfKind {
    /// All titles, newest first.
    New,
    /// All titles, most views first.
    Popular,
    /// The titles of one category, most views first.
    Category,
}

impl LayoutEdits {
    /// What is wrong with shelves as they were sent, each issue with the index of its shelf. Shelves that do not fit
    /// the schema are skipped.
    pub fn wrong_shelves(shelves: &[Value]) -> Vec<(usize, &'static str)> {
        let mut seen = HashSet::new();
        let mut issues = Vec::new();
        for (index, shelf) in shelves.iter().enumerate() {
            let Ok(edit) = ShelfEdit::deserialize(shelf) else { continue };
            let category = edit.category.map(String::from);
            let (kind, folded) = (edit.kind, category.as_deref().map(Snapshot::folded_category));
            let place = match (kind, folded) {
                (ShelfKind::Category, None) => {
                    issues.push((index, "needs a category"));
                    continue;
                }
                (ShelfKind::Category, folded) => (kind, folded),
                (ShelfKind::New | ShelfKind::Popular, folded) => {
                    issues.extend(folded.map(|_| (index, "takes no category")));
                    (kind, None)
                }
            };
            if !seen.insert(place) {
                issues.push((index, "is listed twice"));
            }
        }
        issues
    }

    /// The layout. Its shelves must have been checked.
    pub fn layout(&self) -> HomeLayout {
        let key = |edit: &ShelfEdit| ShelfKey { kind: edit.kind, category: edit.category.clone().map(String::from) };
        HomeLayout { featured_id: self.featured_id, shelves: self.shelves.iter().map(key).collect() }
    }
}
