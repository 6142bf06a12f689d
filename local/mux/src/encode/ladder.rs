//! The sizes of renditions.

/// The largest shorter side of a rendition, in pixels, as at Mux unless a higher tier is paid for.
const SIDE_MAX: u32 = 1080;
/// Each rendition's size relative to the largest one of [`SIDE_MAX`]: 270, 480, 720, 1080.
const FULL_PARTS: [f64; 4] = [0.25, 4.0 / 9.0, 2.0 / 3.0, 1.0];
/// The same for smaller sources: 720, 480, 320.
const PARTS: [f64; 3] = [4.0 / 9.0, 2.0 / 3.0, 1.0];
/// The most bits per second for each pixel.
const BITS_PER_PIXEL: f64 = 3.0;
const KILOBITS_MIN: u32 = 120;

/// A rendition to encode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rung {
    pub(crate) name: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The maximum bit rate of its video, in kilobits per second.
    pub(crate) kilobits_max: u32,
}

/// The renditions of a source, smallest first: three, or four for a large source, and none larger than the source.
pub(crate) fn rungs(width: u32, height: u32) -> Vec<Rung> {
    let shorter = width.min(height).max(1);
    let top = f64::from(shorter.min(SIDE_MAX)) / f64::from(shorter);
    let mut rungs: Vec<Rung> = Vec::new();
    for part in if shorter >= SIDE_MAX { &FULL_PARTS[..] } else { &PARTS[..] } {
        let (width, height) = (even(f64::from(width) * top * part), even(f64::from(height) * top * part));
        let mut name = format!("{}p", width.min(height));
        if rungs.iter().any(|rung| rung.name == name) {
            name += &format!("-{}", rungs.len());
        }
        let kilobits = (f64::from(width) * f64::from(height) * BITS_PER_PIXEL / 1000.0) as u32;
        rungs.push(Rung { name, width, height, kilobits_max: kilobits.max(KILOBITS_MIN) });
    }
    rungs
}

/// The nearest even number, at least 16: 4:2:0 video has only even sizes, and encoders need a macroblock.
pub(crate) fn even(pixels: f64) -> u32 {
    ((pixels / 2.0).round() as u32 * 2).max(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(width: u32, height: u32) -> Vec<(u32, u32)> {
        rungs(width, height).iter().map(|rung| (rung.width, rung.height)).collect()
    }

    #[test]
    fn three_or_four_renditions_are_made_and_none_is_larger_than_the_source() {
        let full = [(480, 270), (854, 480), (1280, 720), (1920, 1080)];
        assert_eq!(sizes(1920, 1080), full);
        assert_eq!(sizes(3840, 2160), full);
        assert_eq!(sizes(1280, 720), [(568, 320), (854, 480), (1280, 720)]);
        assert_eq!(sizes(640, 360), [(284, 160), (426, 240), (640, 360)]);
        assert_eq!(sizes(360, 640), [(160, 284), (240, 426), (360, 640)]);
    }

    #[test]
    fn renditions_of_a_tiny_source_have_distinct_names() {
        let names: std::collections::BTreeSet<String> = rungs(16, 16).into_iter().map(|rung| rung.name).collect();
        assert_eq!(names.len(), 3);
    }
}
