//! Scenes of land and water.

use crate::demo::draw::{
    HEIGHT, LEFT, RIGHT, Ridge, SeededRandom, blurred, disc, glints, glow, pines, radial, shadowed, sky, stars,
    vertical,
};
use crate::demo::scene::{Layer, Motion, Scene};
use std::fmt::Write;

/// A lighthouse on a rock, at night.
pub(in crate::demo) fn last_lighthouse() -> Scene {
    let night = sky("night", &[(0, "#050b1c"), (45, "#0f2747"), (62, "#2b4c7e"), (70, "#e08e6d"), (76, "#f5c396")]);
    let back = night + &stars(11, 240, 430.0, "#dfe9ff") + &glow("dusk", (420.0, 520.0), 420.0, "#ffb38a", 0.5);
    let beam = format!(
        "<linearGradient id=\"beam\" x1=\"1\" x2=\"0\">\
         <stop stop-color=\"#fff3c4\" stop-opacity=\".85\"/><stop offset=\"1\" stop-color=\"#fff3c4\" stop-opacity=\"0\"/>\
         </linearGradient><path d=\"M962 204L{LEFT} 20V300Z\" fill=\"url(#beam)\"/>\
         <path d=\"M968 204L{RIGHT} 120V250Z\" fill=\"#fff3c4\" opacity=\".35\"/>"
    );
    let sea = vertical("sea", &[(0, "#27476f"), (100, "#050d1f")])
        + &Ridge { seed: 3, y: 545.0, swing: 5.0, waves: 30.0, rough: 0.0 }.land("url(#sea)")
        + &glints(5, 545.0, 480.0, 420.0, "#ffd0a8")
        + &glints(6, 560.0, 900.0, 500.0, "#7fa6d8");
    let rock = Ridge { seed: 29, y: 660.0, swing: 34.0, waves: 3.0, rough: 0.8 };
    let cliff = "<path d=\"M760 720L800 640L850 610L880 548L905 532L1010 528L1050 560L1110 590L1150 640L1240 668L1300 720Z\" \
                 fill=\"#0a1120\"/>";
    let tower = "<linearGradient id=\"tower\"><stop stop-color=\"#f7ede2\"/><stop offset=\".55\" stop-color=\"#d3c4bd\"/>\
                 <stop offset=\"1\" stop-color=\"#5d5a6b\"/></linearGradient>\
                 <path d=\"M934 536L946 232H984L996 536Z\" fill=\"url(#tower)\"/>\
                 <path d=\"M938.500 420L941.500 350H988.500L991.500 420Z\" fill=\"#b23a48\"/>\
                 <path d=\"M944 282L946 232H984L986 282Z\" fill=\"#b23a48\"/>\
                 <rect x=\"936\" y=\"222\" width=\"58\" height=\"12\" fill=\"#1c2438\"/>\
                 <rect x=\"949\" y=\"188\" width=\"32\" height=\"36\" fill=\"#ffe9a8\"/>\
                 <path d=\"M942 190L965 160L988 190Z\" fill=\"#1c2438\"/>\
                 <rect x=\"959\" y=\"470\" width=\"12\" height=\"22\" rx=\"6\" fill=\"#2c2f45\"/>\
                 <path d=\"M1010 540V500L1044 476L1078 500V560Z\" fill=\"#141b2d\"/>\
                 <rect x=\"1036\" y=\"510\" width=\"16\" height=\"18\" fill=\"#ffcf70\"/>";
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.1), back),
        Layer::new(Motion::Float(4.0), sea),
        Layer::new(Motion::Sway(0.42), beam + &glow("lamp", (965.0, 205.0), 120.0, "#fff0b8", 0.95)),
        Layer::new(Motion::Sway(0.42), format!("{cliff}{tower}")),
        Layer::new(Motion::Sway(0.8), rock.land("#04070f")),
    ])
}

