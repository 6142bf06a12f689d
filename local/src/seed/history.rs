//! Three months of history in a new platform: sets the clock back, and plays the script on the timeline, through the
//! API.

use super::script::{DAYS, DEMO, MEMBERS, Member, MemberAction, Plan};
use super::steps::{add_video, join};
use super::visitor::{ActionError, Visitor};
use crate::machine::Machine;
use jiff::SignedDuration;
use mux_standin::demo::Title;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

/// The length of the history.
pub(super) const LENGTH: SignedDuration = SignedDuration::from_hours(24 * DAYS);
const DAY: i64 = 86_400;
/// When people watch: the start of a window, in seconds of the day, and its length.
const EVENING: i64 = 43_200;
const EVENING_SECONDS: u32 = 2_700;
/// The number of films available from the start; the others are published one by one.
const FIRST_FILMS: usize = 10;
/// The days between their publications.
const FILM_DAYS: i64 = 5;
/// Seconds between two progress reports of a player during the first half of the view.
const BEAT_SECONDS: i64 = 20;
/// The videos left unfinished at the end, for Continue watching: by whom, how many seconds before the end, which film,
/// and what percentage was watched.
const LATELY: [(&str, i64, usize, i64); 5] = [
    ("premium", 7_200, 4, 45),
    ("premium", 3_600, 0, 70),
    ("basic", 9_000, 4, 30),
    ("basic", 5_400, 3, 60),
    ("viewer", 1_800, 1, 55),
];

/// The watchlists of the demo accounts: the account and its films, first added first.
const WATCHLISTS: [(&str, &[usize]); 3] = [("premium", &[12, 8, 6]), ("basic", &[13, 7]), ("viewer", &[9, 2])];
/// When those films are added, in seconds before the end: before anything is left unfinished.
const LISTED_SECONDS: i64 = 12_000;

