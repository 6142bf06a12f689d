//! The demo catalogue: the details, pictures and sound of each title.

use super::scene::Scene;
use super::scenes;

/// An invented video.
pub struct Title {
    /// Its name in paths: letters, digits and `-`.
    pub slug: &'static str,
    /// Its title; for an episode, the episode's title.
    pub title: &'static str,
    /// At most two sentences.
    pub description: &'static str,
    /// Its category.
    pub category: &'static str,
    /// `free`, `basic` or `premium`.
    pub required_plan: &'static str,
    /// Its position in a series.
    pub series: Option<Episode>,
    pub(super) recipe: Recipe,
}

/// A position in a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The series' title.
    pub series: &'static str,
    /// Starts at 1.
    pub season: u32,
    /// Starts at 1.
    pub episode: u32,
}

/// How the text on a poster is set.
pub(super) struct Lettering {
    /// The title, broken into lines.
    pub(super) lines: &'static [&'static str],
    pub(super) face: Typeface,
    /// In pixels, on a poster 1280 pixels wide.
    pub(super) size: u32,
    pub(super) color: &'static str,
    /// The color of the small line above the title.
    pub(super) accent: &'static str,
}

/// The typefaces, all of which Debian packages.
#[derive(Clone, Copy)]
pub(super) enum Typeface {
    Black,
    Light,
    Wide,
    Serif,
    Mono,
}

/// The recipe for a title's media.
pub(super) struct Recipe {
    pub(super) seconds: u32,
    pub(super) scene: fn() -> Scene,
    pub(super) lettering: Lettering,
    /// Chords, in semitones above the low C; each sounds for four seconds.
    pub(super) chords: &'static [[i32; 4]],
    /// Plucked notes per second.
    pub(super) plucks: u32,
}

const MINOR: &[[i32; 4]] = &[[9, 16, 21, 24], [5, 12, 21, 24], [0, 12, 16, 19], [7, 14, 19, 23]];
const MAJOR: &[[i32; 4]] = &[[0, 12, 16, 23], [9, 16, 19, 24], [5, 12, 16, 21], [7, 14, 17, 23]];
const DARK: &[[i32; 4]] = &[[2, 14, 17, 21], [10, 14, 17, 22], [5, 12, 17, 21], [9, 13, 16, 21]];
const OPEN: &[[i32; 4]] = &[[0, 14, 19, 24], [5, 12, 19, 24], [9, 16, 19, 26], [7, 14, 19, 26]];

/// The series, with their descriptions.
pub(super) const SERIES: [(&str, &str); 2] = [
    ("Harbour Nine", "A harbour that never quite sleeps, and the people who keep its lights on."),
    ("Signal Hill", "A radio station on a mountain answers a call that was sent before it was built."),
];

