//! How reports about its files change a video: from upload to ready, and the replacement of a file.
//!
//! Reports arrive in any order and more than once. So every rule checks the video's state, and no rule leads from ready
//! back to processing. A video has a current file and may have a pending replacement; reports about neither are
//! ignored.

use crate::models::poster::{Images, Poster, PosterSource};
use crate::models::video::{AudioTrack, CaptionTrack, Obsolete, Replacement, Video, VideoStatus};
use jiff::{SignedDuration, Timestamp};

/// The most former assets that a video remembers.
const FORMER_MAX: usize = 20;
/// The age at which a poster is re-signed: less than half of its lifetime, so the job may fail for a day.
const POSTER_AGE_MAX: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The asset that a report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetId {
    /// Mux's asset.
    pub id: String,
    /// The upload that it came from, if known.
    pub upload_id: Option<String>,
}

/// The poster of a frame, the URL that plays the film in case it is a trailer, and when both were signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPoster {
    /// The poster.
    pub poster: Poster,
    /// The same frame in other shapes.
    pub images: Images,
    /// The URL that plays the film for everybody. Only trailers keep it.
    pub trailer_url: String,
    /// The service's origin, which serves operators' own pictures.
    pub origin: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// A file that plays.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayableFile {
    /// Mux's signed playback id.
    pub playback_id: String,
    /// Its duration in seconds, if known.
    pub duration: Option<f64>,
    /// Its text tracks.
    pub captions: Vec<CaptionTrack>,
    /// Its audio tracks.
    pub audio: Vec<AudioTrack>,
    /// Its images.
    pub poster: SignedPoster,
}

/// Mux's report about a file.
#[derive(Clone, Debug, PartialEq)]
pub enum FileReport {
    /// The upload has become an asset, which is being encoded.
    Uploaded {
        /// Mux's upload.
        upload_id: String,
        /// The asset, if the report names it.
        asset_id: Option<String>,
    },
    /// The upload will never become an asset.
    UploadFailed {
        /// Mux's upload.
        upload_id: String,
        /// The reason.
        reason: &'static str,
    },
    /// The asset is being encoded.
    Encoding(AssetId),
    /// The asset can be played.
    Ready(AssetId, Box<PlayableFile>),
    /// The asset will never play, and why.
    Failed(AssetId, String),
    /// The asset was deleted.
    Deleted(AssetId),
}

/// The file that a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum File {
    Current,
    Replacement,
}

impl Video {
    /// The video after a report; unchanged if the report is old or not about one of its files.
    #[must_use]
    pub fn after(&self, news: &FileReport) -> Self {
        let mut video = self.clone();
        match news {
            FileReport::Uploaded { upload_id, asset_id } => {
                if let Some(file) = video.file_of_upload(upload_id) {
                    video.arrive(file, asset_id.as_deref());
                }
            }
            FileReport::UploadFailed { upload_id, reason } => match video.file_of_upload(upload_id) {
                // Once there is an asset, reports about the asset decide.
                Some(File::Current) if video.mux_asset_id.is_none() => video.fail(reason),
                Some(File::Replacement) => video.give_up_upload(reason),
                _ => {}
            },
            FileReport::Encoding(asset) => {
                if let Some(file) = video.file_of_asset(asset) {
                    video.arrive(file, Some(&asset.id));
                }
            }
            FileReport::Ready(asset, film) => {
                if let Some(file) = video.file_of_asset(asset) {
                    video.arrive(file, Some(&asset.id));
                    video.play(file, &asset.id, film);
                }
            }
            FileReport::Failed(asset, reason) => {
                if let Some(file) = video.file_of_asset(asset) {
                    video.arrive(file, Some(&asset.id));
                    match file {
                        File::Current => video.fail(reason),
                        File::Replacement => video.give_up_asset(&asset.id, reason),
                    }
                }
            }
            FileReport::Deleted(asset) => match video.file_of_asset(asset) {
                Some(File::Current) => video.withdraw(&asset.id),
                Some(File::Replacement) => {
                    video.give_up_asset(&asset.id, "The new file was deleted at Mux. Upload it again.");
                    video.obsolete.retain(|file| *file != Obsolete::Asset(asset.id.clone()));
                }
                None => {}
            },
        }
        video
    }

