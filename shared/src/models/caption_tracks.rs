//! The text tracks of a video at Mux: how uploaded captions replace earlier ones, and how they stay when the file is
//! replaced.
//!
//! Viewers keep the earlier captions until Mux has read the new ones. Only then are the earlier ones deleted, so a
//! failure at any point leaves at least one of them. The name of a text track is unique at Mux, so the new track has
//! another name there until the earlier one is deleted.
//!
//! Text tracks belong to a file at Mux. After the file was replaced, the job adds the old file's captions to the new one,
//! and Mux reads them from the old one. So the old file is deleted only after that.

use crate::models::video::{CaptionReplacement, CaptionStatus, CaptionTrack, CarriedCaptions, Obsolete, Video};
use jiff::{SignedDuration, Timestamp};

/// How long Mux may take to read captions before it is asked about them.
const READING_TIME: SignedDuration = SignedDuration::from_mins(5);

impl Video {
    /// The captions in a language, by the ids of their tracks.
    pub fn captions_in(&self, language: &str) -> Vec<String> {
        let tracks = self.captions.iter().filter(|track| track.language == language);
        tracks.map(|track| track.track_id.clone()).collect()
    }

    /// Whether a new text track can have this name at Mux now.
    pub fn is_caption_name_free(&self, name: &str) -> bool {
        let is_awaited =
            |obsolete: &Obsolete| matches!(obsolete, Obsolete::Captions { name: other, .. } if other == name);
        !self.captions.iter().any(|track| track.name == name) && !self.obsolete.iter().any(is_awaited)
    }

    /// The video with captions that Mux is reading. They replace those in the same language once they are ready. A
    /// report about them may already have arrived. `known` are the captions in the language that the video had before
    /// the new ones were added at Mux.
    ///
    /// Of two uploads at the same time, the one that is written last wins. Captions that are known only from Mux's report
    /// are not replaced, because the request that added them has yet to write them. Otherwise A's captions could be
    /// deleted as replaced by B's, then A's request could delete B's as replaced by A's, and none would be left.
    #[must_use]
    pub fn with_captions(&self, new: &CaptionTrack, name: &str, known: &[String], now: Timestamp) -> Self {
        let mut video = self.clone();
        video.found_captions.retain(|track_id| *track_id != new.track_id);
        let mut former = video.captions_in(&new.language);
        let is_unwritten = |track_id: &String| video.found_captions.contains(track_id) && !known.contains(track_id);
        former.retain(|track_id| *track_id != new.track_id && !is_unwritten(track_id));
        for replacement in &mut video.caption_replacements {
            replacement.former.retain(|track_id| *track_id != new.track_id);
        }
        let pending = video.obsolete.len();
        let is_new =
            |obsolete: &Obsolete| matches!(obsolete, Obsolete::Captions { track_id, .. } if *track_id == new.track_id);
        video.obsolete.retain(|obsolete| !is_new(obsolete));
        // Their reports were ignored, so ask for them at once.
        let is_late = video.obsolete.len() < pending;
        if !video.captions.iter().any(|track| track.track_id == new.track_id) {
            video.captions.push(new.clone());
        }
        if !former.is_empty() {
            let replacement = CaptionReplacement { track_id: new.track_id.clone(), name: name.to_owned(), former };
            video.caption_replacements.push(replacement);
        }
        video.check_at = (!is_late).then(|| now + READING_TIME);
        video.replace_captions();
        video
    }

    /// The video without these captions.
    #[must_use]
    pub fn without_captions(&self, track_ids: &[String]) -> Self {
        let mut video = self.clone();
        video.captions.retain(|track| !track_ids.contains(&track.track_id));
        video.caption_replacements.retain(|replacement| !track_ids.contains(&replacement.track_id));
        video
    }

    /// Whether something is still to be read from the file that this video's file replaced.
    pub fn needs_former_file(&self) -> bool {
        !self.carried_captions.is_empty() || self.awaits_captions()
    }

    /// The video after its file got a track of the former file; `None` if Mux refused it.
    #[must_use]
    pub fn with_carried(&self, carried: &CarriedCaptions, added: Option<&CaptionTrack>) -> Self {
        let mut video = self.clone();
        video.carried_captions.retain(|one| one != carried);
        // A report about it may already have arrived.
        let news = added.filter(|added| video.captions.iter().all(|one| one.track_id != added.track_id)).cloned();
        video.captions.extend(news);
        video
    }