/// Dunes under the Milky Way, and a tent with a light in it.
pub(in crate::demo) fn salt_and_starlight() -> Scene {
    let night = sky("night", &[(0, "#0a0721"), (40, "#241654"), (66, "#7b3f7d"), (82, "#f08a6b")]);
    let band = blurred("milk", 17.0, &milky_way());
    let back = night + &band + &stars(21, 620, 520.0, "#fff6e9");
    let dune = |id: &str, ridge: Ridge, lit: &str, dark: &str, edge: &str| {
        vertical(id, &[(0, lit), (100, dark)]) + &ridge.land(&format!("url(#{id})")) + &ridge.edge(edge, 2.5, 0.5)
    };
    let far = Ridge { seed: 8, y: 520.0, swing: 40.0, waves: 2.0, rough: 0.0 };
    let middle = Ridge { seed: 14, y: 580.0, swing: 60.0, waves: 1.5, rough: 0.0 };
    let near = Ridge { seed: 37, y: 650.0, swing: 50.0, waves: 1.2, rough: 0.0 };
    let tent = glow("lantern", (930.0, 560.0), 130.0, "#ffb65c", 0.75)
        + "<path d=\"M880 590L932 520L992 590Z\" fill=\"#ffb04f\"/><path d=\"M932 520L992 590H950Z\" fill=\"#c9652f\"/>\
           <path d=\"M922 590L931 548L942 590Z\" fill=\"#6b2a1e\"/>\
           <path d=\"M1032 588c-4-22 0-34 6-40a8 8 0 1 1 8 0c6 8 10 20 6 40Z\" fill=\"#160a24\"/>";
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.15), back),
        Layer::new(Motion::Sway(0.3), dune("far", far, "#c9657a", "#4a2257", "#ffd0a8")),
        Layer::new(Motion::Sway(0.55), dune("middle", middle, "#8a3f6e", "#2a1542", "#ffb48f") + &tent),
        Layer::new(Motion::Sway(0.95), dune("near", near, "#4a2358", "#120a24", "#e08a9a")),
    ])
}

fn milky_way() -> String {
    let mut random = SeededRandom::new(88);
    let mut clouds = String::from("<g transform=\"rotate(-22 700 260)\">");
    for _ in 0..46 {
        let (x, y) = (random.between(-300.0, 1700.0), 200.0 + random.between(-1.0, 1.0) * random.between(0.0, 90.0));
        let (rx, ry) = (random.between(60.0, 190.0), random.between(14.0, 44.0));
        let color = ["#b9a7ff", "#ffd9ec", "#7fa8ff", "#ffe9c9"][random.between(0.0, 4.0) as usize % 4];
        let opacity = random.between(0.08, 0.3);
        let _ = write!(
            clouds,
            "<ellipse cx=\"{x:.0}\" cy=\"{y:.0}\" rx=\"{rx:.0}\" ry=\"{ry:.0}\" fill=\"{color}\" opacity=\"{opacity:.2}\"/>"
        );
    }
    clouds + "</g>"
}

/// Northern lights over mountains, a forest and a lake.
pub(in crate::demo) fn northern_hours() -> Scene {
    let night = sky("night", &[(0, "#020a14"), (55, "#07263a"), (75, "#0d4a52"), (100, "#041019")]);
    let mountains = Ridge { seed: 52, y: 400.0, swing: 190.0, waves: 2.6, rough: 1.0 };
    let hills = Ridge { seed: 77, y: 560.0, swing: 40.0, waves: 2.0, rough: 0.35 };
    let shore = Ridge { seed: 9, y: 668.0, swing: 26.0, waves: 1.4, rough: 0.2 };
    let peaks = vertical("rock", &[(0, "#5fa0a8"), (30, "#1c4a5c"), (100, "#06202e")])
        + &mountains.land("url(#rock)")
        + &mountains.edge("#bff5e4", 2.0, 0.45);
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.05), night + &stars(4, 380, 480.0, "#e8fff8")),
        Layer::new(Motion::Float(16.0), curtain("green", 31, 330.0, "#4dffb4")),
        Layer::new(Motion::Sway(0.9), curtain("violet", 58, 250.0, "#a06bff")),
        Layer::new(Motion::Sway(0.25), peaks),
        Layer::new(Motion::Sway(0.5), hills.land("#05222b") + &pines(3, hills, (26.0, 54.0), "#05222b")),
        Layer::new(Motion::Sway(0.85), shore.land("#010a0e") + &pines(6, shore, (60.0, 150.0), "#010a0e")),
    ])
}

