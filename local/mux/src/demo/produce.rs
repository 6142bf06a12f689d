//! Turns a recipe into a folder of media.

use super::scene::{Motion, Scene};
use super::title::Title;
use super::versions::{self, Language, Picture};
use super::{music, poster};
use crate::encode::{self, AudioInput, ENCODER_VERSION, Effort, EncodeError, Input, POSTER_FILE};
use crate::ids;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::fs;

/// Longer music is repeated.
const MUSIC_SECONDS_MAX: u32 = 60;
/// The height for which the text on the pictures is sized.
const TEXT_HEIGHT: u32 = 360;
/// Optimized for speed, not for size, because the first start waits for it.
const EFFORT: Effort = Effort { preset: "ultrafast", threads: 1, background: false };
/// The widths of the posters that are generated in advance.
const POSTER_WIDTHS: [u32; 3] = [320, 640, 1280];
const POSTER_SECONDS_MAX: u64 = 60;
/// The prefix of folders that are still being filled.
const UNFINISHED: &str = ".making-";
/// A folder that has been unfinished for this long was abandoned.
const UNFINISHED_AGE_MAX: Duration = Duration::from_secs(3600);

/// The folder of a title's media.
pub(super) fn folder(dir: &Path, title: &Title) -> PathBuf {
    let recipe = &title.recipe;
    let mut hash = Sha256::new();
    let picture = versions::picture(title);
    hash.update(format!("{ENCODER_VERSION} {EFFORT:?} {picture:?} {}", recipe.seconds));
    hash.update(format!("{:?} {} {MUSIC_SECONDS_MAX}", recipe.chords, recipe.plucks));
    let plan = Plan::for_title(title);
    hash.update(&plan.base);
    hash.update(&plan.graph);
    plan.layers.iter().for_each(|svg| hash.update(svg));
    hash.update(poster::svg(title));
    hash.update(format!("{POSTER_WIDTHS:?}"));
    for language in versions::languages(title) {
        hash.update(format!("{} {} {}", language.code, language.name, language.semitones));
        hash.update(captions(title, language));
    }
    dir.join(format!("{}-{}", title.slug, &hex::encode(hash.finalize())[..12]))
}

/// Fills a temporary folder and renames it when it is complete.
pub(super) async fn produce(dir: &Path, title: &'static Title, target: &Path) -> Result<(), EncodeError> {
    let work = dir.join(format!("{UNFINISHED}{}", ids::id()));
    let media = work.join("media");
    fs::create_dir_all(&media).await?;
    let media = fs::canonicalize(media).await?;
    let work = fs::canonicalize(work).await?;
    let result = fill(title, &work, &media).await;
    if result.is_ok() {
        // Another process may have generated the same media meanwhile. Then use its result.
        if let Err(error) = fs::rename(&media, target).await
            && !target.exists()
        {
            return Err(error.into());
        }
    }
    let _ = fs::remove_dir_all(&work).await;
    result
}

/// Removes the leftovers of interrupted runs from `dir`.
pub(super) async fn tidy(dir: &Path) -> std::io::Result<()> {
    let mut entries = fs::read_dir(dir).await?;
    while let Some(entry) = entries.next_entry().await? {
        let age = entry.metadata().await?.modified()?.elapsed().unwrap_or_default();
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) && age > UNFINISHED_AGE_MAX {
            let _ = fs::remove_dir_all(entry.path()).await;
        }
    }
    Ok(())
}

