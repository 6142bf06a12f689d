//! Scenes seen from a height: a radio station on a mountain, and a coast that passes by.

use crate::demo::draw::{LEFT, RIGHT, Ridge, disc, glints, glow, pines, sky, stars, towers, vertical};
use crate::demo::scene::{Layer, Motion, Scene};
use std::fmt::Write;

/// An episode of Signal Hill: a mast on a ridge, at another hour each time.
pub(in crate::demo) fn signal_hill(episode: u32) -> Scene {
    let (stops, far, near, light, moon) = match episode {
        1 => (
            [(0, "#0b1026"), (50, "#2b3467"), (74, "#eb8a5a"), (88, "#ffd6a5")],
            "#4b3f72",
            "#120f26",
            "#ffd6a5",
            (300.0, 470.0),
        ),
        2 => (
            [(0, "#02060f"), (50, "#082032"), (74, "#14506b"), (88, "#4aa3b8")],
            "#123c52",
            "#02080f",
            "#9be7ff",
            (960.0, 140.0),
        ),
        3 => (
            [(0, "#1d1135"), (50, "#552a5e"), (74, "#c94f7c"), (88, "#ffc2d9")],
            "#612f63",
            "#160a22",
            "#ffc2d9",
            (760.0, 430.0),
        ),
        _ => (
            [(0, "#03140f"), (50, "#0a3a34"), (74, "#3f9c7a"), (88, "#d9ffe9")],
            "#1c5a4c",
            "#020f0b",
            "#b8ffd9",
            (180.0, 170.0),
        ),
    };
    let seed = u64::from(episode);
    let back = sky("air", &stops)
        + &stars(60 + seed, 300, 400.0, light)
        + &glow("halo", moon, 320.0, light, 0.55)
        + &disc(moon, 42.0, light);
    let range = Ridge { seed: 30 + seed, y: 470.0, swing: 120.0, waves: 2.4, rough: 0.9 };
    let hill = Ridge { seed: 17, y: 590.0, swing: 60.0, waves: 1.2, rough: 0.1 };
    let wood = Ridge { seed: 40 + seed, y: 676.0, swing: 26.0, waves: 1.6, rough: 0.2 };
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.05), back),
        Layer::new(Motion::Sway(0.25), range.land(far) + &range.edge(light, 2.0, 0.4)),
        Layer::new(Motion::Sway(0.55), mast(near, light, if episode > 2 { 2 } else { 1 }) + &hill.land(near)),
        Layer::new(Motion::Sway(0.95), wood.land("#01030a") + &pines(seed, wood, (40.0, 110.0), "#01030a")),
    ])
}

/// Masts with a beacon, and the rings of their signal.
fn mast(fill: &str, light: &str, count: u32) -> String {
    let mut svg = String::new();
    for index in 0..count {
        let (x, top) = (860 - index * 520, 210 + index * 60);
        let _ = write!(
            svg,
            "<path d=\"M{} 620L{x} {top}L{} 620M{} 520H{}M{} 420H{}M{} 320H{}\" stroke=\"{fill}\" stroke-width=\"7\" fill=\"none\"/>",
            x - 60,
            x + 60,
            x - 44,
            x + 44,
            x - 30,
            x + 30,
            x - 16,
            x + 16
        );
        for ring in 1..=4 {
            let _ = write!(
                svg,
                "<circle cx=\"{x}\" cy=\"{top}\" r=\"{}\" fill=\"none\" stroke=\"{light}\" stroke-width=\"3\" opacity=\"{:.2}\"/>",
                ring * 46,
                0.6 / f64::from(ring)
            );
        }
        let center = (f64::from(x), f64::from(top));
        svg += &glow(&format!("beacon{index}"), center, 90.0, light, 0.9);
        svg += &disc(center, 9.0, "#ffffff");
    }
    svg
}

/// A lit coast that passes by a ship at night.
pub(in crate::demo) fn long_crossing() -> Scene {
    let night = sky("night", &[(0, "#030817"), (52, "#12244a"), (68, "#4a4a78"), (76, "#d98f6a"), (84, "#ffd9a0")]);
    let back = night
        + &stars(91, 320, 420.0, "#eef3ff")
        + &glow("moon", (980.0, 170.0), 260.0, "#fff3dc", 0.5)
        + &disc((980.0, 170.0), 46.0, "#fff8e8");
    let coast = Ridge { seed: 66, y: 520.0, swing: 70.0, waves: 2.0, rough: 0.4 };
    let town = towers(12, (170.0, 215.0), (40.0, 90.0), "#101a36", &["#ffd9a0", "#ffb36b"], 0.2);
    let sea = vertical("sea", &[(0, "#3c4a78"), (100, "#050a1c")])
        + &Ridge { seed: 7, y: 560.0, swing: 4.0, waves: 34.0, rough: 0.0 }.land("url(#sea)")
        + &glints(15, 560.0, 900.0, 520.0, "#ffe0b0");
    let mut rail =
        format!("<path d=\"M{LEFT} 640H{RIGHT}M{LEFT} 676H{RIGHT}\" stroke=\"#02040c\" stroke-width=\"9\"/>");
    for post in 0..14 {
        let _ =
            write!(rail, "<rect x=\"{}\" y=\"634\" width=\"10\" height=\"90\" fill=\"#02040c\"/>", -190 + post * 128);
    }
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.05), back),
        Layer::new(Motion::Sway(0.6), coast.land("#0b1430") + &town),
        Layer::new(Motion::Float(6.0), sea),
        Layer::new(
            Motion::Cross(48.0),
            glow("buoy", (640.0, 560.0), 90.0, "#ff7a6b", 0.9) + &disc((640.0, 560.0), 7.0, "#ffd0c9"),
        ),
        Layer::new(Motion::Sway(0.15), rail),
    ])
}
