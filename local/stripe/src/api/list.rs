//! List objects: newest first, in pages delimited by ids.

use super::Form;
use crate::error::{ApiError, Result};
use crate::model::UnixSeconds;
use crate::render::{self, Render, View};
use crate::state::Object;
use serde_json::Value;

const LIMIT_DEFAULT: i64 = 10;
const LIMIT_MAX: i64 = 100;

/// The parameters of every list.
pub(crate) struct Paging {
    limit: usize,
    starting_after: Option<String>,
    ending_before: Option<String>,
    created: [Option<UnixSeconds>; 5],
}

impl Paging {
    pub(crate) fn take(form: &mut Form) -> Result<Self> {
        let limit = form.integer("limit")?.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            let message = format!("Invalid limit: must be between 1 and {LIMIT_MAX}");
            return Err(ApiError::invalid(message).code("parameter_invalid_integer").param("limit"));
        }
        let mut created = [None; 5];
        if let Ok(Some(mut range)) = form.clone().form("created") {
            form.ignore(&["created"]);
            for (bound, name) in created.iter_mut().zip(["gt", "gte", "lt", "lte"]) {
                *bound = range.integer(name)?;
            }
            range.finish()?;
        } else {
            created[4] = form.integer("created")?;
        }
        Ok(Self {
            limit: usize::try_from(limit).unwrap_or(1),
            starting_after: form.filled("starting_after")?,
            ending_before: form.filled("ending_before")?,
            created,
        })
    }

    /// One page of `rows`, which are already filtered and newest first.
    pub(crate) fn page<'a, T: Object + Render + 'a>(
        self,
        url: &str,
        rows: impl Iterator<Item = &'a T>,
        view: View<'_>,
    ) -> Result<Value> {
        let [gt, gte, lt, lte, exactly] = self.created;
        let rows = rows.filter(|row| {
            let at = row.created();
            gt.is_none_or(|bound| at > bound)
                && gte.is_none_or(|bound| at >= bound)
                && lt.is_none_or(|bound| at < bound)
                && lte.is_none_or(|bound| at <= bound)
                && exactly.is_none_or(|bound| at == bound)
        });
        let rows: Vec<&T> = rows.collect();
        let place = |id: &str, param: &str| {
            let found = rows.iter().position(|row| row.id() == id);
            found.ok_or_else(|| ApiError::no_such(T::KIND, id, param))
        };
        let (page, has_more) = match (&self.starting_after, &self.ending_before) {
            (Some(id), None) => cut(&rows[place(id, "starting_after")? + 1..], self.limit),
            (None, Some(id)) => {
                let newer = &rows[..place(id, "ending_before")?];
                let start = newer.len().saturating_sub(self.limit);
                (&newer[start..], start > 0)
            }
            (None, None) => cut(&rows, self.limit),
            (Some(_), Some(_)) => {
                let message = "You cannot parameterize both `starting_after` and `ending_before`.";
                return Err(ApiError::invalid(message));
            }
        };
        Ok(render::list(url, page.iter().map(|row| row.render(view)).collect(), has_more))
    }
}

fn cut<T>(rows: &[T], limit: usize) -> (&[T], bool) {
    (&rows[..rows.len().min(limit)], rows.len() > limit)
}