async fn fill(title: &'static Title, work: &Path, media: &Path) -> Result<(), EncodeError> {
    let recipe = &title.recipe;
    let plan = Plan::for_title(title);
    for (index, svg) in plan.layers.iter().enumerate() {
        fs::write(work.join(format!("layer{index}.svg")), svg).await?;
    }
    fs::write(work.join("title.txt"), shown_title(title)).await?;
    make_poster(title, work, media).await?;
    let mut arguments: Vec<OsString> = plan.inputs(recipe.seconds).into_iter().map(OsString::from).collect();
    for index in 0..plan.layers.len() {
        arguments.extend(["-i".into(), work.join(format!("layer{index}.svg")).into_os_string()]);
    }
    let mut audio = Vec::new();
    for language in versions::languages(title) {
        let Language { code, name, .. } = language;
        fs::write(media.join(format!("captions-{code}.vtt")), captions(title, language)).await?;
        let file = work.join(format!("sound-{code}.wav"));
        fs::write(&file, music(title, language).await?).await?;
        let stream = format!("{}:0", plan.layers.len() + 1 + audio.len());
        audio.push(AudioInput { stream, language: Some((*code).to_owned()), name: Some((*name).to_owned()) });
        let repeated = ["-stream_loop", "-1", "-t", &recipe.seconds.to_string(), "-i"].map(OsString::from);
        arguments.extend(repeated);
        arguments.push(file.into_os_string());
    }
    let Picture { width, height, rate } = versions::picture(title);
    let text_file = work.join("title.txt").to_string_lossy().replace('\\', "/").replace(':', "\\\\:");
    let input = Input {
        arguments,
        video: format!("{}{},", plan.graph, lettering(&text_file, height)),
        audio,
        width,
        height,
        rate,
        duration_seconds: f64::from(recipe.seconds),
        effort: EFFORT,
    };
    encode::render(&input, media).await.map(|_| ())
}

/// The music of a title in a language, as a WAV file.
async fn music(title: &'static Title, language: &'static Language) -> Result<Vec<u8>, EncodeError> {
    let sound = tokio::task::spawn_blocking(move || {
        let recipe = &title.recipe;
        let transposed = recipe.chords.iter().map(|chord| chord.map(|note| note + language.semitones));
        music::wav(recipe.seconds.min(MUSIC_SECONDS_MAX), &transposed.collect::<Vec<_>>(), recipe.plucks)
    });
    Ok(sound.await.map_err(std::io::Error::other)?)
}

/// How ffmpeg generates the pictures of a title, without the text on them.
struct Plan {
    /// The generated source below all layers.
    base: String,
    /// SVG documents, one per input.
    layers: Vec<String>,
    /// The filter graph from the inputs to one video stream.
    graph: String,
}

impl Plan {
    fn for_title(title: &Title) -> Self {
        let picture = versions::picture(title);
        let Picture { width, height, rate } = picture;
        match (title.recipe.scene)() {
            Scene::Generated { source, filters, .. } => {
                let base = sized(&format!("{source},{filters}"), picture);
                Self { base, layers: Vec::new(), graph: "[0:v]format=yuv420p,".to_owned() }
            }
            Scene::Layers(layers) => {
                let scale = f64::from(width) / f64::from(poster::WIDTH);
                let mut graph = String::new();
                let mut below = "[0:v]".to_owned();
                for (index, layer) in layers.iter().enumerate() {
                    let input = index + 1;
                    let (x, y) = layer.place(scale);
                    let turned = match layer.motion {
                        // A turning wheel needs a picture for every frame. Any other layer is one picture that moves.
                        Motion::Spin { seconds, .. } => {
                            format!(
                                "loop=loop=-1:size=1,setpts=N/({rate})/TB,fps={rate},rotate=a=2*PI*t/({seconds}):c=none,"
                            )
                        }
                        _ => String::new(),
                    };
                    // A wheel turns forever, and must not keep the video from ending.
                    let end = u8::from(!turned.is_empty());
                    graph += &format!(
                        "[{input}:v]{turned}format=yuva420p[l{index}];\
                         {below}[l{index}]overlay=x='{x}':y='{y}':eval=frame:shortest={end}"
                    );
                    below = format!("[o{index}]");
                    graph += &if input < layers.len() { format!("{below};") } else { ",".to_owned() };
                }
                let base = format!("color=c=black:s={width}x{height}:r={rate}");
                Self { base, layers: layers.iter().map(|layer| layer.document(scale)).collect(), graph }
            }
        }
    }