pub(super) static TITLES: [Title; 25] = [
    Title {
        slug: "the-last-lighthouse",
        title: "The Last Lighthouse",
        description: "The keeper of a rock in the northern sea is told that his light will be put out for good. One ship has not yet been told.",
        category: "Drama",
        required_plan: "premium",
        series: None,
        recipe: Recipe {
            seconds: 36,
            scene: scenes::last_lighthouse,
            lettering: Lettering {
                lines: &["The Last", "Lighthouse"],
                face: Typeface::Serif,
                size: 108,
                color: "#fff3dc",
                accent: "#ffb38a",
            },
            chords: MINOR,
            plucks: 1,
        },
    },
    Title {
        slug: "northern-hours",
        title: "Northern Hours",
        description: "One night at the edge of a frozen lake, told by the sky alone. No words, no hurry.",
        category: "Slow TV",
        required_plan: "free",
        series: None,
        recipe: Recipe {
            seconds: 38,
            scene: scenes::northern_hours,
            lettering: Lettering {
                lines: &["NORTHERN", "HOURS"],
                face: Typeface::Light,
                size: 112,
                color: "#f0fffa",
                accent: "#6dffc4",
            },
            chords: OPEN,
            plucks: 1,
        },
    },
    Title {
        slug: "neon-district",
        title: "Neon District",
        description: "A courier who never looks inside the parcels opens one, and a city of forty million begins to look for her.",
        category: "Science Fiction",
        required_plan: "premium",
        series: None,
        recipe: Recipe {
            seconds: 34,
            scene: scenes::neon_district,
            lettering: Lettering {
                lines: &["NEON", "DISTRICT"],
                face: Typeface::Wide,
                size: 116,
                color: "#ffffff",
                accent: "#35e0ff",
            },
            chords: DARK,
            plucks: 4,
        },
    },
    Title {
        slug: "the-paper-garden",
        title: "The Paper Garden",
        description: "Three folded cranes set out to find the child who made them. For everyone who ever kept a letter.",
        category: "Family",
        required_plan: "free",
        series: None,
        recipe: Recipe {
            seconds: 32,
            scene: scenes::paper_garden,
            lettering: Lettering {
                lines: &["The Paper", "Garden"],
                face: Typeface::Black,
                size: 112,
                color: "#ffffff",
                accent: "#fff0c2",
            },
            chords: MAJOR,
            plucks: 3,
        },
    },
    Title {
        slug: "deep-quiet",
        title: "Deep Quiet",
        description: "Two thousand metres down, a small crew listens to animals that nobody has heard before.",
        category: "Documentary",
        required_plan: "basic",
        series: None,
        recipe: Recipe {
            seconds: 36,
            scene: scenes::deep_quiet,
            lettering: Lettering {
                lines: &["Deep", "Quiet"],
                face: Typeface::Light,
                size: 138,
                color: "#eafcff",
                accent: "#9be7ff",
            },
            chords: OPEN,
            plucks: 1,
        },
    },
    Title {
        slug: "salt-and-starlight",
        title: "Salt & Starlight",
        description: "Following the last salt caravan across a desert that has the darkest sky on Earth.",
        category: "Documentary",
        required_plan: "basic",
        series: None,
        recipe: Recipe {
            seconds: 34,
            scene: scenes::salt_and_starlight,
            lettering: Lettering {
                lines: &["Salt &amp;", "Starlight"],
                face: Typeface::Serif,
                size: 112,
                color: "#fff3e6",
                accent: "#ffb08a",
            },
            chords: MINOR,
            plucks: 2,
        },
    },
    Title {
        slug: "orbit-of-two",
        title: "Orbit of Two",
        description: "Two navigators, one ship, and a signal that reaches each of them a day apart.",
        category: "Science Fiction",
        required_plan: "premium",
        series: None,
        recipe: Recipe {
            seconds: 36,
            scene: scenes::orbit_of_two,
            lettering: Lettering {
                lines: &["ORBIT", "OF TWO"],
                face: Typeface::Light,
                size: 122,
                color: "#ffffff",
                accent: "#ffd6a5",
            },
            chords: OPEN,
            plucks: 2,
        },
    },
    Title {
        slug: "slow-train-to-vell",
        title: "Slow Train to Vell",
        description: "Six strangers share the night service to a town that is not on the map. By morning they are not strangers.",
        category: "Drama",
        required_plan: "basic",
        series: None,
        recipe: Recipe {
            seconds: 34,
            scene: scenes::slow_train,
            lettering: Lettering {
                lines: &["Slow Train", "to Vell"],
                face: Typeface::Serif,
                size: 104,
                color: "#fff6df",
                accent: "#ffd978",
            },
            chords: MAJOR,
            plucks: 2,
        },
    },
    Title {
        slug: "small-machines",
        title: "Small Machines",
        description: "The people who still build clocks by hand, and why a second is harder to make than an hour.",
        category: "Documentary",
        required_plan: "free",
        series: None,
        recipe: Recipe {
            seconds: 30,
            scene: scenes::small_machines,
            lettering: Lettering {
                lines: &["SMALL", "MACHINES"],
                face: Typeface::Wide,
                size: 104,
                color: "#fff1d8",
                accent: "#ffcf7a",
            },
            chords: MAJOR,
            plucks: 4,
        },
    },
    Title {
        slug: "infinite-coast",
        title: "Infinite Coast",
        description: "How long is a shore? A journey into a shape that never ends, one fold at a time.",
        category: "Science",
        required_plan: "premium",
        series: None,
        recipe: Recipe {
            seconds: 34,
            scene: || Scene::Generated {
                source: "mandelbrot=s=320x180:r={r}:start_scale=1.1:end_scale=0.0009:end_pts=1000:start_x=-0.7436:start_y=0.1318:maxiter=220:inner=black:outer=normalized_iteration_count",
                poster_source: "mandelbrot=s={w}x{h}:start_scale=0.012:start_x=-0.7436:start_y=0.1318:maxiter=260:inner=black:outer=normalized_iteration_count",
                filters: "format=gray,gblur=sigma=0.7,hflip,format=gbrp,curves=r='0/0.03 0.3/0.1 0.6/0.95 1/1':g='0/0.02 0.35/0.25 0.7/0.6 1/0.98':b='0/0.12 0.25/0.5 0.55/0.35 1/0.85',format=yuv420p,scale={w}:{h}:flags=bicubic",
            },
            lettering: Lettering {
                lines: &["Infinite", "Coast"],
                face: Typeface::Light,
                size: 128,
                color: "#ffffff",
                accent: "#ffd08a",
            },
            chords: DARK,
            plucks: 2,
        },
    },
    Title {
        slug: "rule-110",
        title: "Rule 110",
        description: "Eight small rules and one row of cells turn out to be a computer. The people who proved it are still surprised.",
        category: "Science",
        required_plan: "basic",
        series: None,
        recipe: Recipe {
            seconds: 30,
            scene: || Scene::Generated {
                source: "cellauto=s=64x36:r=8:rule=110:seed=12:ratio=0.4:full=1:scroll=1",
                poster_source: "cellauto=s=64x36:r=8:rule=110:seed=12:ratio=0.4:full=1:scroll=1,trim=start=9",
                filters: "format=gbrp,lutrgb=r='if(gt(val,128),255,18)':g='if(gt(val,128),196,12)':b='if(gt(val,128),84,38)',scale={w}:{h}:flags=neighbor,drawgrid=w={w}/64:h={h}/36:t=1:c=#120c26@0.6,format=yuv420p,vignette=PI/4,fps={r}",
            },
            lettering: Lettering {
                lines: &["RULE", "110"],
                face: Typeface::Mono,
                size: 124,
                color: "#fff6dc",
                accent: "#ffc454",
            },
            chords: DARK,
            plucks: 6,
        },
    },
    Title {
        slug: "garden-of-automata",
        title: "Garden of Automata",
        description: "Nothing is planted here and everything grows. A field guide to life that lives on a grid.",
        category: "Science",
        required_plan: "free",
        series: None,
        recipe: Recipe {
            seconds: 32,
            scene: || Scene::Generated {
                source: "life=s=128x72:r=8:mold=18:ratio=0.17:seed=77:life_color=#d9ff7a:death_color=#1f8a70:mold_color=#04171c",
                poster_source: "life=s=128x72:r=8:mold=18:ratio=0.17:seed=77:life_color=#d9ff7a:death_color=#1f8a70:mold_color=#04171c,trim=start=6",
                filters: "format=yuv420p,scale={w}:{h}:flags=bicubic,gblur=sigma={h}/300,vignette=PI/5,fps={r}",
            },
            lettering: Lettering {
                lines: &["Garden of", "Automata"],
                face: Typeface::Black,
                size: 108,
                color: "#f6ffe3",
                accent: "#c8ff7a",
            },
            chords: MAJOR,
            plucks: 4,
        },
    },
    Title {
        slug: "the-triangle-room",
        title: "The Triangle Room",
        description: "A house with one room too many. The architect knew; the plans have been changed since.",
        category: "Mystery",
        required_plan: "basic",
        series: None,
        recipe: Recipe {
            seconds: 32,
            scene: || Scene::Generated {
                source: "sierpinski=s=320x180:r={r}:type=triangle:jump=20:seed=5",
                poster_source: "sierpinski=s=320x180:r={r}:type=triangle:jump=20:seed=5,trim=start=12",
                filters: "format=gray,split[line][light];[light]avgblur=6,avgblur=6,lutyuv=y='min(255,val*2.2)'[halo];[line][halo]blend=all_mode=screen,format=gbrp,lutrgb=r='min(255,26+val*1.1)':g='8+val*0.42':b='34+val*0.4',format=yuv420p,scale={w}:{h}:flags=bicubic,vignette=PI/4.2",
            },
            lettering: Lettering {
                lines: &["The Triangle", "Room"],
                face: Typeface::Serif,
                size: 106,
                color: "#ffe9df",
                accent: "#ff8a70",
            },
            chords: DARK,
            plucks: 1,
        },
    },
    Title {
        slug: "slow-colour",
        title: "Slow Colour",
        description: "Half a minute of moving light, made for large rooms and tired evenings.",
        category: "Slow TV",
        required_plan: "free",
        series: None,
        recipe: Recipe {
            seconds: 30,
            scene: || Scene::Generated {
                source: "gradients=s=320x180:r={r}:n=5:c0=#2b1b6b:c1=#e8457a:c2=#f7b267:c3=#2ec4b6:c4=#14213d:speed=0.008:seed=4:type=spiral",
                poster_source: "gradients=s=320x180:r={r}:n=5:c0=#2b1b6b:c1=#e8457a:c2=#f7b267:c3=#2ec4b6:c4=#14213d:speed=0.008:seed=4:type=spiral,trim=start=14",
                filters: "scale={w}:{h}:flags=bicubic",
            },
            lettering: Lettering {
                lines: &["Slow", "Colour"],
                face: Typeface::Black,
                size: 140,
                color: "#ffffff",
                accent: "#ffe0b0",
            },
            chords: OPEN,
            plucks: 1,
        },
    },
    Title {
        slug: "harbour-nine-low-tide",
        title: "Low Tide",
        description: "A boat comes home on the morning tide with its lamps lit, its nets dry and nobody aboard.",
        category: "Mystery",
        required_plan: "free",
        series: Some(Episode { series: "Harbour Nine", season: 1, episode: 1 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::harbour(1),
            lettering: Lettering {
                lines: &["Harbour", "Nine"],
                face: Typeface::Wide,
                size: 112,
                color: "#ffffff",
                accent: "#ffe3c2",
            },
            chords: MINOR,
            plucks: 2,
        },
    },
    Title {
        slug: "harbour-nine-the-bell-buoy",
        title: "The Bell Buoy",
        description: "In the storm the buoy rings a rhythm that the harbour master learned as a boy, and hoped to forget.",
        category: "Mystery",
        required_plan: "basic",
        series: Some(Episode { series: "Harbour Nine", season: 1, episode: 2 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::harbour(2),
            lettering: Lettering {
                lines: &["Harbour", "Nine"],
                face: Typeface::Wide,
                size: 112,
                color: "#ffffff",
                accent: "#d8f0ff",
            },
            chords: DARK,
            plucks: 2,
        },
    },
    Title {
        slug: "harbour-nine-salvage",
        title: "Salvage",
        description: "What the divers bring up belongs to four families. Only three of them want it back.",
        category: "Mystery",
        required_plan: "premium",
        series: Some(Episode { series: "Harbour Nine", season: 1, episode: 3 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::harbour(3),
            lettering: Lettering {
                lines: &["Harbour", "Nine"],
                face: Typeface::Wide,
                size: 112,
                color: "#ffffff",
                accent: "#ffd38a",
            },
            chords: MINOR,
            plucks: 2,
        },
    },
    Title {
        slug: "harbour-nine-night-watch",
        title: "Night Watch",
        description: "The lights go out along the quay, one by one, towards the house at its end.",
        category: "Mystery",
        required_plan: "premium",
        series: Some(Episode { series: "Harbour Nine", season: 1, episode: 4 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::harbour(4),
            lettering: Lettering {
                lines: &["Harbour", "Nine"],
                face: Typeface::Wide,
                size: 112,
                color: "#ffffff",
                accent: "#9be7ff",
            },
            chords: DARK,
            plucks: 1,
        },
    },
    Title {
        slug: "harbour-nine-the-new-keeper",
        title: "The New Keeper",
        description: "A year later, a stranger signs for the keys of the old customs house and asks for none of its papers.",
        category: "Mystery",
        required_plan: "basic",
        series: Some(Episode { series: "Harbour Nine", season: 2, episode: 1 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::harbour(5),
            lettering: Lettering {
                lines: &["Harbour", "Nine"],
                face: Typeface::Wide,
                size: 112,
                color: "#ffffff",
                accent: "#ffe0ec",
            },
            chords: MINOR,
            plucks: 2,
        },
    },
    Title {
        slug: "harbour-nine-spring-tide",
        title: "Spring Tide",
        description: "The highest water in forty years returns what the harbour once agreed to lose.",
        category: "Mystery",
        required_plan: "premium",
        series: Some(Episode { series: "Harbour Nine", season: 2, episode: 2 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::harbour(6),
            lettering: Lettering {
                lines: &["Harbour", "Nine"],
                face: Typeface::Wide,
                size: 112,
                color: "#ffffff",
                accent: "#c9ffe9",
            },
            chords: DARK,
            plucks: 2,
        },
    },
    Title {
        slug: "signal-hill-carrier-wave",
        title: "Carrier Wave",
        description: "On her first night shift, the operator of a mountain station hears her own call sign.",
        category: "Science Fiction",
        required_plan: "free",
        series: Some(Episode { series: "Signal Hill", season: 1, episode: 1 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::signal_hill(1),
            lettering: Lettering {
                lines: &["Signal", "Hill"],
                face: Typeface::Light,
                size: 122,
                color: "#f4f9ff",
                accent: "#ffd6a5",
            },
            chords: OPEN,
            plucks: 2,
        },
    },
    Title {
        slug: "signal-hill-skip-zone",
        title: "Skip Zone",
        description: "Nobody within a hundred kilometres can hear the station. Everyone beyond them can.",
        category: "Science Fiction",
        required_plan: "basic",
        series: Some(Episode { series: "Signal Hill", season: 1, episode: 2 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::signal_hill(2),
            lettering: Lettering {
                lines: &["Signal", "Hill"],
                face: Typeface::Light,
                size: 122,
                color: "#f4f9ff",
                accent: "#9be7ff",
            },
            chords: DARK,
            plucks: 2,
        },
    },
    Title {
        slug: "signal-hill-second-station",
        title: "Second Station",
        description: "A relay is built on the opposite ridge, and it begins to answer before it has power.",
        category: "Science Fiction",
        required_plan: "basic",
        series: Some(Episode { series: "Signal Hill", season: 2, episode: 1 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::signal_hill(3),
            lettering: Lettering {
                lines: &["Signal", "Hill"],
                face: Typeface::Light,
                size: 122,
                color: "#f4f9ff",
                accent: "#ffc2d9",
            },
            chords: MINOR,
            plucks: 2,
        },
    },
    Title {
        slug: "signal-hill-sign-off",
        title: "Sign-off",
        description: "The last message is for the first operator, and somebody has to send it.",
        category: "Science Fiction",
        required_plan: "premium",
        series: Some(Episode { series: "Signal Hill", season: 2, episode: 2 }),
        recipe: Recipe {
            seconds: 32,
            scene: || scenes::signal_hill(4),
            lettering: Lettering {
                lines: &["Signal", "Hill"],
                face: Typeface::Light,
                size: 122,
                color: "#f4f9ff",
                accent: "#b8ffd9",
            },
            chords: OPEN,
            plucks: 1,
        },
    },
    Title {
        slug: "the-long-crossing",
        title: "The Long Crossing",
        description: "Ten minutes on the night line along the coast, without a cut. Bring a blanket.",
        category: "Slow TV",
        required_plan: "free",
        series: None,
        recipe: Recipe {
            seconds: 600,
            scene: scenes::long_crossing,
            lettering: Lettering {
                lines: &["The Long", "Crossing"],
                face: Typeface::Serif,
                size: 108,
                color: "#fff3dc",
                accent: "#ffd9a0",
            },
            chords: OPEN,
            plucks: 1,
        },
    },
];