    /// The video while it waits for its first file.
    #[must_use]
    pub fn with_upload(self, upload_id: &str, expires_at: Timestamp) -> Self {
        Self { mux_upload_id: Some(upload_id.to_owned()), upload_expires_at: Some(expires_at), ..self }
    }

    /// The video while it waits for a new file. The current file keeps playing until the new one is ready. If no file
    /// plays yet, the new upload replaces the pending one.
    #[must_use]
    pub fn with_new_upload(&self, new: Replacement, now: Timestamp) -> Self {
        let mut video = self.clone();
        if let Some(old) = video.replacement.take() {
            video.discard(Some(old.upload_id), old.asset_id);
        }
        if video.status == VideoStatus::Ready {
            video.replacement = Some(new);
        } else {
            let (upload, asset) = (video.mux_upload_id.take(), video.mux_asset_id.take());
            video.discard(upload, asset);
            video.status = VideoStatus::Processing;
            video.error_reason = None;
            video.video_quality = new.video_quality;
            video.upload_expires_at = Some(new.expires_at);
            video.mux_upload_id = Some(new.upload_id);
        }
        video.check_at = Some(now);
        video
    }

    /// Everything at Mux that belongs to a video.
    pub fn belongings(&self) -> Vec<Obsolete> {
        let mut all = self.obsolete.clone();
        let mut add = |upload: Option<&String>, asset: Option<&String>| match (upload, asset) {
            (_, Some(asset)) => all.push(Obsolete::Asset(asset.clone())),
            (Some(upload), None) => all.push(Obsolete::Upload(upload.clone())),
            (None, None) => {}
        };
        add(self.mux_upload_id.as_ref(), self.mux_asset_id.as_ref());
        if let Some(replacement) = &self.replacement {
            add(Some(&replacement.upload_id), replacement.asset_id.as_ref());
        }
        all
    }

    /// Whether it plays and its file's other tracks were not yet requested from Mux.
    pub fn is_to_inspect(&self) -> bool {
        self.status == VideoStatus::Ready && !self.is_inspected
    }

    /// Whether its poster is old enough to be re-signed.
    pub fn has_old_poster(&self, now: Timestamp) -> bool {
        self.poster_signed_at.is_none_or(|at| now.duration_since(at) >= POSTER_AGE_MAX)
    }

    /// The video with a newly signed poster.
    #[must_use]
    pub fn with_poster(&self, signed: &SignedPoster) -> Self {
        let mut video = self.clone();
        video.take_poster(signed);
        video
    }

    /// The video with another poster, of which the frame was signed.
    #[must_use]
    pub fn with_poster_source(&self, source: &PosterSource, signed: &SignedPoster) -> Self {
        let mut video = Self { poster_source: source.clone(), ..self.clone() };
        video.take_poster(signed);
        video
    }

    fn take_poster(&mut self, signed: &SignedPoster) {
        let own = self.poster_source.picture();
        // A trailer is shown with its title, which has images of its own.
        self.signed_images = self.trailer_of.is_none().then(|| match own {
            Some(picture) => signed.images.clone().with(picture, &signed.origin),
            None => signed.images.clone(),
        });
        self.poster = Some(own.map_or_else(|| signed.poster.clone(), |picture| picture.poster(&signed.origin)));
        self.poster_signed_at = Some(signed.at);
        self.trailer_url = self.trailer_of.map(|_| signed.trailer_url.clone());
    }

    fn file_of_upload(&self, upload_id: &str) -> Option<File> {
        if self.mux_upload_id.as_deref().is_none_or(|own| own == upload_id) {
            return Some(File::Current);
        }
        let waits = self.replacement.as_ref().is_some_and(|replacement| replacement.upload_id == upload_id);
        waits.then_some(File::Replacement)
    }

    fn file_of_asset(&self, asset: &AssetId) -> Option<File> {
        if self.former_assets.contains(&asset.id) {
            return None;
        }
        let replacement = self.replacement.as_ref();
        if self.mux_asset_id.as_ref() == Some(&asset.id) {
            return Some(File::Current);
        }
        if replacement.is_some_and(|replacement| replacement.asset_id.as_ref() == Some(&asset.id)) {
            return Some(File::Replacement);
        }
        // An unknown asset is matched by its upload. An asset without an upload is taken as the awaited one.
        let is_upload =
            |own: Option<&str>| asset.upload_id.as_deref().is_none_or(|upload| own.is_none_or(|own| own == upload));
        if self.mux_asset_id.is_none() && is_upload(self.mux_upload_id.as_deref()) {
            return Some(File::Current);
        }
        let waits = replacement.is_some_and(|replacement| {
            replacement.asset_id.is_none() && is_upload(Some(replacement.upload_id.as_str()))
        });
        waits.then_some(File::Replacement)
    }