    fn inputs(&self, seconds: u32) -> Vec<String> {
        ["-f", "lavfi", "-t", &seconds.to_string(), "-i", &self.base].map(str::to_owned).to_vec()
    }
}

fn sized(filters: &str, Picture { width, height, rate }: Picture) -> String {
    filters.replace("{w}", &width.to_string()).replace("{h}", &height.to_string()).replace("{r}", &rate.to_string())
}

/// The title, large during the first seconds, and the running time throughout.
fn lettering(text_file: &str, height: u32) -> String {
    let scaled = |pixels: u32| pixels * height / TEXT_HEIGHT;
    let (title, margin, rise, shadow) = (scaled(38), scaled(36), scaled(112), scaled(2));
    let (clock, right, bottom, border) = (scaled(20), scaled(24), scaled(44), scaled(8));
    let fade = "alpha='if(lt(t,0.6),t/0.6,if(lt(t,4.2),1,max(0,5-t)/0.8))'";
    format!(
        "drawtext=font='Inter Display Extra Bold':textfile='{text_file}':expansion=none:fontsize={title}:fontcolor=white:x={margin}:y=h-{rise}:\
         shadowcolor=black@0.55:shadowx=0:shadowy={shadow}:enable='lt(t,5)':{fade},\
         drawtext=font='DejaVu Sans Mono':text='%{{pts\\:hms}}':fontsize={clock}:fontcolor=white@0.92:x=w-tw-{right}:y=h-{bottom}:\
         box=1:boxcolor=black@0.42:boxborderw={border}"
    )
}

fn shown_title(title: &Title) -> String {
    match title.series {
        Some(episode) => format!("{}: {}", episode.series, title.title),
        None => title.title.to_owned(),
    }
}

async fn make_poster(title: &Title, work: &Path, media: &Path) -> Result<(), EncodeError> {
    fs::write(work.join("poster.svg"), poster::svg(title)).await?;
    let mut arguments: Vec<OsString> = Vec::new();
    let crop = poster::crop();
    if let Scene::Generated { poster_source, filters, .. } = (title.recipe.scene)() {
        let picture = Picture { width: poster::WIDTH, height: poster::HEIGHT, ..versions::picture(title) };
        let source = sized(&format!("{poster_source},{filters}"), picture);
        arguments.extend(["-f", "lavfi", "-i", &source, "-i", "poster.svg", "-filter_complex"].map(OsString::from));
        arguments.push(format!("[0:v]format=gbrp[art];[1:v]{crop}[words];[art][words]overlay=format=gbrp").into());
    } else {
        arguments.extend(["-i", "poster.svg", "-vf", &crop].map(OsString::from));
    }
    arguments.extend(["-frames:v", "1", "-update", "1", "-q:v", "2"].map(OsString::from));
    arguments.push(media.join(POSTER_FILE).into_os_string());
    let limit = Duration::from_secs(POSTER_SECONDS_MAX);
    encode::ffmpeg(arguments, work, limit).await?;
    let mut arguments: Vec<OsString> = ["-i", POSTER_FILE].map(OsString::from).to_vec();
    for width in POSTER_WIDTHS {
        let scale = format!("scale={width}:-2:flags=area");
        let output = encode::poster_file(width);
        arguments.extend(["-vf", &scale, "-frames:v", "1", "-update", "1", "-q:v", "3", &output].map(OsString::from));
    }
    encode::ffmpeg(arguments, media, limit).await
}

