//! Shapes for the scenes, as SVG. The canvas is wider than the visible part, so layers can drift: x runs from [`LEFT`]
//! to [`RIGHT`], and a poster shows 0 to 1280.

use std::fmt::Write;

pub(super) const LEFT: f64 = -200.0;
pub(super) const RIGHT: f64 = 1480.0;
pub(super) const HEIGHT: f64 = 720.0;

/// Pseudo-random numbers that are the same on every run, so a title's recipe always gives the same scene.
pub(super) struct SeededRandom(u64);

impl SeededRandom {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Uniformly distributed between two bounds.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        low + (high - low) * ((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }

    pub(super) fn chance(&mut self, part: f64) -> bool {
        self.between(0.0, 1.0) < part
    }
}

/// A rectangle over the whole canvas, with a gradient from top to bottom.
pub(super) fn sky(id: &str, stops: &[(u32, &str)]) -> String {
    let fill = vertical(id, stops);
    format!("{fill}<rect x=\"{LEFT}\" y=\"0\" width=\"{}\" height=\"{HEIGHT}\" fill=\"url(#{id})\"/>", RIGHT - LEFT)
}

/// A gradient from top to bottom; stops in percent. A color may be followed by a slash and its opacity.
pub(super) fn vertical(id: &str, stops: &[(u32, &str)]) -> String {
    let stops: String = stops.iter().map(|(at, color)| stop(*at, color)).collect();
    format!("<linearGradient id=\"{id}\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\">{stops}</linearGradient>")
}

/// A gradient outwards from a bright spot.
pub(super) fn radial(id: &str, center: (f64, f64), stops: &[(u32, &str)]) -> String {
    let stops: String = stops.iter().map(|(at, color)| stop(*at, color)).collect();
    format!("<radialGradient id=\"{id}\" cx=\"{}\" cy=\"{}\" r=\"0.75\">{stops}</radialGradient>", center.0, center.1)
}

fn stop(at: u32, color: &str) -> String {
    let (color, opacity) = color.split_once('/').unwrap_or((color, "1"));
    format!("<stop offset=\"{at}%\" stop-color=\"{color}\" stop-opacity=\"{opacity}\"/>")
}

/// Soft light around a point.
pub(super) fn glow(id: &str, (x, y): (f64, f64), radius: f64, color: &str, strength: f64) -> String {
    let outer = format!("{color}/0");
    let inner = format!("{color}/{strength}");
    let middle = format!("{color}/{:.2}", strength * 0.35);
    let fill = format!(
        "<radialGradient id=\"{id}\">{}{}{}</radialGradient>",
        stop(0, &inner),
        stop(35, &middle),
        stop(100, &outer)
    );
    format!("{fill}<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"url(#{id})\"/>")
}

/// A plain disc, such as a sun or a moon.
pub(super) fn disc((x, y): (f64, f64), radius: f64, fill: &str) -> String {
    format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\"/>")
}

/// Stars above `below`; a few are larger.
pub(super) fn stars(seed: u64, count: u32, below: f64, color: &str) -> String {
    let mut random = SeededRandom::new(seed);
    let mut svg = format!("<g fill=\"{color}\">");
    for _ in 0..count {
        let (x, y) = (random.between(LEFT, RIGHT), random.between(0.0, 1.0).powf(1.4) * below);
        let radius = if random.chance(0.06) { random.between(1.8, 2.8) } else { random.between(0.5, 1.4) };
        let opacity = random.between(0.25, 1.0);
        let _ = write!(svg, "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius:.1}\" opacity=\"{opacity:.2}\"/>");
    }
    svg + "</g>"
}

/// The shape of a skyline.
#[derive(Clone, Copy)]
pub(super) struct Ridge {
    pub(super) seed: u64,
    /// Its mean height above the lower edge is `HEIGHT - y`.
    pub(super) y: f64,
    /// How far it rises and falls.
    pub(super) swing: f64,
    /// The number of waves across the canvas, for the slowest wave.
    pub(super) waves: f64,
    /// 0 for dunes, 1 for rock.
    pub(super) rough: f64,
}

impl Ridge {
    /// The height of the land at each step of the canvas, from left to right.
    pub(super) fn points(self) -> Vec<(f64, f64)> {
        let mut random = SeededRandom::new(self.seed);
        let octaves: Vec<(f64, f64, f64)> = (0..6)
            .map(|octave| {
                let weight = (0.28 + 0.3 * self.rough).powi(octave);
                (self.waves * 2.1_f64.powi(octave), weight, random.between(0.0, std::f64::consts::TAU))
            })
            .collect();
        let total: f64 = octaves.iter().map(|(_, weight, _)| weight).sum();
        let step = if self.rough > 0.0 { 7.0 } else { 14.0 };
        let steps = ((RIGHT - LEFT) / step).ceil() as u32;
        let height = |x: f64| {
            let turn = (x - LEFT) / (RIGHT - LEFT) * std::f64::consts::TAU;
            let sum: f64 =
                octaves.iter().map(|(waves, weight, phase)| weight * wave(turn * waves + phase, self.rough)).sum();
            self.y - self.swing * sum / total
        };
        (0..=steps).map(|at| LEFT + f64::from(at) * step).map(|x| (x, height(x))).collect()
    }

    /// The land, filled down to the lower edge.
    pub(super) fn land(self, fill: &str) -> String {
        let mut path = format!("M{LEFT} {HEIGHT}");
        for (x, y) in self.points() {
            let _ = write!(path, "L{x:.0} {y:.1}");
        }
        format!("<path d=\"{path}V{HEIGHT}Z\" fill=\"{fill}\"/>")
    }

    /// Light along the edge of the land.
    pub(super) fn edge(self, color: &str, width: f64, opacity: f64) -> String {
        let points: Vec<String> = self.points().iter().map(|(x, y)| format!("{x:.0},{y:.1}")).collect();
        let points = points.join(" ");
        format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" opacity=\"{opacity}\"/>"
        )
    }
}

/// A sine sharpened into peaks.
fn wave(turn: f64, rough: f64) -> f64 {
    let peaks = 1.0 - 2.0 * (turn / 2.0).sin().abs().powf(0.9);
    turn.sin() * (1.0 - rough) + peaks * rough
}

/// Pines along a skyline.
pub(super) fn pines(seed: u64, ridge: Ridge, (low, high): (f64, f64), fill: &str) -> String {
    let mut random = SeededRandom::new(seed);
    let mut svg = format!("<g fill=\"{fill}\">");
    for (x, y) in ridge.points() {
        for _ in 0..2 {
            let (x, height) = (x + random.between(-6.0, 6.0), random.between(low, high));
            let width = height * random.between(0.2, 0.28);
            let _ = write!(svg, "<path d=\"M{x:.0} {:.0}", y - height);
            for tier in 1..=4 {
                let (part, tier_y) = (f64::from(tier) / 4.0, y - height * (1.0 - f64::from(tier) / 4.0) + 8.0);
                let _ = write!(
                    svg,
                    "L{:.0} {tier_y:.0}L{:.0} {:.0}",
                    x + width * part,
                    x + width * part * 0.5,
                    tier_y - 3.0
                );
            }
            for tier in (1..=4).rev() {
                let (part, tier_y) = (f64::from(tier) / 4.0, y - height * (1.0 - f64::from(tier) / 4.0) + 8.0);
                let _ = write!(
                    svg,
                    "L{:.0} {:.0}L{:.0} {tier_y:.0}",
                    x - width * part * 0.5,
                    tier_y - 3.0,
                    x - width * part
                );
            }
            svg += "Z\"/>";
        }
    }
    svg + "</g>"
}

/// Towers with lit windows.
pub(super) fn towers(
    seed: u64,
    (low, high): (f64, f64),
    width: (f64, f64),
    fill: &str,
    windows: &[&str],
    lit: f64,
) -> String {
    let mut random = SeededRandom::new(seed);
    let (mut svg, mut x) = (String::new(), LEFT);
    while x < RIGHT {
        let (w, h) = (random.between(width.0, width.1), random.between(low, high));
        let top = HEIGHT - h;
        let _ = write!(svg, "<rect x=\"{x:.0}\" y=\"{top:.0}\" width=\"{w:.0}\" height=\"{h:.0}\" fill=\"{fill}\"/>");
        if random.chance(0.3) {
            let mast = x + w / 2.0;
            let _ =
                write!(svg, "<path d=\"M{mast:.0} {top:.0}v-{:.0}\" stroke=\"{fill}\" stroke-width=\"3\"/>", h * 0.18);
        }
        let mut y = top + 14.0;
        while y < HEIGHT - 10.0 && !windows.is_empty() {
            let mut at = x + 8.0;
            while at < x + w - 10.0 {
                if random.chance(lit) {
                    let color = windows[random.between(0.0, windows.len() as f64) as usize % windows.len()];
                    let opacity = random.between(0.45, 1.0);
                    let _ = write!(
                        svg,
                        "<rect x=\"{at:.0}\" y=\"{y:.0}\" width=\"6\" height=\"8\" fill=\"{color}\" opacity=\"{opacity:.2}\"/>"
                    );
                }
                at += 13.0;
            }
            y += 18.0;
        }
        x += w + random.between(-2.0, 10.0);
    }
    svg
}

/// Glints on water below `y`, denser and wider in the foreground.
pub(super) fn glints(seed: u64, y: f64, center: f64, spread: f64, color: &str) -> String {
    let mut random = SeededRandom::new(seed);
    let mut svg = format!("<g fill=\"{color}\">");
    for _ in 0..150 {
        let depth = random.between(0.0, 1.0).powf(1.3);
        let at = y + 6.0 + depth * (HEIGHT - y);
        let x = center + random.between(-1.0, 1.0) * spread * (0.25 + depth);
        let width = random.between(14.0, 70.0) * (0.3 + depth);
        let (height, opacity) = (1.5 + 3.0 * depth, random.between(0.12, 0.6));
        let _ = write!(
            svg,
            "<rect x=\"{:.0}\" y=\"{at:.0}\" width=\"{width:.0}\" height=\"{height:.1}\" rx=\"{:.1}\" opacity=\"{opacity:.2}\"/>",
            x - width / 2.0,
            height / 2.0
        );
    }
    svg + "</g>"
}

/// A gear around the origin.
pub(super) fn gear(radius: f64, teeth: u32, fill: &str, hole: &str) -> String {
    let mut path = String::new();
    for tooth in 0..teeth {
        for (part, reach) in [(0.0, 0.88), (0.16, 1.0), (0.42, 1.0), (0.58, 0.88)] {
            let angle = (f64::from(tooth) + part) / f64::from(teeth) * std::f64::consts::TAU;
            let (x, y) = (angle.cos() * radius * reach, angle.sin() * radius * reach);
            let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { "M" } else { "L" });
        }
    }
    let mut svg = format!("<path d=\"{path}Z\" fill=\"{fill}\"/>");
    let _ = write!(
        svg,
        "<circle r=\"{:.1}\" fill=\"none\" stroke=\"#000\" stroke-opacity=\".28\" stroke-width=\"{:.1}\"/>",
        radius * 0.74,
        radius * 0.05
    );
    for spoke in 0..5 {
        let angle = f64::from(spoke) / 5.0 * std::f64::consts::TAU;
        let (x, y) = (angle.cos() * radius * 0.48, angle.sin() * radius * 0.48);
        let _ = write!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"{hole}\"/>", radius * 0.17);
    }
    let _ = write!(
        svg,
        "<circle r=\"{:.1}\" fill=\"{hole}\"/><circle r=\"{:.1}\" fill=\"{fill}\"/>",
        radius * 0.2,
        radius * 0.12
    );
    svg
}

/// Blurs its content.
pub(super) fn blurred(id: &str, deviation: f64, svg: &str) -> String {
    format!(
        "<filter id=\"{id}\" x=\"-50%\" y=\"-50%\" width=\"200%\" height=\"200%\"><feGaussianBlur \
         stdDeviation=\"{deviation}\"/></filter><g filter=\"url(#{id})\">{svg}</g>"
    )
}

/// Adds a shadow to its content, `dy` below it.
pub(super) fn shadowed(id: &str, dy: f64, deviation: f64, opacity: f64, svg: &str) -> String {
    format!(
        "<filter id=\"{id}\" x=\"-20%\" y=\"-20%\" width=\"140%\" height=\"150%\"><feGaussianBlur in=\"SourceAlpha\" \
         stdDeviation=\"{deviation}\"/><feOffset dy=\"{dy}\"/><feComponentTransfer><feFuncA type=\"linear\" slope=\"{opacity}\"/>\
         </feComponentTransfer><feMerge><feMergeNode/><feMergeNode in=\"SourceGraphic\"/></feMerge></filter>\
         <g filter=\"url(#{id})\">{svg}</g>"
    )
}
