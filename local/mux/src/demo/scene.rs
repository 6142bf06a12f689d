//! The pictures of a demo video: layers that move relative to each other, or a source that ffmpeg generates.

use super::draw::{HEIGHT, LEFT, RIGHT};

/// The pictures of a video, and of its poster.
pub(super) enum Scene {
    /// Drawn layers, the most distant first.
    Layers(Vec<Layer>),
    /// An ffmpeg source, the same source at the moment that the poster shows, and filters for both. `{w}` and `{h}`
    /// are replaced by the size, and `{r}` by the frames per second.
    Generated { source: &'static str, poster_source: &'static str, filters: &'static str },
}

/// A part of a scene that moves as a unit.
pub(super) struct Layer {
    pub(super) motion: Motion,
    pub(super) svg: String,
}

/// How a layer moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Motion {
    /// Sways sideways; nearer layers sway more. 0 does not move; 1 moves by half of the canvas beyond the picture.
    Sway(f64),
    /// Floats up and down by this many pixels, and sways a little.
    Float(f64),
    /// Crosses the picture from right to left in this many seconds, repeatedly.
    Cross(f64),
    /// Turns around a point within a radius, once in this many seconds.
    Spin { x: f64, y: f64, radius: f64, seconds: f64 },
}

impl Layer {
    pub(super) fn new(motion: Motion, svg: impl Into<String>) -> Self {
        Self { motion, svg: svg.into() }
    }

    /// The layer alone, for the video: `scale` pixels per unit.
    pub(super) fn document(&self, scale: f64) -> String {
        let (x, y, width, height) = match self.motion {
            Motion::Spin { x, y, radius, .. } => (x - radius, y - radius, 2.0 * radius, 2.0 * radius),
            _ => (LEFT, 0.0, RIGHT - LEFT, HEIGHT),
        };
        document((x, y, width, height), (width * scale, height * scale), &self.svg)
    }

    /// The position of the layer's picture at time `t`, as an expression for ffmpeg's `overlay`.
    pub(super) fn place(&self, scale: f64) -> (String, String) {
        let sway = -LEFT * scale;
        match self.motion {
            Motion::Sway(depth) => (format!("-{sway:.0}+{:.1}*sin(t/7)", sway * 0.6 * depth), "0".to_owned()),
            Motion::Float(pixels) => {
                let pixels = pixels * scale;
                (format!("-{sway:.0}+{pixels:.1}*1.5*sin(t/9)"), format!("{pixels:.1}*sin(t/2.3)"))
            }
            Motion::Cross(seconds) => {
                let (from, way) = (1280.0 * scale - sway, (1280.0 + RIGHT) * scale);
                (format!("{from:.0}-{way:.0}*mod(t/{seconds}+0.45\\,1)"), "0".to_owned())
            }
            Motion::Spin { x, y, radius, .. } => {
                (format!("{:.0}", (x - radius) * scale), format!("{:.0}", (y - radius) * scale))
            }
        }
    }
}

/// An SVG document: the visible part of the canvas, and its size in pixels.
pub(super) fn document(view: (f64, f64, f64, f64), (width, height): (f64, f64), body: &str) -> String {
    let (x, y, w, h) = view;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"{x} {y} {w} {h}\">\
         {body}</svg>\n"
    )
}