/// A curtain of light, brightest at its lower edge.
fn curtain(id: &str, seed: u64, base: f64, color: &str) -> String {
    let ridge = Ridge { seed, y: base, swing: 90.0, waves: 1.3, rough: 0.0 };
    let top = |y: f64| y - 300.0;
    let points = ridge.points();
    let mut path = String::from("M");
    for (x, y) in &points {
        let _ = write!(path, "{x:.0} {y:.0}L");
    }
    for (x, y) in points.iter().rev() {
        let _ = write!(path, "{x:.0} {:.0} ", top(*y));
    }
    let fade = vertical(
        id,
        &[
            (0, &format!("{color}/0")),
            (70, &format!("{color}/.45")),
            (94, &format!("{color}/.9")),
            (100, &format!("{color}/0")),
        ],
    );
    let mut random = SeededRandom::new(seed);
    let mut rays = String::new();
    for (x, y) in points.iter().step_by(2) {
        let (height, opacity) = (random.between(120.0, 330.0), random.between(0.05, 0.4));
        let _ = write!(
            rays,
            "<rect x=\"{x:.0}\" y=\"{:.0}\" width=\"22\" height=\"{height:.0}\" fill=\"url(#{id})\" opacity=\"{opacity:.2}\"/>",
            y - height + 20.0
        );
    }
    fade + &blurred(
        &format!("soft-{id}"),
        11.0,
        &format!("<path d=\"{path}Z\" fill=\"url(#{id})\" opacity=\".55\"/>{rays}"),
    )
}

/// Hills, flowers and cranes of folded paper.
pub(in crate::demo) fn paper_garden() -> Scene {
    let lifted = |id: &str, svg: &str| shadowed(id, -5.0, 9.0, 0.32, svg);
    let hill = |id: &str, seed: u64, y: f64, swing: f64, fill: &str| {
        lifted(id, &Ridge { seed, y, swing, waves: 1.6, rough: 0.0 }.land(fill))
    };
    let rings = [(190.0, "#ffe2b3"), (150.0, "#ffc978"), (108.0, "#ff9f5a")];
    let sun =
        rings.map(|(radius, color)| lifted(&format!("sun{radius}"), &disc((930.0, 270.0), radius, color))).concat();
    let cranes = crane(500.0, 190.0, 1.25, "#ffffff", "#e6dff0", "#c9bfe0")
        + &crane(740.0, 110.0, 0.75, "#ff8a80", "#e86a66", "#c2484f")
        + &crane(1130.0, 150.0, 0.6, "#8ad6cc", "#5cb8ae", "#3b938b");
    let cranes = shadowed("cranes", 10.0, 7.0, 0.3, &cranes);
    let mut flowers = String::new();
    let mut random = SeededRandom::new(15);
    for index in 0..13 {
        let x = LEFT + 60.0 + f64::from(index) * 128.0 + random.between(-25.0, 25.0);
        let color = ["#ff6f91", "#ffc75f", "#ffffff", "#845ec2", "#ff9671"][index as usize % 5];
        flowers += &flower(x, random.between(560.0, 640.0), random.between(24.0, 42.0), color);
    }
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.0), sky("paper", &[(0, "#8fd3d1"), (60, "#c9ecd9"), (100, "#fff1d6")])),
        Layer::new(Motion::Sway(0.15), sun),
        Layer::new(Motion::Sway(0.3), hill("s1", 4, 470.0, 60.0, "#7cc6a6") + &hill("s2", 12, 530.0, 50.0, "#4fae8f")),
        Layer::new(Motion::Float(18.0), cranes),
        Layer::new(Motion::Sway(0.6), hill("s3", 25, 600.0, 46.0, "#2f8f83")),
        Layer::new(Motion::Sway(0.9), flowers + &hill("s4", 33, 672.0, 30.0, "#1f6f78")),
    ])
}

