//! Scenes of buildings, machines and space.

use crate::demo::draw::{
    HEIGHT, LEFT, RIGHT, Ridge, SeededRandom, blurred, disc, gear, glints, glow, radial, shadowed, sky, stars, towers,
    vertical,
};
use crate::demo::scene::{Layer, Motion, Scene};
use std::fmt::Write;

/// A city at night under a huge sun, in the rain.
pub(in crate::demo) fn neon_district() -> Scene {
    let dusk = sky("dusk", &[(0, "#0b0221"), (42, "#3a0c5b"), (66, "#c2185b"), (82, "#ff7b54"), (100, "#1a0630")]);
    let sun = vertical("sun", &[(0, "#ffe66d"), (55, "#ff5f8f"), (100, "#b5179e")])
        + &disc((860.0, 350.0), 215.0, "url(#sun)");
    let mut bars = String::new();
    for bar in 0..7 {
        let _ = write!(
            bars,
            "<rect x=\"600\" y=\"{}\" width=\"520\" height=\"{}\" fill=\"#8a1466\" opacity=\".75\"/>",
            372 + bar * 28,
            4 + bar * 2
        );
    }
    let far = towers(71, (230.0, 380.0), (44.0, 90.0), "#2c0b4f", &["#ff8fd0", "#ffd1a8"], 0.16);
    let middle = towers(72, (150.0, 320.0), (60.0, 120.0), "#180733", &["#35e0ff", "#ff4fa3", "#ffe66d"], 0.24);
    let near = towers(79, (70.0, 190.0), (90.0, 170.0), "#0a0318", &["#35e0ff", "#ff4fa3"], 0.12);
    let signs = sign(150.0, 470.0, 34.0, 130.0, "#35e0ff")
        + &sign(428.0, 510.0, 90.0, 30.0, "#ff4fa3")
        + &sign(1146.0, 440.0, 30.0, 150.0, "#ff4fa3")
        + &sign(760.0, 560.0, 110.0, 26.0, "#ffe66d");
    let mut rain = String::from("<g stroke=\"#c9f3ff\" stroke-width=\"1.4\">");
    let mut random = SeededRandom::new(5);
    for _ in 0..220 {
        let (x, y, length) = (random.between(LEFT, RIGHT), random.between(-20.0, HEIGHT), random.between(16.0, 46.0));
        let _ = write!(
            rain,
            "<path d=\"M{x:.0} {y:.0}l-{:.0} {length:.0}\" opacity=\"{:.2}\"/>",
            length * 0.2,
            random.between(0.08, 0.4)
        );
    }
    rain += "</g>";
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.0), dusk + &stars(2, 120, 260.0, "#ffd9f2")),
        Layer::new(Motion::Sway(0.12), glow("halo", (860.0, 350.0), 460.0, "#ff5fa8", 0.55) + &sun + &bars),
        Layer::new(Motion::Sway(0.35), far),
        Layer::new(Motion::Sway(0.6), middle + &signs),
        Layer::new(Motion::Float(30.0), rain),
        Layer::new(Motion::Sway(1.0), near),
    ])
}

fn sign(x: f64, y: f64, width: f64, height: f64, color: &str) -> String {
    let tube = format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"none\" stroke=\"{color}\" stroke-width=\"5\"/>"
    );
    let id = format!("neon-{x}");
    blurred(
        &id,
        8.0,
        &format!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{color}\" opacity=\".8\"/>"),
    ) + &tube
}

/// A ringed planet and its companion.
pub(in crate::demo) fn orbit_of_two() -> Scene {
    let space = sky("space", &[(0, "#03040d"), (60, "#0b1030"), (100, "#1a1140")]);
    let nebula = blurred(
        "nebula",
        60.0,
        "<ellipse cx=\"300\" cy=\"200\" rx=\"420\" ry=\"150\" fill=\"#3b2a8c\" opacity=\".55\"/>\
         <ellipse cx=\"820\" cy=\"600\" rx=\"520\" ry=\"150\" fill=\"#0f6e84\" opacity=\".4\"/>\
         <ellipse cx=\"1050\" cy=\"160\" rx=\"300\" ry=\"110\" fill=\"#8c2a6b\" opacity=\".4\"/>",
    );
    let planet = radial("planet", (0.3, 0.28), &[(0, "#ffe0b0"), (30, "#f4a261"), (62, "#b5495b"), (100, "#1b0b2b")]);
    let bands = "<clipPath id=\"round\"><circle cx=\"880\" cy=\"340\" r=\"210\"/></clipPath><g clip-path=\"url(#round)\" fill=\"#5b1e3b\" opacity=\".3\" transform=\"rotate(-14 880 340)\">\
                 <rect x=\"620\" y=\"240\" width=\"520\" height=\"26\"/><rect x=\"620\" y=\"300\" width=\"520\" height=\"14\"/>\
                 <rect x=\"620\" y=\"352\" width=\"520\" height=\"40\"/><rect x=\"620\" y=\"436\" width=\"520\" height=\"18\"/></g>";
    let ring = |half: &str, opacity: f64| {
        let arc = |radius: f64, width: f64, color: &str| {
            format!(
                "<path d=\"M{:.0} 340A{radius} {:.0} 0 0 {half} {:.0} 340\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\"/>",
                880.0 - radius,
                radius * 0.24,
                880.0 + radius
            )
        };
        format!(
            "<g transform=\"rotate(-14 880 340)\" opacity=\"{opacity}\">{}{}{}</g>",
            arc(300.0, 12.0, "#ffd6a5"),
            arc(330.0, 26.0, "#e8a87c"),
            arc(372.0, 8.0, "#c38d9e")
        )
    };
    let body = format!("{planet}{}{bands}", disc((880.0, 340.0), 210.0, "url(#planet)"));
    let moon = radial("moon", (0.32, 0.3), &[(0, "#f4fbff"), (45, "#8fb8d8"), (100, "#0a1428")])
        + &glow("moonlight", (430.0, 230.0), 150.0, "#a8d8ff", 0.45)
        + &disc((430.0, 230.0), 62.0, "url(#moon)");
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.0), space + &nebula),
        Layer::new(Motion::Sway(0.2), stars(33, 520, HEIGHT, "#ffffff")),
        Layer::new(
            Motion::Float(8.0),
            glow("warm", (880.0, 340.0), 420.0, "#ff9d6b", 0.3) + &ring("1", 0.75) + &body + &ring("0", 0.95),
        ),
        Layer::new(Motion::Float(46.0), moon),
    ])
}

