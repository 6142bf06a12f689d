//! Posters: a scene with the title on top.

use super::draw::{LEFT, RIGHT};
use super::scene::{Scene, document};
use super::title::{Lettering, Title, Typeface};
use std::fmt::Write;

/// In pixels.
pub(super) const WIDTH: u32 = 1280;
pub(super) const HEIGHT: u32 = 720;
const MARGIN: u32 = 72;
/// The baseline of the title's last line.
const BASE_LINE: u32 = 632;

/// The poster as an SVG document; for a generated picture, only the overlay.
pub(super) fn svg(title: &Title) -> String {
    let art: String = match (title.recipe.scene)() {
        Scene::Layers(layers) => layers.into_iter().map(|layer| layer.svg).collect(),
        Scene::Generated { .. } => String::new(),
    };
    let whole = (LEFT, 0.0, RIGHT - LEFT, f64::from(HEIGHT));
    document(whole, (whole.2, whole.3), &format!("{art}{SCRIM}{}", words(title)))
}

/// Crops the poster from the canvas: blurred shapes fade at the canvas's edges, which must not be visible.
pub(super) fn crop() -> String {
    format!("crop={WIDTH}:{HEIGHT}:{}:0", -LEFT)
}

/// Darkens the corner behind the text.
const SCRIM: &str = "<radialGradient id=\"scrim\" gradientUnits=\"userSpaceOnUse\" cx=\"120\" cy=\"640\" r=\"820\" \
    gradientTransform=\"matrix(1 0 0 .72 0 180)\"><stop stop-opacity=\".74\"/><stop offset=\".45\" stop-opacity=\".42\"/>\
    <stop offset=\"1\" stop-opacity=\"0\"/></radialGradient><rect x=\"-200\" width=\"1680\" height=\"720\" fill=\"url(#scrim)\"/>";

fn words(title: &Title) -> String {
    let Lettering { lines, face, size, color, accent } = &title.recipe.lettering;
    let (family, weight, spacing) = match face {
        Typeface::Black => ("Inter Display", 900, -0.035),
        Typeface::Light => ("Inter Display", 200, -0.01),
        Typeface::Wide => ("Inter Display", 800, 0.03),
        Typeface::Serif => ("DejaVu Serif", 700, -0.03),
        Typeface::Mono => ("DejaVu Sans Mono", 700, -0.04),
    };
    let leading = f64::from(*size) * 0.98;
    // An episode shows its own title below the series's.
    let base = f64::from(BASE_LINE) - if title.series.is_some() { 46.0 } else { 0.0 };
    let top = base - leading * (lines.len() as f64 - 1.0);
    let eyebrow = top - f64::from(*size) * 0.92 - 14.0;
    let category = title.category.to_uppercase();
    let mut svg = format!(
        "<g font-family=\"{family}, Inter, DejaVu Sans, sans-serif\"><rect x=\"{MARGIN}\" y=\"{:.0}\" width=\"46\" height=\"5\" \
         fill=\"{accent}\"/><text x=\"{}\" y=\"{:.0}\" font-family=\"Inter, DejaVu Sans, sans-serif\" font-weight=\"600\" \
         font-size=\"22\" letter-spacing=\"4\" fill=\"{accent}\">{category}</text>",
        eyebrow - 10.0,
        MARGIN + 62,
        eyebrow
    );
    for (index, line) in lines.iter().enumerate() {
        let y = top + leading * index as f64;
        let spacing = spacing * f64::from(*size);
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{y:.0}\" font-size=\"{size}\" font-weight=\"{weight}\" letter-spacing=\"{spacing:.1}\" fill=\"{color}\">{line}</text>",
            MARGIN - 4
        );
    }
    if let Some(episode) = &title.series {
        let _ = write!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{BASE_LINE}\" font-family=\"Inter, DejaVu Sans, sans-serif\" font-weight=\"500\" font-size=\"30\" \
             fill=\"{color}\" opacity=\".92\">{}. {}</text>",
            episode.episode, title.title
        );
    }
    svg + "</g>"
}