fn crane(x: f64, y: f64, size: f64, light: &str, middle: &str, dark: &str) -> String {
    format!(
        "<g transform=\"translate({x} {y}) scale({size})\"><path d=\"M-120 6L-10 20L-40 54Z\" fill=\"{dark}\"/>\
         <path d=\"M-10 20L-62 -92L38 8Z\" fill=\"{middle}\"/><path d=\"M-10 20L70 -104L52 24Z\" fill=\"{light}\"/>\
         <path d=\"M-40 54L-10 20L52 24L30 60Z\" fill=\"{middle}\"/><path d=\"M30 60L52 24L132 -18Z\" fill=\"{light}\"/>\
         <path d=\"M132 -18L112 -22L158 -4Z\" fill=\"{dark}\"/></g>"
    )
}

fn flower(x: f64, y: f64, radius: f64, color: &str) -> String {
    let mut svg = format!(
        "<path d=\"M{x:.0} {y:.0}V{HEIGHT}\" stroke=\"#14555c\" stroke-width=\"6\"/><g transform=\"translate({x:.0} {y:.0})\" fill=\"{color}\">"
    );
    for petal in 0..6 {
        let _ = write!(
            svg,
            "<ellipse rx=\"{:.0}\" ry=\"{:.0}\" transform=\"rotate({}) translate(0 -{:.0})\" stroke=\"#000\" stroke-opacity=\".12\"/>",
            radius * 0.42,
            radius * 0.62,
            petal * 60,
            radius * 0.62
        );
    }
    let _ = write!(svg, "<circle r=\"{:.0}\" fill=\"#ffe8a3\"/></g>", radius * 0.34);
    svg
}

/// Jellyfish in rays of light.
pub(in crate::demo) fn deep_quiet() -> Scene {
    let water = sky("water", &[(0, "#1fb6c9"), (22, "#0a6f9a"), (58, "#063a69"), (100, "#020b24")]);
    let mut rays = String::new();
    let mut random = SeededRandom::new(44);
    for _ in 0..9 {
        let (x, width, lean) = (random.between(LEFT, RIGHT), random.between(40.0, 120.0), random.between(120.0, 300.0));
        let _ =
            write!(rays, "<path d=\"M{x:.0} -20h{width:.0}l-{lean:.0} 640h-{:.0}Z\" fill=\"url(#ray)\"/>", width * 2.2);
    }
    let rays = vertical("ray", &[(0, "#d8fff6/.42"), (100, "#d8fff6/0")]) + &blurred("soft", 9.0, &rays);
    let mut bubbles = String::from("<g fill=\"none\" stroke=\"#c8fbff\">");
    for _ in 0..70 {
        let (x, y, r) = (random.between(LEFT, RIGHT), random.between(40.0, 700.0), random.between(1.5, 6.0));
        let _ = write!(
            bubbles,
            "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{r:.1}\" opacity=\"{:.2}\"/>",
            random.between(0.2, 0.7)
        );
    }
    bubbles += "</g>";
    let bed = Ridge { seed: 61, y: 668.0, swing: 40.0, waves: 2.0, rough: 0.45 };
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.0), water),
        Layer::new(Motion::Sway(0.5), rays),
        Layer::new(
            Motion::Float(20.0),
            jelly("a", 1130.0, 210.0, 0.55, "#9be7ff", 5) + &jelly("b", 120.0, 330.0, 0.45, "#b79bff", 6),
        ),
        Layer::new(Motion::Float(34.0), jelly("c", 880.0, 290.0, 1.35, "#ffb3d9", 7)),
        Layer::new(Motion::Float(60.0), bubbles),
        Layer::new(Motion::Sway(0.8), bed.land("#010818")),
    ])
}