/// The inside of a clock.
pub(in crate::demo) fn small_machines() -> Scene {
    let case = sky("case", &[(0, "#1d1206"), (50, "#3a230d"), (100, "#0d0703")])
        + &glow("light", (860.0, 280.0), 620.0, "#f0a94b", 0.55);
    let metal =
        |id: &str, light: &str, dark: &str| radial(id, (0.35, 0.3), &[(0, light), (55, dark), (100, "#3b2410")]);
    let wheel = |id: &str, (x, y): (f64, f64), radius: f64, teeth: u32, seconds: f64, (light, dark): (&str, &str)| {
        let gear = gear(radius * 0.92, teeth, &format!("url(#{id})"), "#1d1206");
        let placed = format!("<g transform=\"translate({x} {y})\">{gear}</g>");
        let body = metal(id, light, dark) + &shadowed(&format!("lift-{id}"), 0.0, 6.0, 0.7, &placed);
        Layer::new(Motion::Spin { x, y, radius, seconds }, body)
    };
    let (brass, steel, copper) = (("#ffe2a0", "#b9802f"), ("#f2f4f7", "#7a838f"), ("#ffc09a", "#a2522d"));
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.0), case),
        wheel("g1", (1080.0, 560.0), 230.0, 36, -38.0, copper),
        wheel("g2", (560.0, 120.0), 150.0, 24, -19.0, steel),
        wheel("g3", (860.0, 280.0), 240.0, 40, 30.0, brass),
        wheel("g4", (1150.0, 150.0), 120.0, 20, -15.0, steel),
        wheel("g5", (640.0, 470.0), 110.0, 18, -13.0, copper),
        wheel("g6", (860.0, 280.0), 92.0, 16, -10.0, steel),
    ])
}

/// The harbor of the series; each episode has its own time of day.
pub(in crate::demo) fn harbour(episode: u32) -> Scene {
    let (stops, water, land, light, moon) = match episode {
        1 => (
            [(0, "#1f3a5f"), (45, "#5a7fa3"), (72, "#f2b5a0"), (86, "#ffe3c2")],
            ("#8fa9bd", "#1c3448"),
            "#14283b",
            "#ffe9c9",
            (300.0, 430.0),
        ),
        2 => (
            [(0, "#10161d"), (45, "#2e3d49"), (72, "#5f7480"), (86, "#93a6a8")],
            ("#4b5f68", "#0d151b"),
            "#0b1218",
            "#d8f0ff",
            (980.0, 130.0),
        ),
        3 => (
            [(0, "#1b0f2e"), (45, "#64224a"), (72, "#d9483b"), (86, "#ffb347")],
            ("#a8483f", "#1b0b1e"),
            "#170a1c",
            "#ffd38a",
            (720.0, 470.0),
        ),
        5 => (
            [(0, "#3b2a4f"), (45, "#8a5a83"), (72, "#e9a6b3"), (86, "#ffdfe0")],
            ("#b98aa0", "#33203a"),
            "#241430",
            "#ffe0ec",
            (420.0, 380.0),
        ),
        6 => (
            [(0, "#04231f"), (45, "#0d4b45"), (72, "#2f8f7a"), (86, "#a8e6c9")],
            ("#3f9c86", "#03211d"),
            "#021614",
            "#c9ffe9",
            (1020.0, 210.0),
        ),
        _ => (
            [(0, "#01040d"), (45, "#06172e"), (72, "#0e3a55"), (86, "#1f6f7a")],
            ("#145066", "#01060f"),
            "#01050c",
            "#d9f7ff",
            (880.0, 170.0),
        ),
    };
    let seed = u64::from(episode);
    let mut back = sky("air", &stops) + &glow("orb-light", moon, 360.0, light, 0.6) + &disc(moon, 54.0, light);
    if episode == 4 {
        back += &stars(seed, 260, 380.0, "#e6f7ff");
    }
    let town = Ridge { seed: 5, y: 520.0, swing: 50.0, waves: 1.7, rough: 0.25 }.land(water.0)
        + "<g opacity=\".9\">"
        + &houses(land, light)
        + "</g>";
    let sea = vertical("sea", &[(0, water.0), (100, water.1)])
        + &Ridge { seed: 9, y: 560.0, swing: 4.0, waves: 36.0, rough: 0.0 }.land("url(#sea)")
        + &glints(seed, 560.0, moon.0, 330.0, light);
    let quay = Ridge { seed: 70 + seed, y: 690.0, swing: 10.0, waves: 2.0, rough: 0.6 }.land(land);
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.05), back),
        Layer::new(Motion::Sway(0.25), town),
        Layer::new(Motion::Sway(0.4), cranes_of_the_quay(land)),
        Layer::new(Motion::Float(5.0), sea),
        Layer::new(Motion::Float(12.0), boat(640.0 + 90.0 * f64::from(episode % 3), 600.0, land, light)),
        Layer::new(Motion::Sway(0.9), quay + &posts(land)),
    ])
}