    /// The file has arrived and is being encoded.
    fn arrive(&mut self, file: File, asset_id: Option<&str>) {
        let Some(asset_id) = asset_id.filter(|id| !self.former_assets.iter().any(|former| former == id)) else {
            return;
        };
        match file {
            File::Current if self.mux_asset_id.is_none() => {
                self.mux_asset_id = Some(asset_id.to_owned());
                // It arrived after all.
                if self.status == VideoStatus::Error {
                    (self.status, self.error_reason) = (VideoStatus::Processing, None);
                }
            }
            File::Current => {}
            File::Replacement => {
                if let Some(replacement) =
                    self.replacement.as_mut().filter(|replacement| replacement.asset_id.is_none())
                {
                    replacement.asset_id = Some(asset_id.to_owned());
                    replacement.error_reason = None;
                }
            }
        }
    }

    /// The film can be played. A replacement takes the place of the current file, which must then be deleted.
    fn play(&mut self, file: File, asset_id: &str, film: &PlayableFile) {
        if file == File::Replacement {
            let Some(new) = self.replacement.take() else { return };
            let (upload, old) =
                (self.mux_upload_id.replace(new.upload_id), self.mux_asset_id.replace(asset_id.to_owned()));
            self.discard(upload, old);
            self.carry_captions(&film.captions);
            self.video_quality = new.video_quality;
        }
        let is_new = self.mux_playback_id.as_deref() != Some(&film.playback_id);
        // A chosen frame belongs to its file.
        if is_new && self.poster_source.time().is_some() {
            self.poster_source = PosterSource::Automatic;
        }
        if is_new || self.poster.is_none() {
            self.take_poster(&film.poster);
        }
        if is_new {
            self.audio.clone_from(&film.audio);
            self.is_inspected = false;
        }
        self.status = VideoStatus::Ready;
        self.error_reason = None;
        self.upload_expires_at = None;
        self.duration = film.duration;
        self.mux_playback_id = Some(film.playback_id.clone());
        if is_new {
            self.caption_replacements.clear();
        }
        self.take_captions(&film.captions);
    }

    fn fail(&mut self, reason: &str) {
        if self.status == VideoStatus::Processing {
            self.status = VideoStatus::Error;
            self.error_reason = Some(reason.to_owned());
        }
    }

    fn give_up_upload(&mut self, reason: &str) {
        if let Some(replacement) = self.replacement.as_mut().filter(|replacement| replacement.asset_id.is_none()) {
            replacement.error_reason = Some(reason.to_owned());
        }
    }

    /// Rejects a new file that is not a film: it is deleted at Mux, and the old one keeps playing.
    fn give_up_asset(&mut self, asset_id: &str, reason: &str) {
        if let Some(replacement) = self.replacement.as_mut() {
            replacement.error_reason = Some(reason.to_owned());
            self.discard(None, Some(asset_id.to_owned()));
        }
    }

    /// Discards a file: it must be deleted at Mux, and late reports about it are ignored.
    fn discard(&mut self, upload: Option<String>, asset: Option<String>) {
        let obsolete = match (upload, asset) {
            (_, Some(asset)) => {
                self.former_assets.push(asset.clone());
                let surplus = self.former_assets.len().saturating_sub(FORMER_MAX);
                self.former_assets.drain(..surplus);
                Obsolete::Asset(asset)
            }
            (Some(upload), None) => Obsolete::Upload(upload),
            (None, None) => return,
        };
        if !self.obsolete.contains(&obsolete) {
            self.obsolete.push(obsolete);
        }
    }