    /// Notes which captions a new file shall get from the current one: those that an operator uploaded, in languages
    /// that the new file does not have.
    pub(super) fn carry_captions(&mut self, new: &[CaptionTrack]) {
        let Some(playback_id) = &self.mux_playback_id else { return };
        let is_missing = |language: &str| new.iter().all(|one| one.language != language);
        let uploaded = self.captions.iter().filter(|one| one.status == CaptionStatus::Ready && !one.is_generated);
        let carried = uploaded.map(|track| CarriedCaptions {
            playback_id: playback_id.clone(),
            track_id: track.track_id.clone(),
            language: track.language.clone(),
            name: track.name.clone(),
        });
        self.carried_captions.extend(carried);
        self.carried_captions.retain(|carried| is_missing(&carried.language));
    }

    /// The tracks as Mux reports them.
    pub(super) fn take_captions(&mut self, reported: &[CaptionTrack]) {
        let is_known = |track_id: &String| self.captions.iter().any(|track| track.track_id == *track_id);
        let reported_ids: Vec<String> = reported.iter().map(|track| track.track_id.clone()).collect();
        let found = reported_ids.iter().filter(|track_id| !is_known(track_id)).cloned();
        let found: Vec<String> = self.found_captions.iter().cloned().chain(found).collect();
        self.found_captions = found.into_iter().filter(|track_id| reported_ids.contains(track_id)).collect();
        self.captions = reported.to_vec();
        self.replace_captions();
    }

