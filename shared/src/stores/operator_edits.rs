//! Changes of videos by operators: each is written together with its audit entry.

use crate::http::error::ApiError;
use crate::models::ids::VideoId;
use crate::models::video::Video;
use crate::services::{ConfigError, Services};
use crate::stores::audit::{Audit, OperatorAction};
use crate::stores::database::Statement;
use crate::stores::error::StoreError;
use crate::stores::publisher::{Change, Publisher};

/// The tables `videos`, `catalogue` and `audit`, changed together.
#[derive(Clone, Debug)]
pub struct OperatorEdits {
    publisher: Publisher,
    audit: Audit,
}

impl OperatorEdits {
    /// The tables, with this function's settings.
    pub fn connect(services: &Services) -> Result<Self, ConfigError> {
        Ok(Self { publisher: Publisher::connect(services)?, audit: Audit::connect(services)? })
    }

    /// Changes a video with a rule that returns its new state. Returns that state.
    ///
    /// # Errors
    /// `NOT_FOUND` if the video does not exist; those of the store.
    pub async fn edit(
        &self,
        id: VideoId,
        action: &OperatorAction,
        rule: impl Fn(&Video) -> Video,
    ) -> Result<Video, ApiError> {
        let edited = self.try_edit(id, action, |video| Ok::<_, ApiError>(rule(video)), |_| Ok(Vec::new())).await?;
        edited.ok_or_else(|| ApiError::not_found("video"))
    }

    /// Changes a video with a rule that can refuse. `beside` returns more statements that belong to the change, as in
    /// [`Publisher::change`]. Returns the new state; `None` if the video does not exist.
    ///
    /// # Errors
    /// The rule's own; those of [`Publisher::change`].
    pub async fn try_edit<E: From<StoreError>>(
        &self,
        id: VideoId,
        action: &OperatorAction,
        rule: impl Fn(&Video) -> Result<Video, E>,
        beside: impl Fn(&Change) -> Result<Vec<Statement>, StoreError>,
    ) -> Result<Option<Video>, E> {
        let beside = |change: &Change| {
            let mut statements = vec![self.audit.note(&change.audit_entry(action))?];
            statements.append(&mut beside(change)?);
            Ok(statements)
        };
        let changed = self.publisher.change(id, |video| rule(video).map(Some), beside).await?;
        Ok(changed.and_then(|change| change.after))
    }
}