/// Captions that describe the sound and the pictures.
fn captions(title: &Title, language: &Language) -> String {
    let seconds = title.recipe.seconds;
    let sentence = title.description.split_inclusive(['.', '?', ',']).next().unwrap_or_default().trim().to_owned();
    let [start, name, sentence, end] = match versions::german(title).filter(|_| language.code == "de") {
        Some(german) => {
            ["[sanfte Akkorde]", german.title, german.description, "[die Musik verklingt]"].map(str::to_owned)
        }
        None => ["[soft chords]".to_owned(), shown_title(title), sentence, "[the music fades]".to_owned()],
    };
    let cues = [(0, 5, start), (6, 11, name), (12, 18, sentence), (seconds - 8, seconds - 3, end)];
    let time = |seconds: u32| format!("00:{:02}:{:02}.000", seconds / 60, seconds % 60);
    let cue = |(start, end, text): &(u32, u32, String)| format!("\n{} --> {}\n{text}\n", time(*start), time(*end));
    format!("WEBVTT\n{}", cues.iter().map(cue).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::titles;

    fn title(slug: &str) -> &'static Title {
        titles().iter().find(|title| title.slug == slug).unwrap()
    }

    fn visible(dir: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        entries.filter(|name| !name.starts_with('.')).collect()
    }

    #[tokio::test]
    async fn a_title_is_complete_or_absent() {
        let dir = tempfile::tempdir().unwrap();
        let title = title("small-machines");
        let target = folder(dir.path(), title);
        let interrupted = tokio::time::timeout(Duration::from_millis(400), produce(dir.path(), title, &target)).await;
        assert!(interrupted.is_err(), "too fast to be interrupted");
        assert!(visible(dir.path()).is_empty());

        produce(dir.path(), title, &target).await.unwrap();
        let encoded = encode::Encoded::read(&target).await.unwrap();
        assert_eq!(encoded.renditions.len(), 3);
        assert!(encoded.has_audio && encoded.duration_seconds >= 29.9);
        let audio: Vec<_> = encoded.audio.iter().map(|one| (one.language.as_deref(), one.label.as_str())).collect();
        assert_eq!(audio, [(Some("en"), "English"), (Some("de"), "Deutsch")]);
        let captions = ["captions-en.vtt", "captions-de.vtt"];
        for file in [POSTER_FILE, "poster-640.jpg", encode::STORYBOARD_FILE, "audio1.m3u8"].iter().chain(&captions) {
            assert!(target.join(file).is_file(), "{file}");
        }
        assert_eq!(visible(dir.path()), [target.file_name().unwrap().to_str().unwrap()]);
    }

    /// The times at which the packets of a kind start and end in one segment, in seconds.
    fn span(folder: &Path, segment: &str, kind: &str) -> (f64, f64) {
        let input = format!("concat:360p-init.mp4|{segment}");
        let mut ffprobe = std::process::Command::new("ffprobe");
        ffprobe.args(["-v", "error", "-select_streams", kind, "-show_entries", "packet=pts_time", "-of", "csv=p=0"]);
        let output = ffprobe.arg(input).current_dir(folder).output().unwrap();
        let times = String::from_utf8(output.stdout).unwrap();
        let times = times.lines().map(|line| line.trim_end_matches(',').parse::<f64>().unwrap());
        times.fold((f64::INFINITY, f64::NEG_INFINITY), |(first, last), time| (first.min(time), last.max(time)))
    }

    #[tokio::test]
    async fn every_segment_has_its_own_sound() {
        let dir = tempfile::tempdir().unwrap();
        let title = title("northern-hours");
        let target = folder(dir.path(), title);
        produce(dir.path(), title, &target).await.unwrap();
        let playlist = std::fs::read_to_string(target.join("360p.m3u8")).unwrap();
        let segments: Vec<_> = playlist.lines().filter(|line| line.ends_with(".m4s")).collect();
        assert!(segments.len() >= 14, "{playlist}");
        for segment in segments {
            let (picture, sound) = (span(&target, segment, "v"), span(&target, segment, "a"));
            let apart = (picture.0 - sound.0).abs().max((picture.1 - sound.1).abs());
            assert!(apart < 0.25, "{segment}: the picture is from {picture:?}, the sound from {sound:?}");
        }
    }

    #[test]
    fn a_titles_folder_is_stable_and_unique() {
        let names = |()| titles().iter().map(|title| folder(Path::new(""), title)).collect::<Vec<_>>();
        assert_eq!(names(()), names(()));
        let distinct: std::collections::BTreeSet<PathBuf> = names(()).into_iter().collect();
        assert_eq!(distinct.len(), titles().len());
    }
}
