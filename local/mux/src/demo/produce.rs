//! Turns a recipe into a folder of media.

use super::scene::{Motion, Scene};
use super::titles::Title;
use super::{music, poster};
use crate::encode::{self, ENCODER_VERSION, Effort, EncodeError, Input, POSTER_FILE, Rate};
use crate::ids;
use sha2::{Digest, Sha256};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::fs;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 360;
const RATE: Rate = Rate { frames: 24, seconds: 1 };
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
    hash.update(format!("{ENCODER_VERSION} {EFFORT:?} {WIDTH}x{HEIGHT} {RATE} {}", recipe.seconds));
    hash.update(format!("{:?} {}", recipe.chords, recipe.plucks));
    let plan = Plan::for_title(title);
    hash.update(&plan.base);
    hash.update(&plan.graph);
    plan.layers.iter().for_each(|svg| hash.update(svg));
    hash.update(poster::svg(title));
    hash.update(format!("{POSTER_WIDTHS:?}"));
    hash.update(captions(title));
    dir.join(format!("{}-{}", title.slug, &hex::encode(hash.finalize())[..12]))
}

/// Fills a temporary folder and renames it when it is complete.
pub(super) async fn produce(dir: &Path, title: &Title, target: &Path) -> Result<(), EncodeError> {
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

async fn fill(title: &Title, work: &Path, media: &Path) -> Result<(), EncodeError> {
    let recipe = &title.recipe;
    let plan = Plan::for_title(title);
    for (index, svg) in plan.layers.iter().enumerate() {
        fs::write(work.join(format!("layer{index}.svg")), svg).await?;
    }
    fs::write(work.join("title.txt"), shown_title(title)).await?;
    let (seconds, chords, plucks) = (recipe.seconds, recipe.chords, recipe.plucks);
    let sound = tokio::task::spawn_blocking(move || music::wav(seconds, chords, plucks)).await;
    fs::write(work.join("sound.wav"), sound.map_err(std::io::Error::other)?).await?;
    make_poster(title, work, media).await?;
    fs::write(media.join("captions-en.vtt"), captions(title)).await?;

    let mut arguments: Vec<OsString> = plan.inputs(recipe.seconds).into_iter().map(OsString::from).collect();
    for index in 0..plan.layers.len() {
        arguments.extend(["-i".into(), work.join(format!("layer{index}.svg")).into_os_string()]);
    }
    arguments.extend(["-i".into(), work.join("sound.wav").into_os_string()]);
    let text_file = work.join("title.txt").to_string_lossy().replace('\\', "/").replace(':', "\\\\:");
    let input = Input {
        arguments,
        video: format!("{}{},", plan.graph, lettering(&text_file)),
        audio: Some(format!("{}:0", plan.layers.len() + 1)),
        width: WIDTH,
        height: HEIGHT,
        rate: RATE,
        duration_seconds: f64::from(recipe.seconds),
        effort: EFFORT,
    };
    encode::render(&input, media).await.map(|_| ())
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
        match (title.recipe.scene)() {
            Scene::Generated { source, filters, .. } => {
                let base = sized(&format!("{source},{filters}"), WIDTH, HEIGHT);
                Self { base, layers: Vec::new(), graph: "[0:v]format=yuv420p,".to_owned() }
            }
            Scene::Layers(layers) => {
                let scale = f64::from(WIDTH) / f64::from(poster::WIDTH);
                let mut graph = String::new();
                let mut below = "[0:v]".to_owned();
                for (index, layer) in layers.iter().enumerate() {
                    let input = index + 1;
                    let (x, y) = layer.place(scale);
                    let turned = match layer.motion {
                        // A turning wheel needs a picture for every frame. Any other layer is one picture that moves.
                        Motion::Spin { seconds, .. } => {
                            format!(
                                "loop=loop=-1:size=1,setpts=N/{RATE}/TB,fps={RATE},rotate=a=2*PI*t/({seconds}):c=none,"
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
                let base = format!("color=c=black:s={WIDTH}x{HEIGHT}:r={RATE}");
                Self { base, layers: layers.iter().map(|layer| layer.document(scale)).collect(), graph }
            }
        }
    }

    fn inputs(&self, seconds: u32) -> Vec<String> {
        ["-f", "lavfi", "-t", &seconds.to_string(), "-i", &self.base].map(str::to_owned).to_vec()
    }
}

fn sized(filters: &str, width: u32, height: u32) -> String {
    filters.replace("{w}", &width.to_string()).replace("{h}", &height.to_string()).replace("{r}", &RATE.to_string())
}

/// The title, large during the first seconds, and the running time throughout.
fn lettering(text_file: &str) -> String {
    let fade = "alpha='if(lt(t,0.6),t/0.6,if(lt(t,4.2),1,max(0,5-t)/0.8))'";
    format!(
        "drawtext=font='Inter Display Extra Bold':textfile='{text_file}':expansion=none:fontsize=38:fontcolor=white:x=36:y=h-112:\
         shadowcolor=black@0.55:shadowx=0:shadowy=2:enable='lt(t,5)':{fade},\
         drawtext=font='DejaVu Sans Mono':text='%{{pts\\:hms}}':fontsize=20:fontcolor=white@0.92:x=w-tw-24:y=h-44:\
         box=1:boxcolor=black@0.42:boxborderw=8"
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
        let source = sized(&format!("{poster_source},{filters}"), poster::WIDTH, poster::HEIGHT);
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
fn captions(title: &Title) -> String {
    let seconds = title.recipe.seconds;
    let cues = [
        (0, 5, "[soft chords]".to_owned()),
        (6, 11, shown_title(title)),
        (12, 18, title.description.split_inclusive(['.', '?', ',']).next().unwrap_or_default().trim().to_owned()),
        (seconds - 8, seconds - 3, "[the music fades]".to_owned()),
    ];
    let cue =
        |(start, end, text): &(u32, u32, String)| format!("\n00:00:{start:02}.000 --> 00:00:{end:02}.000\n{text}\n");
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
        let title = title("slow-colour");
        let target = folder(dir.path(), title);
        let interrupted = tokio::time::timeout(Duration::from_millis(400), produce(dir.path(), title, &target)).await;
        assert!(interrupted.is_err(), "too fast to be interrupted");
        assert!(visible(dir.path()).is_empty());

        produce(dir.path(), title, &target).await.unwrap();
        let encoded = encode::Encoded::read(&target).await.unwrap();
        assert_eq!(encoded.renditions.len(), 3);
        assert!(encoded.has_audio && encoded.duration_seconds >= 29.9);
        for file in [POSTER_FILE, "poster-640.jpg", encode::STORYBOARD_FILE, "captions-en.vtt"] {
            assert!(target.join(file).is_file(), "{file}");
        }
        assert_eq!(visible(dir.path()), [target.file_name().unwrap().to_str().unwrap()]);
    }

    #[test]
    fn a_titles_folder_is_stable_and_unique() {
        let names = |()| titles().iter().map(|title| folder(Path::new(""), title)).collect::<Vec<_>>();
        assert_eq!(names(()), names(()));
        let distinct: std::collections::BTreeSet<PathBuf> = names(()).into_iter().collect();
        assert_eq!(distinct.len(), titles().len());
    }
}