    /// The asset was deleted at Mux: it can no longer be played, so the video is unpublished.
    fn withdraw(&mut self, asset_id: &str) {
        self.former_assets.push(asset_id.to_owned());
        self.status = VideoStatus::Error;
        self.error_reason = Some("The file was deleted at Mux. Upload it again.".to_owned());
        self.published = false;
        self.published_at = None;
        self.mux_asset_id = None;
        self.mux_playback_id = None;
        self.poster = None;
        self.poster_signed_at = None;
        self.trailer_url = None;
        self.captions = Vec::new();
        self.caption_replacements = Vec::new();
        self.found_captions = Vec::new();
        self.carried_captions = Vec::new();
        self.audio = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::video::VideoQuality;
    use crate::models::video_edit::NewVideo;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    fn waiting() -> Video {
        let new = serde_json::json!({ "title": "A film", "category": "Drama", "required_plan": "basic" });
        let new: NewVideo = serde_json::from_value(new).expect("a new video");
        new.video(at(0)).with_upload("first", at(3_600))
    }

    fn asset(id: &str, upload: &str) -> AssetId {
        AssetId { id: id.to_owned(), upload_id: Some(upload.to_owned()) }
    }

    fn ready(id: &str, upload: &str) -> FileReport {
        let poster = Poster { url: id.to_owned(), srcset: String::new(), placeholder: String::new() };
        let film = PlayableFile {
            playback_id: format!("play-{id}"),
            duration: Some(60.0),
            captions: Vec::new(),
            audio: Vec::new(),
            poster: SignedPoster {
                poster,
                images: Images::default(),
                trailer_url: format!("stream of {id}"),
                origin: String::new(),
                at: at(1),
            },
        };
        FileReport::Ready(asset(id, upload), Box::new(film))
    }

    fn replaced(video: &Video) -> Video {
        let upload_id = "second".to_owned();
        let (video_quality, expires_at) = (VideoQuality::Plus, at(7_200));
        let new = Replacement { upload_id, asset_id: None, expires_at, video_quality, error_reason: None };
        video.with_new_upload(new, at(10))
    }

    #[test]
    fn nothing_leads_from_ready_back_to_processing() {
        let plays = waiting().after(&ready("a", "first"));
        assert_eq!((plays.status, plays.mux_playback_id.as_deref()), (VideoStatus::Ready, Some("play-a")));
        let uploaded = FileReport::Uploaded { upload_id: "first".to_owned(), asset_id: Some("a".to_owned()) };
        let cancelled = FileReport::UploadFailed { upload_id: "first".to_owned(), reason: "cancelled" };
        for late in [uploaded, cancelled, FileReport::Encoding(asset("a", "first")), ready("a", "first")] {
            assert_eq!(plays.after(&late), plays, "{late:?}");
        }
    }

    #[test]
    fn the_old_file_plays_until_the_new_one_is_ready() {
        let plays = replaced(&waiting().after(&ready("a", "first")));
        let encoding = plays.after(&FileReport::Encoding(asset("b", "second")));
        assert_eq!((encoding.status, encoding.mux_asset_id.as_deref()), (VideoStatus::Ready, Some("a")));
        let failed = encoding.after(&FileReport::Failed(asset("b", "second"), "broken".to_owned()));
        assert_eq!((failed.status, failed.mux_playback_id.as_deref()), (VideoStatus::Ready, Some("play-a")));
        assert_eq!(failed.obsolete, [Obsolete::Asset("b".to_owned())]);
        let swapped = encoding.after(&ready("b", "second"));
        assert_eq!((swapped.mux_asset_id.as_deref(), &swapped.replacement), (Some("b"), &None));
        assert_eq!(swapped.obsolete, [Obsolete::Asset("a".to_owned())]);
        assert_eq!(swapped.after(&ready("a", "first")), swapped, "late news of the old file");
    }

    #[test]
    fn a_file_that_comes_after_all_is_encoded_and_one_that_is_deleted_is_withdrawn() {
        let failed = waiting().after(&FileReport::UploadFailed { upload_id: "first".to_owned(), reason: "timed out" });
        assert_eq!(failed.status, VideoStatus::Error);
        let came = failed.after(&FileReport::Encoding(asset("a", "first")));
        assert_eq!((came.status, came.error_reason.as_deref()), (VideoStatus::Processing, None));
        let published = Video { published: true, ..came.after(&ready("a", "first")) };
        let gone = published.after(&FileReport::Deleted(asset("a", "first")));
        assert_eq!((gone.status, gone.published, gone.mux_playback_id.as_deref()), (VideoStatus::Error, false, None));
        assert_eq!(published.after(&ready("x", "another")), published, "news of no file of its own");
    }
}