/// An event of the history.
enum Step {
    Release(usize),
    Join(&'static Member),
    Do(&'static Member, MemberAction),
    /// A member watches some films; the number determines which, and how much of them.
    Watch(&'static Member, u32),
    /// A member watches a film up to a percentage.
    Begin(&'static Member, usize, i64),
    /// A member puts a film on their watchlist.
    List(&'static Member, usize),
    /// A month has passed.
    Say(i64),
}

/// A film to watch.
struct Film {
    id: String,
    required_plan: &'static str,
    seconds: i64,
}

struct Seeder<'a> {
    machine: &'a Arc<Machine>,
    media: Vec<(&'static Title, PathBuf)>,
    series: BTreeMap<&'static str, String>,
    films: Vec<Film>,
    admin: Visitor,
    people: HashMap<&'static str, Visitor>,
}

/// Plays the whole history, starting at the clock's current time.
pub(super) async fn play(
    machine: &Arc<Machine>,
    admin: Visitor,
    media: Vec<(&'static Title, PathBuf)>,
) -> Result<(), String> {
    let start = machine.clock().now();
    let steps = steps(media.len());
    let (series, films, people) = (BTreeMap::new(), Vec::new(), HashMap::new());
    let mut seeder = Seeder { machine, media, series, films, admin, people };
    for (second, step) in steps {
        machine.timeline.advance_to(start + SignedDuration::from_secs(second)).await;
        seeder.step(step).await?;
    }
    machine.timeline.advance_to(start + LENGTH).await;
    Ok(())
}

/// All events in order, with their time in seconds.
fn steps(films: usize) -> Vec<(i64, Step)> {
    let mut steps = Vec::new();
    for film in 0..films {
        let late = (film + 1).saturating_sub(FIRST_FILMS);
        let day = i64::try_from(late).unwrap_or_default() * FILM_DAYS;
        steps.push((day.min(DAYS - 1) * DAY + 60, Step::Release(film)));
    }
    for (number, member) in DEMO.iter().chain(&MEMBERS).enumerate() {
        let number = u32::try_from(number).unwrap_or_default();
        // Spreads the events over the day.
        let hour = i64::from(chance(number, 0, 0) % 14 + 3) * 3_600;
        steps.push((member.joins * DAY + hour, Step::Join(member)));
        for (day, action) in member.then {
            steps.push((day * DAY + hour + 1_800, Step::Do(member, *action)));
        }
        for day in member.joins + 1..DAYS {
            let draw = |what: u32| chance(number, u32::try_from(day).unwrap_or_default(), what);
            if draw(1) % 100 < member.watches {
                let second = day * DAY + EVENING + i64::from(draw(2) % EVENING_SECONDS);
                steps.push((second, Step::Watch(member, draw(3))));
            }
        }
    }
    for (name, before_end, film, hundredths) in LATELY {
        let member = DEMO.iter().find(|member| member.name == name);
        steps.extend(member.map(|member| (DAYS * DAY - before_end, Step::Begin(member, film, hundredths))));
    }
    for (name, films) in WATCHLISTS {
        let member = DEMO.iter().find(|member| member.name == name);
        let of_member = |member: &'static Member| films.iter().map(move |film| Step::List(member, *film));
        let listed = member.into_iter().flat_map(of_member);
        steps.extend(
            (0..).zip(listed).map(|(number, step): (i64, Step)| (DAYS * DAY - LISTED_SECONDS + number * 60, step)),
        );
    }
    steps.extend((1..DAYS / 30).map(|month| (month * 30 * DAY, Step::Say(month))));
    steps.sort_by_key(|(second, _)| *second);
    steps
}

/// A pseudo-random number that is the same each time.
fn chance(who: u32, when: u32, what: u32) -> u32 {
    let mut number = who.wrapping_mul(0x9e37_79b1) ^ when.wrapping_mul(0x85eb_ca77) ^ what.wrapping_mul(0xc2b2_ae3d);
    number = (number ^ (number >> 15)).wrapping_mul(0x2c1b_3c6d);
    number = (number ^ (number >> 12)).wrapping_mul(0x297a_2d39);
    number ^ (number >> 15)
}

impl Seeder<'_> {
    async fn step(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Release(film) => self.release(film).await,
            Step::Join(member) => {
                let visitor = join(self.machine, member).await?;
                self.people.insert(member.name, visitor);
                Ok(())
            }
            Step::Do(member, action) => match self.act(member, action).await {
                // With different template parameters the action may not be possible; then it is skipped.
                Ok(()) | Err(ActionError::Refused(_)) => Ok(()),
                Err(error) => Err(error.into()),
            },
            Step::Watch(member, drawn) => self.watch(member, drawn).await,
            Step::Begin(member, film, hundredths) => self.see(member, film, hundredths).await.map(drop),
            Step::List(member, film) => self.list(member, film).await,
            Step::Say(month) => {
                let line = json!({ "level": "info", "demo_history": format!("{month} of {} months", DAYS / 30) });
                self.machine.log.announce(&line.to_string());
                Ok(())
            }
        }
    }

    async fn release(&mut self, film: usize) -> Result<(), String> {
        self.admin.come_back().await?;
        let (title, folder) = &self.media[film];
        let id = add_video(self.machine, &self.admin, title, folder, &mut self.series).await?;
        let video = self.admin.call("GET", &format!("/api/videos/{id}"), Value::Null).await?;
        let seconds = video["duration"].as_f64().ok_or("the film has no duration")?;
        #[allow(clippy::cast_possible_truncation, reason = "a film is shorter than a day")]
        self.films.push(Film { id, required_plan: title.required_plan, seconds: seconds as i64 });
        Ok(())
    }

    async fn act(&mut self, member: &Member, action: MemberAction) -> Result<(), ActionError> {
        let broken = |text: &str| ActionError::Broken(format!("{}: {text}", member.name));
        let visitor = self.people.get_mut(member.name).ok_or_else(|| broken("has not registered yet"))?;
        let email = visitor.email().to_owned();
        match action {
            MemberAction::Card(outcome) => {
                self.machine.stripe.set_outcome(&email, outcome);
                return Ok(());
            }
            MemberAction::Change(_) | MemberAction::Cancel | MemberAction::Resume => {
                visitor.come_back().await.map_err(ActionError::Broken)?;
            }
            MemberAction::Gift(..) | MemberAction::Refund(..) => {
                self.admin.sign_in_again().await.map_err(ActionError::Broken)?;
            }
        }
        let visitor = &self.people[member.name];
        match action {
            MemberAction::Card(_) => {}
            MemberAction::Change(Plan(plan_type, interval)) => {
                let change = json!({ "plan_type": plan_type, "interval": interval });
                visitor.call("POST", "/api/subscription/change", change).await?;
            }
            MemberAction::Cancel => drop(visitor.call("POST", "/api/subscription/cancel", Value::Null).await?),
            MemberAction::Resume => drop(visitor.call("POST", "/api/subscription/resume", Value::Null).await?),
            MemberAction::Gift(plan_type, days, reason) => {
                let until = self.machine.clock().now() + SignedDuration::from_hours(24 * days);
                let gift = json!({ "plan_type": plan_type, "until": until, "reason": reason });
                let id = self.member_id(&email).await?;
                self.admin.call("POST", &format!("/api/admin/members/{id}/comp"), gift).await?;
            }
            MemberAction::Refund(amount, reason) => {
                let id = self.member_id(&email).await?;
                let detail = self.admin.call("GET", &format!("/api/admin/members/{id}"), Value::Null).await?;
                let paid = detail["payments"].as_array().into_iter().flatten().find(|one| one["status"] == "paid");
                let Some(payment) = paid.and_then(|one| one["id"].as_str()) else { return Ok(()) };
                let mut wanted = json!({ "reason": reason });
                if let Some(amount) = amount {
                    wanted["amount"] = amount.into();
                }
                self.admin.call("POST", &format!("/api/admin/payments/{payment}/refund"), wanted).await?;
            }
        }
        // Delivers the webhooks that the action caused.
        self.machine.timeline.advance(0).await;
        Ok(())
    }

    async fn member_id(&self, email: &str) -> Result<String, ActionError> {
        let found = self.admin.call("GET", &format!("/api/admin/members?email={email}"), Value::Null).await?;
        let id = found[0]["id"].as_str().map(str::to_owned);
        id.ok_or_else(|| ActionError::Broken(format!("{email} is not a member")))
    }

    /// An evening: some films, most of them to the end.
    async fn watch(&mut self, member: &'static Member, drawn: u32) -> Result<(), String> {
        for number in 0..=drawn % 3 {
            let draw = |what: u32| chance(drawn, number, what);
            let hundredths = if draw(1) % 3 == 0 { 10 + i64::from(draw(2) % 50) } else { 100 };
            let film = draw(3) as usize % self.films.len();
            // A member without access gets an error, and watches a free film instead.
            if !self.see(member, film, hundredths).await? {
                let free: Vec<usize> =
                    (0..self.films.len()).filter(|at| self.films[*at].required_plan == "free").collect();
                self.see(member, free[draw(4) as usize % free.len()], hundredths).await?;
            }
        }
        Ok(())
    }

    async fn list(&mut self, member: &'static Member, film: usize) -> Result<(), String> {
        let visitor = self.people.get_mut(member.name).ok_or("this member has not registered yet")?;
        visitor.come_back().await?;
        visitor.call("PUT", &format!("/api/watchlist/{}", self.films[film].id), Value::Null).await?;
        Ok(())
    }

    /// Plays a film up to a percentage, reporting like a player; `false` if the member may not watch it.
    async fn see(&mut self, member: &'static Member, film: usize, hundredths: i64) -> Result<bool, String> {
        let visitor = self.people.get_mut(member.name).ok_or("this member has not registered yet")?;
        visitor.come_back().await?;
        let Film { id, seconds, .. } = &self.films[film];
        let grant = match visitor.call("GET", &format!("/api/videos/{id}/play"), Value::Null).await {
            Err(ActionError::Refused(_)) => return Ok(false),
            grant => grant?,
        };
        #[allow(clippy::cast_possible_truncation, reason = "a film is shorter than a day")]
        let mut position = grant["resume_position"].as_f64().unwrap_or_default() as i64;
        // A member who was already further continues a little.
        let end = (seconds * hundredths / 100).max(position + 2).min(*seconds);
        while position < end {
            let passed = BEAT_SECONDS.min(end - position);
            self.machine.timeline.advance(passed.unsigned_abs()).await;
            position += passed;
            let beat = json!({ "progress": position, "playback_session_id": grant["playback_session_id"] });
            visitor.call("PUT", &format!("/api/videos/{id}/progress"), beat).await?;
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_is_the_same_each_time_and_leaves_something_to_continue() {
        let times = |steps: Vec<(i64, Step)>| -> Vec<i64> { steps.into_iter().map(|(second, _)| second).collect() };
        assert_eq!(times(steps(25)), times(steps(25)));
        let all = steps(25);
        let views = all.iter().filter(|(_, step)| matches!(step, Step::Watch(..))).count();
        assert!((200..600).contains(&views), "{views} evenings");
        assert!(all.iter().all(|(second, _)| (0..DAYS * DAY).contains(second)));
        assert!(all.iter().rev().take(LATELY.len()).all(|(_, step)| matches!(step, Step::Begin(..))));
    }
}
