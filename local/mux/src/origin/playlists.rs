//! Playlists: the master playlist, which requires a token, and the media behind it, which have pre-signed URLs.

use super::{access, files};
use crate::answer::Refusal;
use crate::encode::{self, AudioRendition, Rendition};
use crate::model::{Asset, Status, TextTrack};
use crate::presign::Grant;
use crate::state::Mux;
use crate::tokens::Audience;
use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use std::fmt::Write;
use std::sync::Arc;

const PLAYLIST_TYPE: &str = "application/vnd.apple.mpegurl";
const VTT_TYPE: &str = "text/vtt; charset=utf-8";
/// The prefix of a text track's id in the name of its playlist.
const TEXT_PREFIX: &str = "text-";

/// `GET /{playback_id}.m3u8?token=`: the master playlist. Its URIs are absolute and carry their own signatures, because
/// relative ones would not inherit the token.
pub(super) async fn master(
    State(mux): State<Arc<Mux>>,
    Path(file): Path<String>,
    query: RawQuery,
) -> Result<Response, Refusal> {
    let playback_id = file.strip_suffix(".m3u8").ok_or_else(Refusal::not_found)?;
    let access = access::open(&mux, playback_id, Audience::Video, &query)?;
    let lines =
        |name: &str| access.word(name).and_then(|word| word.trim_end_matches('p').parse().ok()).map(|lines: u32| lines);
    let mut chosen = within(&access.encoded.renditions, lines("min_resolution"), lines("max_resolution"));
    if access.word("rendition_order") == Some("desc") {
        chosen.reverse();
    }
    let mut text = String::from("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
    let subtitles = subtitles(&mux, playback_id, &access.asset, access.word("default_subtitles_lang"));
    let audio = audio(&mux, playback_id, &access.encoded.audio);
    let mut groups = String::new();
    if !audio.is_empty() {
        groups += ",AUDIO=\"audio\"";
    }
    if !subtitles.is_empty() {
        groups += ",SUBTITLES=\"subs\"";
    }
    text += &audio;
    text += &subtitles;
    for Rendition { name, width, height, bandwidth, average_bandwidth, codecs } in chosen {
        let rate = access.encoded.frame_rate;
        let uri = signed(&mux, playback_id, &format!("{name}.m3u8"));
        let _ = write!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={bandwidth},AVERAGE-BANDWIDTH={average_bandwidth},CODECS=\"{codecs}\",\
             RESOLUTION={width}x{height},FRAME-RATE={rate:.3}{groups},CLOSED-CAPTIONS=NONE\n{uri}\n"
        );
    }
    Ok(text_answer(PLAYLIST_TYPE, text))
}

/// The renditions whose shorter side is within bounds. If none is, the nearest one.
fn within(renditions: &[Rendition], min: Option<u32>, max: Option<u32>) -> Vec<&Rendition> {
    let lines = |rendition: &Rendition| rendition.width.min(rendition.height);
    let (min, max) = (min.unwrap_or(0), max.unwrap_or(u32::MAX));
    let chosen: Vec<&Rendition> = renditions.iter().filter(|one| (min..=max).contains(&lines(one))).collect();
    if !chosen.is_empty() {
        return chosen;
    }
    let distance = |one: &&Rendition| lines(one).abs_diff(max.min(lines(one).max(min)));
    renditions.iter().min_by_key(distance).into_iter().collect()
}

/// The audio tracks; the first is the default.
fn audio(mux: &Mux, playback_id: &str, tracks: &[AudioRendition]) -> String {
    let mut text = String::new();
    for (index, AudioRendition { name, language, label }) in tracks.iter().enumerate() {
        let label = label.replace(['"', '\n', '\r'], "'");
        let language = language.as_ref().map_or_else(String::new, |code| format!(",LANGUAGE=\"{code}\""));
        let default = if index == 0 { "YES" } else { "NO" };
        let uri = signed(mux, playback_id, &format!("{name}.m3u8"));
        let _ = writeln!(
            text,
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"{label}\"{language},DEFAULT={default},AUTOSELECT=YES,\
             CHANNELS=\"2\",URI=\"{uri}\""
        );
    }
    text
}

fn subtitles(mux: &Mux, playback_id: &str, asset: &Asset, default: Option<&str>) -> String {
    let mut text = String::new();
    for TextTrack { id, name, language_code, closed_captions, .. } in ready_tracks(asset) {
        let name = name.replace(['"', '\n', '\r'], "'");
        let uri = signed(mux, playback_id, &format!("{TEXT_PREFIX}{id}.m3u8"));
        let chosen = if default == Some(language_code.as_str()) { "YES" } else { "NO" };
        let heard = if *closed_captions {
            ",CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound\""
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",NAME=\"{name}\",LANGUAGE=\"{language_code}\",DEFAULT={chosen},\
             AUTOSELECT=YES,FORCED=NO{heard},URI=\"{uri}\""
        );
    }
    text
}