    /// Lets captions that are ready take the place of those that they replace.
    fn replace_captions(&mut self) {
        let asset_id = self.mux_asset_id.clone().unwrap_or_default();
        for replacement in std::mem::take(&mut self.caption_replacements) {
            let status =
                self.captions.iter().find(|track| track.track_id == replacement.track_id).map(|one| one.status);
            match status {
                Some(CaptionStatus::Ready) => {
                    let CaptionReplacement { track_id, name, former } = replacement;
                    self.obsolete.extend(former.into_iter().map(|former| Obsolete::Captions {
                        asset_id: asset_id.clone(),
                        track_id: former,
                        successor: track_id.clone(),
                        name: name.clone(),
                    }));
                    // The job's next run deletes the former tracks.
                    self.check_at = None;
                }
                // The former ones stay, and the operator sees that the new ones failed.
                Some(CaptionStatus::Errored) => {}
                Some(CaptionStatus::Preparing) | None => self.caption_replacements.push(replacement),
            }
        }
        let names = self.caption_replacements.iter().map(|new| (&new.track_id, &new.name));
        let pending = self.obsolete.iter().filter_map(|obsolete| match obsolete {
            Obsolete::Captions { track_id, successor, name, .. } => Some((track_id, successor, name)),
            Obsolete::Asset(_) | Obsolete::Upload(_) => None,
        });
        for (track_id, name) in names.chain(pending.clone().map(|(_, successor, name)| (successor, name))) {
            for track in self.captions.iter_mut().filter(|track| track.track_id == *track_id) {
                track.name.clone_from(name);
            }
        }
        let deleted: Vec<&String> = pending.map(|(track_id, ..)| track_id).collect();
        self.captions.retain(|track| !deleted.contains(&&track.track_id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::video_edit::NewVideo;
    use serde_json::{from_value, json};

    fn track(id: &str, name: &str, status: CaptionStatus) -> CaptionTrack {
        let (track_id, language) = (id.to_owned(), "de".to_owned());
        CaptionTrack { track_id, language, name: name.to_owned(), status, is_generated: false }
    }

    /// A video with the ready captions `a`, which `b` shall replace.
    fn replacing(now: Timestamp) -> Video {
        let new: NewVideo = from_value(json!({ "title": "A film", "category": "Drama", "required_plan": "basic" }))
            .expect("a new video");
        let mut video = new.video(now);
        video.mux_asset_id = Some("asset".to_owned());
        video.captions = vec![track("a", "Deutsch", CaptionStatus::Ready)];
        video.with_captions(&track("b", "Deutsch (1)", CaptionStatus::Preparing), "Deutsch", &known(), now)
    }

    /// The captions before the uploads.
    fn known() -> [String; 1] {
        ["a".to_owned()]
    }

    fn shown(video: &Video) -> Vec<(&str, &str, CaptionStatus)> {
        video.captions.iter().map(|track| (track.track_id.as_str(), track.name.as_str(), track.status)).collect()
    }

    #[test]
    fn earlier_captions_stay_until_the_new_ones_are_ready() {
        let mut video = replacing(Timestamp::UNIX_EPOCH);
        let both = [("a", "Deutsch", CaptionStatus::Ready), ("b", "Deutsch", CaptionStatus::Preparing)];
        assert_eq!(shown(&video), both);
        assert_eq!(video.obsolete, []);

        let at_mux = [track("a", "Deutsch", CaptionStatus::Ready), track("b", "Deutsch (1)", CaptionStatus::Ready)];
        for _ in 0..2 {
            video.take_captions(&at_mux);
            assert_eq!(shown(&video), [("b", "Deutsch", CaptionStatus::Ready)]);
            let [Obsolete::Captions { track_id, successor, name, .. }] = &video.obsolete[..] else {
                panic!("{:?}", video.obsolete)
            };
            assert_eq!((track_id.as_str(), successor.as_str(), name.as_str()), ("a", "b", "Deutsch"));
        }
        assert!(!video.is_caption_name_free("Deutsch") && video.is_caption_name_free("Deutsch (2)"));
    }

    #[test]
    fn the_upload_that_is_written_last_wins_over_concurrent_ones() {
        let (b, c) = ("b", "c");
        let ready = |id| track(id, id, CaptionStatus::Ready);
        for is_b_ready_when_written in [false, true] {
            let mut video = replacing(Timestamp::UNIX_EPOCH);
            video.caption_replacements.clear();
            // Both are reported before either is written.
            video.take_captions(&[ready(b), ready(c)]);
            let status = if is_b_ready_when_written { CaptionStatus::Ready } else { CaptionStatus::Preparing };
            video.captions[0].status = status;
            video = video.with_captions(&track(b, "Deutsch", status), "Deutsch", &known(), Timestamp::UNIX_EPOCH);
            video = video.with_captions(&ready(c), "Deutsch", &known(), Timestamp::UNIX_EPOCH);

            video.take_captions(&[ready(b), ready(c)]);

            assert_eq!(shown(&video), [("c", "Deutsch", CaptionStatus::Ready)], "{is_b_ready_when_written}");
        }
    }

    #[test]
    fn captions_whose_upload_is_not_written_yet_are_not_replaced() {
        let ready = |id| track(id, id, CaptionStatus::Ready);
        let mut video = replacing(Timestamp::UNIX_EPOCH);
        video.caption_replacements.clear();
        video.take_captions(&[ready("a"), ready("b"), ready("c")]);

        video = video.with_captions(&ready("b"), "Deutsch", &known(), Timestamp::UNIX_EPOCH);

        let deleted = |video: &Video| -> Vec<String> {
            let captions = video.obsolete.iter().filter_map(|obsolete| match obsolete {
                Obsolete::Captions { track_id, .. } => Some(track_id.clone()),
                Obsolete::Asset(_) | Obsolete::Upload(_) => None,
            });
            captions.collect()
        };
        assert_eq!(deleted(&video), ["a"], "`c` will replace `b`");
        // The job deletes `a` at Mux, and then `c` is written.
        video.obsolete.clear();
        video.take_captions(&[ready("b"), ready("c")]);
        video = video.with_captions(&ready("c"), "Deutsch", &known(), Timestamp::UNIX_EPOCH);
        assert_eq!(deleted(&video), ["b"]);
        assert_eq!(shown(&video), [("c", "Deutsch", CaptionStatus::Ready)]);
    }

    #[test]
    fn a_later_upload_replaces_all_captions_of_its_language() {
        let ready = |id| track(id, id, CaptionStatus::Ready);
        let mut video = replacing(Timestamp::UNIX_EPOCH);
        video.take_captions(&[ready("a"), ready("b"), ready("c")]);
        let known = video.captions_in("de");

        video = video.with_captions(&ready("d"), "Deutsch", &known, Timestamp::UNIX_EPOCH);

        assert_eq!(shown(&video), [("d", "Deutsch", CaptionStatus::Ready)]);
    }

    #[test]
    fn captions_that_mux_cannot_read_replace_nothing() {
        let mut video = replacing(Timestamp::UNIX_EPOCH);
        let at_mux = [track("a", "Deutsch", CaptionStatus::Ready), track("b", "Deutsch (1)", CaptionStatus::Errored)];
        video.take_captions(&at_mux);
        assert_eq!(shown(&video)[0], ("a", "Deutsch", CaptionStatus::Ready));
        assert_eq!((video.obsolete.len(), video.caption_replacements.len()), (0, 0));
    }

    #[test]
    fn a_report_that_is_older_than_the_upload_forgets_no_replacement() {
        let mut video = replacing(Timestamp::UNIX_EPOCH);
        video.take_captions(&[track("a", "Deutsch", CaptionStatus::Ready)]);
        video.take_captions(&[track("a", "Deutsch", CaptionStatus::Ready), track("b", "x", CaptionStatus::Ready)]);
        assert_eq!(shown(&video), [("b", "Deutsch", CaptionStatus::Ready)]);
    }
}
