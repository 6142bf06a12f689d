//! The events of `make events`: the examples in `events/`, with this platform's values: a token, ids of existing
//! objects, a signature, the time. Each event succeeds once.
//!
//! For a function that changes or deletes an account, the event uses a new account, so the seeded ones stay unchanged.

use super::script::Plan;
use super::steps::subscribe;
use super::visitor::{PASSWORD, Visitor};
use crate::machine::Machine;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use shared::endpoint::Access;
use shared::models::poster::OwnPicture;
use shared::stores::caption_files::CaptionFiles;
use shared::stores::image_files::ImageFiles;
use std::collections::BTreeMap;
use std::sync::Arc;

const BASIC: Plan = Plan("basic", "month");

/// Completes examples, by the names of their functions.
///
/// # Errors
/// If the platform was not seeded; the text says which request was refused.
pub(crate) async fn complete(
    machine: &Arc<Machine>,
    examples: Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let writer = EventWriter::new(machine).await?;
    let mut events = Map::new();
    for (function, example) in examples {
        let event = writer.event(&function, example).await.map_err(|error| format!("{function}: {error}"))?;
        events.insert(function, event);
    }
    Ok(events)
}

/// The values for the events.
struct EventWriter {
    machine: Arc<Machine>,
    /// The credentials that each function with a route requires.
    access: BTreeMap<&'static str, Access>,
    admin: Visitor,
    basic: Visitor,
    premium: Visitor,
    /// A published video.
    video: String,
    /// A series with episodes.
    series: String,
}

/// The values of one event.
#[derive(Default)]
struct Subject {
    /// The caller's token, if not the usual one.
    caller: Option<String>,
    /// The id in the path.
    id: Option<String>,
    /// Fields of the body that differ from the example.
    fields: Value,
}

impl EventWriter {
    async fn new(machine: &Arc<Machine>) -> Result<Self, String> {
        let premium = Visitor::sign_in_as(machine, "premium").await?;
        Ok(Self {
            machine: machine.clone(),
            access: machine.linked.accesses(),
            admin: Visitor::sign_in_as(machine, super::ADMIN).await?,
            basic: Visitor::sign_in_as(machine, "basic").await?,
            video: first(&premium, "/api/videos").await?,
            series: first(&premium, "/api/series").await?,
            premium,
        })
    }