fn ready_tracks(asset: &Asset) -> impl Iterator<Item = &TextTrack> {
    asset.tracks.iter().filter(|track| track.status == Status::Ready)
}

/// `GET /{playback_id}/rendition/{file}?expires=&signature=`: child playlists and their segments.
pub(super) async fn media(
    State(mux): State<Arc<Mux>>,
    Path((playback_id, file)): Path<(String, String)>,
    Query(grant): Query<Grant>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (asset, _) = mux.played_by(&playback_id).ok_or_else(Refusal::not_found)?;
    if !mux.presigner.opens(&media_path(&playback_id, &file), &grant, mux.now()) {
        return Err(Refusal::forbidden("The signature of the URL is wrong or has expired"));
    }
    let encoded = asset.encoded.as_ref().filter(|_| asset.status == Status::Ready).ok_or_else(Refusal::not_ready)?;
    let text_id = file.strip_prefix(TEXT_PREFIX).and_then(|name| name.strip_suffix(".m3u8"));
    if let Some(track) = text_id.and_then(|id| ready_tracks(&asset).find(|track| track.id == id)) {
        let uri = signed(&mux, &playback_id, &format!("{TEXT_PREFIX}{}.vtt", track.id));
        return Ok(text_answer(PLAYLIST_TYPE, text_playlist(&uri, encoded.duration_seconds)));
    }
    let vtt_id = file.strip_prefix(TEXT_PREFIX).and_then(|name| name.strip_suffix(".vtt"));
    if let Some(track) = vtt_id.and_then(|id| ready_tracks(&asset).find(|track| track.id == id)) {
        return Ok(text_answer(VTT_TYPE, track.vtt.clone().unwrap_or_default()));
    }
    let path = encode::file(&mux.asset_folder(&asset), &file).ok_or_else(Refusal::not_found)?;
    if file.ends_with(".m3u8") {
        let playlist = tokio::fs::read_to_string(path).await.map_err(|_| Refusal::not_found())?;
        return Ok(text_answer(PLAYLIST_TYPE, rewritten(&playlist, |name| signed(&mux, &playback_id, name))));
    }
    files::serve(&path, "video/mp4", &headers).await
}

/// `GET /{playback_id}/text/{track_id}.vtt?token=`.
pub(super) async fn text(
    State(mux): State<Arc<Mux>>,
    Path((playback_id, file)): Path<(String, String)>,
    query: RawQuery,
) -> Result<Response, Refusal> {
    let access = access::open(&mux, &playback_id, Audience::Video, &query)?;
    let id = file.strip_suffix(".vtt").ok_or_else(Refusal::not_found)?;
    let track = ready_tracks(&access.asset).find(|track| track.id == id).ok_or_else(Refusal::not_found)?;
    Ok(text_answer(VTT_TYPE, track.vtt.clone().unwrap_or_default()))
}

/// Replaces every URI of a playlist, on its own line or in `URI="…"`, with the result of `sign`.
fn rewritten(playlist: &str, sign: impl Fn(&str) -> String) -> String {
    let mut text = String::with_capacity(playlist.len() * 4);
    for line in playlist.lines() {
        match line.split_once("URI=\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?))) {
            Some((before, (uri, after))) if line.starts_with('#') => {
                let _ = writeln!(text, "{before}URI=\"{}\"{after}", sign(uri));
            }
            _ if line.starts_with('#') || line.is_empty() => text += &format!("{line}\n"),
            _ => text += &format!("{}\n", sign(line)),
        }
    }
    text
}

fn text_playlist(uri: &str, duration_seconds: f64) -> String {
    let target = duration_seconds.ceil();
    format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n\
         #EXTINF:{duration_seconds:.3},\n{uri}\n#EXT-X-ENDLIST\n"
    )
}

fn signed(mux: &Mux, playback_id: &str, file: &str) -> String {
    format!("{}{}", mux.base_url, mux.presigner.sign(&media_path(playback_id, file), mux.child_expires_at()))
}

fn media_path(playback_id: &str, file: &str) -> String {
    format!("/{playback_id}/rendition/{file}")
}

pub(super) fn text_answer(content_type: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "private, no-store")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_uri_of_a_playlist_is_rewritten_and_nothing_else() {
        let playlist =
            "#EXTM3U\n#EXT-X-MAP:URI=\"a-init.mp4\",BYTERANGE=\"1@0\"\n#EXTINF:2.0,\na-00000.m4s\n#EXT-X-ENDLIST\n";
        let expected = "#EXTM3U\n#EXT-X-MAP:URI=\"http://x/a-init.mp4\",BYTERANGE=\"1@0\"\n#EXTINF:2.0,\n\
                        http://x/a-00000.m4s\n#EXT-X-ENDLIST\n";
        assert_eq!(rewritten(playlist, |name| format!("http://x/{name}")), expected);
    }
}