fn jelly(id: &str, x: f64, y: f64, size: f64, color: &str, seed: u64) -> String {
    let mut random = SeededRandom::new(seed);
    let mut arms = String::new();
    for arm in 0..11 {
        let start = -84.0 + f64::from(arm) * 16.8;
        let (bend, length) = (random.between(-46.0, 46.0), random.between(150.0, 330.0));
        let _ = write!(
            arms,
            "<path d=\"M{start:.0} 20C{:.0} {:.0} {:.0} {:.0} {:.0} {length:.0}\"/>",
            start + bend,
            length * 0.35,
            start - bend,
            length * 0.7,
            start + bend * 0.6
        );
    }
    let body = radial(
        &format!("bell-{id}"),
        (0.5, 0.2),
        &[(0, "#ffffff/.95"), (45, &format!("{color}/.75")), (100, &format!("{color}/.12"))],
    );
    format!(
        "{body}{light}<g transform=\"translate({x} {y}) scale({size})\"><g fill=\"none\" stroke=\"{color}\" stroke-width=\"3\" opacity=\".6\">{arms}</g>\
         <path d=\"M-104 26C-112 -120 112 -120 104 26C80 8 60 40 40 22C20 40 -4 8 -22 26C-44 40 -70 6 -104 26Z\" fill=\"url(#bell-{id})\"/>\
         <path d=\"M-60 -8C-54 -62 54 -62 60 -8\" fill=\"none\" stroke=\"#fff\" stroke-opacity=\".5\" stroke-width=\"5\"/></g>",
        light = glow(&format!("glow-{id}"), (x, y), 260.0 * size, color, 0.5)
    )
}

/// A night train on a viaduct, in the last sun.
pub(in crate::demo) fn slow_train() -> Scene {
    let dusk = sky("dusk", &[(0, "#2d1e4f"), (34, "#8a3a66"), (46, "#ee6c4d"), (60, "#ffc857"), (100, "#ffe8b8")]);
    let sun = glow("halo", (900.0, 300.0), 440.0, "#fff1b8", 0.85) + &disc((900.0, 300.0), 104.0, "#fff4cf");
    let far = Ridge { seed: 18, y: 400.0, swing: 60.0, waves: 2.2, rough: 0.5 };
    let middle = Ridge { seed: 41, y: 470.0, swing: 46.0, waves: 1.8, rough: 0.2 };
    let grass = Ridge { seed: 90, y: 690.0, swing: 16.0, waves: 3.0, rough: 0.3 };
    let mut arches = String::from(
        "<g transform=\"translate(0 -118)\" fill=\"#2a1030\"><rect x=\"-200\" y=\"548\" width=\"1680\" height=\"22\"/>",
    );
    for pier in 0..13 {
        let x = LEFT + f64::from(pier) * 136.0;
        let _ = write!(arches, "<path d=\"M{x:.0} 566h30v274h-30ZM{:.0} 566h106v44c-8-40-98-40-106 0Z\"/>", x + 30.0);
    }
    arches += "</g>";
    Scene::Layers(vec![
        Layer::new(Motion::Sway(0.0), dusk + &sun),
        Layer::new(Motion::Sway(0.2), far.land("#a34a63")),
        Layer::new(Motion::Sway(0.4), middle.land("#6a2c55") + &pines(12, middle, (14.0, 30.0), "#6a2c55")),
        Layer::new(Motion::Cross(17.0), format!("<g transform=\"translate(240 -118)\">{}</g>", train())),
        Layer::new(Motion::Sway(0.6), arches),
        Layer::new(Motion::Sway(0.95), grass.land("#120716") + &pines(2, grass, (18.0, 60.0), "#120716")),
    ])
}

fn train() -> String {
    let mut svg = String::from(
        "<path d=\"M330 548V506C330 486 350 478 392 478H520V548Z\" fill=\"#1a0a24\"/><rect x=\"346\" y=\"492\" width=\"34\" height=\"18\" rx=\"6\" fill=\"#ffe08a\"/>",
    );
    for carriage in 0..4 {
        let x = 530 + carriage * 176;
        let _ = write!(svg, "<rect x=\"{x}\" y=\"480\" width=\"168\" height=\"66\" rx=\"9\" fill=\"#1a0a24\"/>");
        for window in 0..6 {
            let _ = write!(
                svg,
                "<rect x=\"{}\" y=\"494\" width=\"18\" height=\"20\" rx=\"3\" fill=\"#ffd978\"/>",
                x + 12 + window * 25
            );
        }
    }
    glow("cab", (330.0, 500.0), 120.0, "#ffe6a0", 0.7) + &svg
}
