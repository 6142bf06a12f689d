//! Reads an operator's picture, and makes the copies that viewers load. Every picture is decoded and encoded again, so
//! what is served is an image and nothing else: no script, no location, no other metadata.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, thumbnail};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};
use shared::http::error::ApiError;
use shared::models::poster::{OWN_SIDE_MAX, OWN_WIDTH_MIN, OWN_WIDTHS, OwnPicture};
use shared::stores::image_files::IMAGE_FILE_BYTES_MAX;
use std::io::Cursor;

/// The field that the issues name.
const FIELD: &str = "image";
/// The height of the largest copy, in pixels: that of a poster of 2:3.
const HEIGHT_MAX: u32 = 1_920;
/// The memory that decoding may take, in bytes.
const DECODED_BYTES_MAX: u64 = 512 << 20;
/// JPEG's qualities, of which the first is taken whose file can be stored.
const QUALITIES: [u8; 5] = [85, 75, 60, 45, 30];

/// A picture with the files of its copies, by width.
pub(crate) struct Copies {
    pub(crate) picture: OwnPicture,
    pub(crate) files: Vec<(u32, Vec<u8>)>,
}

/// The copies of an uploaded picture, whose id will be `id`.
pub(crate) fn copies(bytes: &[u8], id: String) -> Result<Copies, ApiError> {
    let largest = reduced(&opaque(decode(bytes)?), OWN_WIDTHS[OWN_WIDTHS.len() - 1]);
    let (width, height) = largest.dimensions();
    if width < OWN_WIDTH_MIN {
        return Err(ApiError::field(FIELD, format!("must be at least {OWN_WIDTH_MIN} pixels wide")));
    }
    let picture = OwnPicture { id, width, height, placeholder: average(&largest) };
    let files = picture.sizes().into_iter().map(|(width, _)| Ok((width, encode(&reduced(&largest, width))?)));
    Ok(Copies { files: files.collect::<Result<_, ApiError>>()?, picture })
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, ApiError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(OWN_SIDE_MAX);
    limits.max_image_height = Some(OWN_SIDE_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(ApiError::internal)?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(ApiError::field(FIELD, "is not a picture in JPEG, PNG or WebP"));
    }
    reader.limits(limits);
    let decoded = reader.into_decoder().and_then(|mut decoder| {
        // Cameras note how they were held.
        let orientation = decoder.orientation()?;
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(orientation);
        Ok(image)
    });
    decoded.map_err(|error| match error {
        ImageError::Limits(_) => {
            ApiError::field(FIELD, format!("must have at most {OWN_SIDE_MAX} pixels on each side"))
        }
        _ => ApiError::field(FIELD, "is damaged: it cannot be decoded"),
    })
}

/// The picture without transparency: on black, as the pages of the app are dark.
fn opaque(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let transparent = image.into_rgba8();
    RgbImage::from_fn(transparent.width(), transparent.height(), |x, y| {
        let [red, green, blue, alpha] = transparent.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|channel| (u16::from(channel) * u16::from(alpha) / 255) as u8))
    })
}

/// The picture in at most this width, and at most the largest height.
fn reduced(image: &RgbImage, width_max: u32) -> RgbImage {
    let (width, height) = image.dimensions();
    let scale = (f64::from(width_max) / f64::from(width)).min(f64::from(HEIGHT_MAX) / f64::from(height));
    if scale >= 1.0 {
        return image.clone();
    }
    let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    // Photos are reduced by averaging first, which is fast, and then with a filter that keeps them sharp.
    let (width, height) = (scaled(width), scaled(height));
    let coarse = thumbnail(image, (width * 2).min(image.width()), (height * 2).min(image.height()));
    image::imageops::resize(&coarse, width, height, FilterType::CatmullRom)
}

fn encode(image: &RgbImage) -> Result<Vec<u8>, ApiError> {
    for quality in QUALITIES {
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(image).map_err(ApiError::internal)?;
        if jpeg.len() <= IMAGE_FILE_BYTES_MAX {
            return Ok(jpeg);
        }
    }
    Err(ApiError::field(FIELD, "has too many details"))
}

/// The average color, in CSS.
fn average(image: &RgbImage) -> String {
    let [red, green, blue] = thumbnail(image, 1, 1).get_pixel(0, 0).0;
    format!("#{red:02x}{green:02x}{blue:02x}")
}