    async fn event(&self, function: &str, mut event: Value) -> Result<Value, String> {
        let now = self.machine.clock().now();
        let Some(access) = self.access.get(function) else { return Ok(self.of_job(function, event, now)) };
        let subject = self.subject(function, now).await?;
        let context = &mut event["requestContext"];
        context["time"] = now.to_zoned(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S %z").to_string().into();
        context["timeEpoch"] = now.as_millisecond().into();
        match access {
            Access::Open => {}
            Access::Signature(_) => self.sign(function, &mut event, now)?,
            Access::Session { .. } => authorize(&mut event, subject.caller.as_deref().unwrap_or(self.premium.token())),
            Access::Admin | Access::RecentAdmin => authorize(&mut event, self.admin.token()),
        }
        if let Some(id) = subject.id {
            name_in_path(&mut event, &id);
        }
        if let Value::Object(fields) = subject.fields {
            set_fields(&mut event, fields)?;
        }
        Ok(event)
    }

    /// The event of a job: it contains no id, and no account except an operator's.
    fn of_job(&self, function: &str, mut event: Value, now: Timestamp) -> Value {
        if function == "grant-admin" {
            event["email"] = self.admin.email().into();
        } else if event.get("time").is_some() {
            event["time"] = seconds(now).into();
        }
        event
    }

    async fn subject(&self, function: &str, now: Timestamp) -> Result<Subject, String> {
        let of_id = |id: String| Subject { id: Some(id), ..Subject::default() };
        let of_fields = |fields: Value| Subject { fields, ..Subject::default() };
        let of_caller = |caller: &Visitor| Subject { caller: Some(caller.token().to_owned()), ..Subject::default() };
        Ok(match function {
            "login" => of_fields(json!({ "email": self.premium.email(), "password": PASSWORD })),
            "register" => of_fields(json!({ "email": format!("{}@marquee.test", unique(function)) })),
            "forgot-password" => of_fields(json!({ "email": self.basic.email() })),
            "logout" | "refresh-token" | "create-checkout" | "delete-history" | "create-profile" => {
                of_caller(&self.account(function).await?)
            }
            "add-watchlist" | "remove-watchlist" | "set-watched" | "clear-watched" => {
                Subject { id: Some(self.video.clone()), ..of_caller(&self.account(function).await?) }
            }
            "update-profile" | "delete-profile" | "select-profile" => {
                let (account, profile) = self.profile(function).await?;
                Subject { id: Some(profile), ..of_caller(&account) }
            }
            "change-password" => {
                let fields = json!({ "current_password": PASSWORD });
                Subject { fields, ..of_caller(&self.account(function).await?) }
            }
            "delete-account" => {
                Subject { fields: json!({ "password": PASSWORD }), ..of_caller(&self.account(function).await?) }
            }
            "approve-device-login" => of_fields(json!({ "user_code": self.waiting_device().await?["user_code"] })),
            "poll-device-login" => of_fields(json!({ "device_code": self.approved_device().await?["device_code"] })),
            "reset-password" => of_fields(json!({ "token": self.reset_token(function).await? })),
            "verify-email" => of_fields(json!({ "token": self.account(function).await?.confirmation().await? })),
            "update-me" | "resend-verification" => of_caller(&self.account(function).await?),
            "end-sessions" | "update-member" => of_id(user_id(&self.account(function).await?).await?),
            "end-subscription" => of_id(user_id(&self.subscriber(function).await?).await?),
            "revoke-session" => {
                let account = self.account(function).await?;
                Subject { id: Some(first(&account, "/api/auth/sessions").await?), ..of_caller(&account) }
            }
            "preview-change" | "create-portal" | "list-invoices" | "get-subscription" => of_caller(&self.basic),
            "cancel-subscription" | "change-plan" => of_caller(&self.subscriber(function).await?),
            "resume-subscription" => of_caller(&self.cancelled(function).await?),
            "refund-payment" => of_id(first(&self.subscriber(function).await?, "/api/subscription/invoices").await?),
            "replay-billing-event" => of_id(self.delivered("stripe")?.event_id),
            "get-member" => of_id(user_id(&self.basic).await?),
            "comp-member" => {
                let until = seconds(now + SignedDuration::from_hours(30 * 24));
                Subject { fields: json!({ "until": until }), ..of_id(user_id(&self.account(function).await?).await?) }
            }
            "stop-playback" => {
                let (viewer, playback) = self.playback().await?;
                Subject { id: Some(playback), ..of_caller(&viewer) }
            }
            "update-progress" => {
                let (viewer, playback) = self.playback().await?;
                let fields = json!({ "playback_session_id": playback, "client_time": seconds(now) });
                Subject { id: Some(self.video.clone()), fields, ..of_caller(&viewer) }
            }
            "get-video" | "get-video-page" | "play-video" | "update-video" | "get-title" | "get-title-image"
            | "list-related" | "put-caption" | "delete-caption" | "put-poster" | "generate-captions" => {
                of_id(self.video.clone())
            }
            "get-image" => of_id(self.image_file(now).await?),
            "get-caption-file" => of_id(self.caption_file(now).await?),
            "delete-video" | "replace-upload" => of_id(self.draft().await?),
            "get-series" | "get-series-page" | "list-episodes" | "update-series" => of_id(self.series.clone()),
            "delete-series" => {
                let series = json!({ "title": "To be deleted", "category": "Drama" });
                of_id(text(&self.admin.call("POST", "/api/admin/series", series).await?["id"])?)
            }
            _ => Subject::default(),
        })
    }

    /// A subscriber whose subscription ends with its period.
    async fn cancelled(&self, function: &str) -> Result<Visitor, String> {
        let account = self.subscriber(function).await?;
        account.call("POST", "/api/subscription/cancel", Value::Null).await?;
        Ok(account)
    }

    /// An account with a second profile, and that profile's id.
    async fn profile(&self, function: &str) -> Result<(Visitor, String), String> {
        let account = self.account(function).await?;
        let added = account.call("POST", "/api/profiles", json!({ "name": "Robin" })).await?;
        let id = text(&added["id"])?;
        Ok((account, id))
    }

    /// Starts signing in a device, and approves it.
    async fn approved_device(&self) -> Result<Value, String> {
        let device = self.waiting_device().await?;
        let approval = json!({ "user_code": device["user_code"], "approve": true });
        self.premium.call("POST", "/api/auth/device/approve", approval).await?;
        Ok(device)
    }

    /// Creates a new account for a function.
    async fn account(&self, function: &str) -> Result<Visitor, String> {
        Visitor::register(&self.machine, &unique(function)).await
    }

    async fn subscriber(&self, function: &str) -> Result<Visitor, String> {
        let account = self.account(function).await?;
        subscribe(&account, BASIC).await?;
        Ok(account)
    }

    /// Creates an unpublished video without a film.
    async fn draft(&self) -> Result<String, String> {
        let video = json!({ "title": "A draft", "category": "drama", "required_plan": "basic" });
        text(&self.admin.call("POST", "/api/admin/videos", video).await?["video"]["id"])
    }

    /// Signs in again, because each sign-in holds only one stream, and starts a playback. Returns the sign-in and the
    /// playback's id.
    async fn playback(&self) -> Result<(Visitor, String), String> {
        let viewer = Visitor::sign_in_as(&self.machine, "premium").await?;
        let playback = viewer.call("GET", &format!("/api/videos/{}/play", self.video), Value::Null).await?;
        Ok((viewer, text(&playback["playback_session_id"])?))
    }

    /// The codes of a device that waits to be signed in.
    async fn waiting_device(&self) -> Result<Value, String> {
        Ok(self.premium.call("POST", "/api/auth/device/code", json!({ "device_name": "Living room" })).await?)
    }

    /// The token from a password reset email.
    async fn reset_token(&self, function: &str) -> Result<String, String> {
        let account = self.account(function).await?;
        account.call("POST", "/api/auth/forgot-password", json!({ "email": account.email() })).await?;
        self.machine.timeline.advance(0).await;
        account.token_of("/reset-password")
    }

    /// A file of captions as `put-caption` stores it for Mux. No response contains its id.
    async fn caption_file(&self, now: Timestamp) -> Result<String, String> {
        let services = self.machine.services(&self.machine.template.functions["put-caption"]);
        let files = CaptionFiles::connect(&services).map_err(|error| error.to_string())?;
        let vtt = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nThe light is out.\n".to_owned();
        files.add(vtt, now).await.map_err(|error| error.to_string())
    }

    /// A picture as `put-poster` stores it.
    async fn image_file(&self, now: Timestamp) -> Result<String, String> {
        let services = self.machine.services(&self.machine.template.functions["put-poster"]);
        let files = ImageFiles::connect(&services).map_err(|error| error.to_string())?;
        let id = uuid::Uuid::new_v4().simple().to_string();
        let picture = OwnPicture { id, width: 320, height: 180, placeholder: "#181818".to_owned() };
        let jpeg = vec![0xff, 0xd8, 0xff, 0xd9];
        files.add(&picture, &[(picture.width, jpeg)], now).await.map_err(|error| error.to_string())?;
        Ok(picture.file_id(picture.width))
    }

    /// The provider's last event.
    fn delivered(&self, provider: &str) -> Result<standin::deliveries::Delivery, String> {
        let mut all = self.machine.deliveries.list().into_iter();
        all.find(|delivery| delivery.provider == provider).ok_or_else(|| format!("{provider} has sent no event yet"))
    }

    /// Replaces the event's body by the provider's last event, signed now.
    fn sign(&self, function: &str, event: &mut Value, now: Timestamp) -> Result<(), String> {
        let delivery = self.delivered(function.trim_end_matches("-webhook"))?;
        let signed = self.machine.deliveries.signature(&delivery, now);
        let (name, value) = signed.ok_or("its endpoint is gone")?;
        event["headers"][name] = value.into();
        event["headers"]["content-length"] = delivery.body.len().to_string().into();
        event["body"] = STANDARD.encode(delivery.body).into();
        event["isBase64Encoded"] = true.into();
        Ok(())
    }
}

/// The id of a list's first entry.
async fn first(visitor: &Visitor, path: &str) -> Result<String, String> {
    let found = visitor.call("GET", path, Value::Null).await?;
    text(&found[0]["id"])
}

fn unique(function: &str) -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    format!("{function}-{}", &id[..8])
}

