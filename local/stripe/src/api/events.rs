use super::form::change_metadata;
use super::{Form, Paging, deleted, found};
use crate::error::{ApiError, Result};
use crate::model::*;
use crate::render::Render;
use crate::tx::Tx;
use serde_json::{Value, json};

/// The event types that a list can filter by, from Stripe's reference.
const KINDS_MAX: usize = 20;

pub(super) fn list(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let paging = Paging::take(&mut form)?;
    let (kind, kinds) = (form.filled("type")?, form.texts("types")?);
    form.finish()?;
    if kinds.len() > KINDS_MAX {
        return Err(ApiError::invalid(format!("Invalid types: at most {KINDS_MAX} are allowed")).param("types"));
    }
    let is = |event: &Event, wanted: &str| match wanted.strip_suffix('*') {
        Some(prefix) => event.event_type.starts_with(prefix),
        None => event.event_type == wanted,
    };
    let rows = tx.state.events.iter().filter(|event| {
        kind.as_ref().is_none_or(|kind| is(event, kind))
            && (kinds.is_empty() || kinds.iter().any(|kind| is(event, kind)))
    });
    paging.page("/v1/events", rows, tx.view())
}

pub(super) fn create_endpoint(tx: &mut Tx<'_>, mut form: Form) -> Result<Value> {
    let url = form.required("url")?;
    let events = form.texts("enabled_events")?;
    if events.is_empty() {
        return Err(ApiError::missing_param("enabled_events"));
    }
    let endpoint = WebhookEndpoint {
        id: tx.ids.next("we"),
        created: tx.now,
        url,
        secret: tx.ids.next("whsec"),
        enabled_events: events,
        description: form.filled("description")?,
        enabled: true,
        metadata: form.new_metadata()?,
    };
    check_version(&mut form)?;
    form.finish()?;
    check_url(&endpoint.url)?;
    tx.put(endpoint.clone());
    // The secret is shown only once.
    let mut answer = endpoint.render(tx.view());
    answer["secret"] = json!(endpoint.secret);
    Ok(answer)
}

pub(super) fn update_endpoint(tx: &mut Tx<'_>, id: &str, mut form: Form) -> Result<Value> {
    found::<WebhookEndpoint>(tx, id)?;
    let (url, description, metadata) = (form.filled("url")?, form.unsettable("description")?, form.metadata()?);
    let (events, disabled) = (form.texts("enabled_events")?, form.boolean("disabled")?);
    form.finish()?;
    url.as_deref().map_or(Ok(()), check_url)?;
    let endpoint = tx.edit(id, |endpoint: &mut WebhookEndpoint| {
        endpoint.url = url.unwrap_or_else(|| endpoint.url.clone());
        endpoint.description = description.over(endpoint.description.take());
        endpoint.enabled = disabled.map_or(endpoint.enabled, |disabled| !disabled);
        if !events.is_empty() {
            endpoint.enabled_events = events;
        }
        change_metadata(&mut endpoint.metadata, metadata);
    });
    Ok(endpoint.render(tx.view()))
}

pub(super) fn delete_endpoint(tx: &mut Tx<'_>, id: &str, form: Form) -> Result<Value> {
    form.finish()?;
    found::<WebhookEndpoint>(tx, id)?;
    tx.state.webhook_endpoints.remove(id);
    Ok(deleted(id, "webhook_endpoint"))
}

fn check_url(url: &str) -> Result<()> {
    // Real Stripe sends to the internet. The stand-in must only send to its own machine.
    let host = url::Url::parse(url)
        .ok()
        .filter(|url| url.scheme() == "http")
        .and_then(|url| url.host_str().map(str::to_owned));
    if host.is_some_and(|host| host == "127.0.0.1" || host == "localhost") {
        return Ok(());
    }
    Err(ApiError::invalid("Invalid URL: this stand-in posts to http://127.0.0.1 and http://localhost only.")
        .param("url"))
}

fn check_version(form: &mut Form) -> Result<()> {
    match form.filled("api_version")? {
        Some(version) if version != crate::render::API_VERSION => {
            Err(ApiError::invalid(format!("Invalid API version: {version}")).param("api_version"))
        }
        _ => Ok(()),
    }
}
