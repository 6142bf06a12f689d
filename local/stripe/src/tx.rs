//! One change of the state: all its changes and events take effect together, or none do.

use crate::error::{ApiError, Result};
use crate::ids::Ids;
use crate::model::{Event, UnixSeconds};
use crate::render::{Render, View, changed_attributes};
use crate::state::{State, Stored};
use serde_json::Value;

/// The fixed configuration of the stand-in, and the settings that a merchant makes in Stripe's dashboard.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The URL of the hosted pages, without a trailing slash.
    pub base_url: String,
    pub dunning: crate::config::Dunning,
}

/// The API request that causes a change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub request_id: Option<String>,
    pub idempotency_key: Option<String>,
}

/// A change in progress.
pub(crate) struct Tx<'a> {
    pub state: &'a mut State,
    pub ids: &'a mut Ids,
    pub settings: &'a Settings,
    pub now: UnixSeconds,
    pub origin: Origin,
    /// The ids of the events that it emitted, in order.
    pub emitted: Vec<String>,
}

impl Tx<'_> {
    pub(crate) fn view(&self) -> View<'_> {
        View { state: self.state, base_url: &self.settings.base_url }
    }

    /// The object with an id that is known to exist.
    ///
    /// # Panics
    /// If it does not exist: objects refer to each other by ids that are never removed.
    pub(crate) fn get<T: Stored>(&self, id: &str) -> T {
        T::table(self.state).get(id).unwrap_or_else(|| panic!("{} {id} exists", T::KIND)).clone()
    }

    /// The object that the parameter `param` names.
    pub(crate) fn find<T: Stored>(&self, id: &str, param: &str) -> Result<T> {
        T::table(self.state).get(id).cloned().ok_or_else(|| ApiError::no_such(T::KIND, id, param))
    }

    pub(crate) fn put<T: Stored>(&mut self, object: T) {
        T::table_mut(self.state).put(object);
    }

    /// Changes an object without emitting an event.
    pub(crate) fn edit<T: Stored>(&mut self, id: &str, edit: impl FnOnce(&mut T)) -> T {
        let mut object: T = self.get(id);
        edit(&mut object);
        self.put(object.clone());
        object
    }

    /// Changes an object and emits an event with its previous values, unless no visible attribute changed.
    pub(crate) fn update<T: Stored + Render>(&mut self, id: &str, event_type: &str, edit: impl FnOnce(&mut T)) -> T {
        let before = self.get::<T>(id).render(self.view());
        let object = self.edit(id, edit);
        let after = object.render(self.view());
        if let Some(previous) = changed_attributes(&before, &after) {
            self.emit_value(event_type, after, Some(previous));
        }
        object
    }

    /// Emits an event about an object in its current state.
    pub(crate) fn emit<T: Stored + Render>(&mut self, event_type: &str, id: &str) {
        let object = self.get::<T>(id).render(self.view());
        self.emit_value(event_type, object, None);
    }

    pub(crate) fn emit_value(&mut self, event_type: &str, object: Value, previous_attributes: Option<Value>) {
        let endpoints = self.state.webhook_endpoints.iter().filter(|endpoint| endpoint.wants(event_type)).count();
        let event = Event {
            id: self.ids.next("evt"),
            created: self.now,
            event_type: event_type.to_owned(),
            object,
            previous_attributes,
            request_id: self.origin.request_id.clone(),
            idempotency_key: self.origin.idempotency_key.clone(),
            endpoints: endpoints as u64,
        };
        self.emitted.push(event.id.clone());
        self.put(event);
    }

    /// Makes changes to compute their result, then rolls them back.
    pub(crate) fn dry_run<R>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> R) -> R {
        // The rollback would also undo earlier changes of the transaction, so there must be none.
        debug_assert!(self.emitted.is_empty(), "only a transaction that changed nothing yet can be a dry run");
        let mut tx = Tx {
            state: &mut *self.state,
            ids: &mut *self.ids,
            settings: self.settings,
            now: self.now,
            origin: Origin::default(),
            emitted: Vec::new(),
        };
        let result = work(&mut tx);
        self.state.rollback();
        result
    }
}