fn seconds(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn text(value: &Value) -> Result<String, String> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| "an answer has no id: the platform needs SEED=full or SEED=demo".to_owned())
}

async fn user_id(visitor: &Visitor) -> Result<String, String> {
    text(&visitor.call("GET", "/api/auth/me", Value::Null).await?["id"])
}

fn authorize(event: &mut Value, token: &str) {
    event["headers"]["authorization"] = format!("Bearer {token}").into();
}

/// Puts an id in the place of the path's only parameter.
fn name_in_path(event: &mut Value, id: &str) {
    let Some(parameter) = event["pathParameters"].as_object_mut().and_then(|all| all.values_mut().next()) else {
        return;
    };
    let example = std::mem::replace(parameter, id.into());
    let example = example.as_str().unwrap_or_default().to_owned();
    for path in ["/rawPath", "/requestContext/http/path"] {
        if let Some(Value::String(path)) = event.pointer_mut(path) {
            *path = path.replace(&example, id);
        }
    }
}

/// Sets fields of a JSON body.
fn set_fields(event: &mut Value, fields: Map<String, Value>) -> Result<(), String> {
    let mut body: Map<String, Value> =
        serde_json::from_str(event["body"].as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
    body.extend(fields);
    let body = Value::Object(body).to_string();
    event["headers"]["content-length"] = body.len().to_string().into();
    event["body"] = body.into();
    Ok(())
}
