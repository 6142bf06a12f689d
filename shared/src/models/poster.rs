//! The pictures of a video: a frame of the film, or the operator's own picture.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The widths of the stored copies of an operator's own picture, in pixels. A smaller picture is not enlarged.
pub const OWN_WIDTHS: [u32; 3] = [320, 640, 1280];
/// The least width of an operator's own picture, in pixels.
pub const OWN_WIDTH_MIN: u32 = OWN_WIDTHS[0];
/// The longest side of an operator's own picture, in pixels.
pub const OWN_SIDE_MAX: u32 = 8_192;

/// A poster in three widths, with image tokens that cannot play anything, and a placeholder to show first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Poster {
    /// The URL of the middle width.
    pub url: String,
    /// All widths, for the `srcset` of an `img`.
    pub srcset: String,
    /// A CSS color to show until the picture has loaded.
    pub placeholder: String,
}

/// A picture of a title in one size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Image {
    /// Where it is.
    pub url: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// The pictures of a title in three shapes, each in some sizes. An operator's own picture takes the place of the frames of
/// its shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Images {
    /// Upright, 2:3, as for walls of posters.
    pub poster: Vec<Image>,
    /// 16:9, as for cards.
    pub landscape: Vec<Image>,
    /// Wide, 12:5, as for the top of a page.
    pub backdrop: Vec<Image>,
}

impl Images {
    /// The images with an operator's own picture in place of the frames of its shape.
    #[must_use]
    pub fn with(mut self, picture: &OwnPicture, origin: &str) -> Self {
        let image = |(width, height)| Image { url: picture.url(origin, width), width, height };
        let shape = match (picture.width, picture.height) {
            (width, height) if width < height => &mut self.poster,
            (width, height) if width > 2 * height => &mut self.backdrop,
            _ => &mut self.landscape,
        };
        *shape = picture.sizes().into_iter().map(image).collect();
        self
    }
}

/// What the poster of a video shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PosterSource {
    /// The frame that Mux chooses.
    #[default]
    Automatic,
    /// A frame that the operator chose.
    Frame {
        /// Its position in the film, in seconds.
        time: f64,
    },
    /// The operator's own picture.
    Picture {
        /// The picture.
        picture: OwnPicture,
    },
}

impl PosterSource {
    /// Whether Mux chooses the frame.
    pub fn is_automatic(&self) -> bool {
        *self == Self::Automatic
    }

    /// The position of the frame in the film, if the operator chose one.
    pub const fn time(&self) -> Option<f64> {
        match self {
            Self::Frame { time } => Some(*time),
            Self::Automatic | Self::Picture { .. } => None,
        }
    }

    /// The operator's own picture, if there is one.
    pub const fn picture(&self) -> Option<&OwnPicture> {
        match self {
            Self::Picture { picture } => Some(picture),
            Self::Automatic | Self::Frame { .. } => None,
        }
    }
}

/// The schema of [`PosterSource`], as one object, because generators of clients do not support unions.
#[derive(JsonSchema)]
#[schemars(rename = "PosterSource")]
#[allow(dead_code, reason = "only its schema is used")]
pub struct PosterSourceSchema {
    /// What it is.
    kind: PosterKind,
    /// Of a `frame`: its position in the film, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<f64>,
    /// Of a `picture`: the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<OwnPicture>,
}

/// The kinds of posters.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "only its schema is used")]
enum PosterKind {
    /// The frame that Mux chooses.
    Automatic,
    /// A frame that the operator chose.
    Frame,
    /// The operator's own picture.
    Picture,
}

/// A picture that an operator uploaded, stored in several widths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnPicture {
    /// Its id, which cannot be guessed.
    pub id: String,
    /// The width of its largest copy, in pixels.
    pub width: u32,
    /// The height of its largest copy, in pixels.
    pub height: u32,
    /// A CSS color to show until it has loaded.
    pub placeholder: String,
}

impl OwnPicture {
    /// The widths and heights of its copies, the smallest first.
    pub fn sizes(&self) -> Vec<(u32, u32)> {
        let height = |width: u32| (f64::from(self.height) * f64::from(width) / f64::from(self.width)).round().max(1.0);
        let smaller = OWN_WIDTHS.into_iter().filter(|width| *width < self.width);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not above the largest height")]
        let smaller = smaller.map(|width| (width, height(width) as u32));
        smaller.chain([(self.width, self.height)]).collect()
    }

    /// The id of a copy.
    pub fn file_id(&self, width: u32) -> String {
        format!("{}-{width}", self.id)
    }

    /// The ids of all copies.
    pub fn file_ids(&self) -> Vec<String> {
        self.sizes().into_iter().map(|(width, _)| self.file_id(width)).collect()
    }

    /// The URL of a copy at the service's origin.
    pub fn url(&self, origin: &str, width: u32) -> String {
        format!("{origin}/api/images/{}", self.file_id(width))
    }

    /// The poster that shows it.
    pub fn poster(&self, origin: &str) -> Poster {
        let sizes = self.sizes();
        let srcset: Vec<String> =
            sizes.iter().map(|(width, _)| format!("{} {width}w", self.url(origin, *width))).collect();
        let middle = sizes.get(1).or_else(|| sizes.first()).map_or(self.width, |(width, _)| *width);
        Poster { url: self.url(origin, middle), srcset: srcset.join(", "), placeholder: self.placeholder.clone() }
    }
}

/// Why a frame cannot be the poster.
pub const OUTSIDE_FILM: &str = "must be before the end of the film";

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32) -> OwnPicture {
        OwnPicture { id: "a1".to_owned(), width, height, placeholder: "#000000".to_owned() }
    }

    #[test]
    fn an_own_picture_takes_the_place_of_its_shape_alone() {
        let frame = Image { url: "frame".to_owned(), width: 1, height: 1 };
        let frames =
            Images { poster: vec![frame.clone()], landscape: vec![frame.clone()], backdrop: vec![frame.clone()] };
        let upright = frames.clone().with(&picture(500, 750), "");
        assert_eq!(
            (upright.poster.len(), &upright.landscape, &upright.backdrop),
            (2, &frames.landscape, &frames.backdrop)
        );
        assert_eq!(frames.clone().with(&picture(640, 360), "").landscape.len(), 2);
        assert_eq!(frames.with(&picture(1280, 400), "").backdrop.len(), 3);
    }

    #[test]
    fn a_picture_has_copies_of_the_usual_widths_and_is_never_enlarged() {
        assert_eq!(picture(1280, 720).sizes(), [(320, 180), (640, 360), (1280, 720)]);
        assert_eq!(picture(500, 750).sizes(), [(320, 480), (500, 750)]);
        assert_eq!(picture(320, 1).sizes(), [(320, 1)]);
        let poster = picture(500, 750).poster("https://marquee.example");
        assert_eq!(poster.url, "https://marquee.example/api/images/a1-500");
        assert!(poster.srcset.contains("/api/images/a1-320 320w, "), "{}", poster.srcset);
    }
}