fn houses(fill: &str, light: &str) -> String {
    let (mut svg, mut random, mut x) = (String::new(), SeededRandom::new(23), LEFT);
    while x < 520.0 {
        let (width, height) = (random.between(46.0, 84.0), random.between(46.0, 110.0));
        let top = 556.0 - height;
        let _ = write!(
            svg,
            "<path d=\"M{x:.0} 560V{top:.0}L{:.0} {:.0}L{:.0} {top:.0}V560Z\" fill=\"{fill}\"/>",
            x + width / 2.0,
            top - width * 0.4,
            x + width
        );
        for (dx, dy) in [(0.22, 14.0), (0.62, 14.0), (0.22, 40.0), (0.62, 40.0)] {
            if dy < height - 14.0 && random.chance(0.6) {
                let _ = write!(
                    svg,
                    "<rect x=\"{:.0}\" y=\"{:.0}\" width=\"9\" height=\"12\" fill=\"{light}\"/>",
                    x + width * dx,
                    top + dy
                );
            }
        }
        x += width + random.between(-4.0, 8.0);
    }
    svg
}

fn cranes_of_the_quay(fill: &str) -> String {
    let crane = |x: f64, size: f64| {
        format!(
            "<g transform=\"translate({x} 566) scale({size})\" fill=\"none\" stroke=\"{fill}\" stroke-width=\"7\">\
             <path d=\"M-50 0L-34 -210M50 0L34 -210M-46 -60H46M-40 -130H40M-46 -60L40 -130M46 -60L-40 -130M-34 -210H34\"/>\
             <path d=\"M-150 -214H290M0 -300L-140 -216M0 -300L250 -216M0 -210V-300M210 -212V-130\"/><path d=\"M190 -130h40v30h-40Z\" fill=\"{fill}\"/></g>"
        )
    };
    crane(870.0, 1.0) + &crane(1180.0, 1.2)
}

fn boat(x: f64, y: f64, fill: &str, light: &str) -> String {
    format!(
        "{}<g transform=\"translate({x} {y})\"><path d=\"M-150 0C-140 44 -110 58 -70 60H96C130 56 150 30 164 -12L100 0Z\" fill=\"{fill}\"/>\
         <path d=\"M-60 2V-54H30V2Z\" fill=\"{fill}\"/><rect x=\"-46\" y=\"-44\" width=\"22\" height=\"18\" fill=\"{light}\"/><rect x=\"-10\" y=\"-44\" width=\"22\" height=\"18\" fill=\"{light}\"/>\
         <path d=\"M-16 -54V-150M-16 -146L96 -4M-16 -146L-140 -2\" stroke=\"{fill}\" stroke-width=\"4\" fill=\"none\"/><path d=\"M-150 0C-140 44 -110 58 -70 60H96C108 58 118 54 126 46H-120C-134 34 -142 20 -150 0Z\" fill=\"#b23a48\" opacity=\".75\"/></g>",
        glow("cabin", (x - 20.0, y - 36.0), 90.0, light, 0.7)
    )
}

fn posts(fill: &str) -> String {
    let mut svg = format!("<g fill=\"{fill}\">");
    let mut random = SeededRandom::new(8);
    for post in 0..15 {
        let (x, top) =
            (LEFT + 20.0 + f64::from(post) * 116.0 + random.between(-20.0, 20.0), random.between(630.0, 668.0));
        let _ = write!(svg, "<rect x=\"{x:.0}\" y=\"{top:.0}\" width=\"16\" height=\"90\" rx=\"4\"/>");
    }
    svg + "</g>"
}
