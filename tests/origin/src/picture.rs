//! Image files of any size, encoded from a seed, and cached.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use image::ExtendedColorType::Rgb8;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ImageEncoder, ImageError, ImageFormat};
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::body::Body;
use crate::landscape;
use crate::padding;
use crate::seed;

/// A picture this large takes seconds; a larger one is a mistake.
const MOST_PIXELS: u64 = 40_000_000;

/// The limit of the encoders: JPEG and GIF have 16 bits for it, WebP has 14.
const LONGEST_SIDE: u32 = 16_383;

/// The most encoded bytes that are cached. Beyond them the cache is emptied.
const MOST_CACHED: u64 = 256 << 20;

const JPEG_QUALITY: u8 = 90;

/// The film grain of a JPEG, in steps of brightness. The other formats have none: lossless grain would
/// make them many times larger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grain(f32);

impl Grain {
    /// A photograph's. A JPEG of 200×300 pixels has about 15 KB, like picsum's.
    pub const FILM: Self = Self(14.0);
    /// Hardly any, for small files.
    pub const FINE: Self = Self(3.0);
}

/// NeuQuant's speed for GIF, from 1 (best) to 30; a gradient shows no difference below this.
const GIF_SPEED: i32 = 20;

/// The format of a file extension, if pictures are made in it.
pub fn format_of(extension: &str) -> Option<ImageFormat> {
    use ImageFormat::{Gif, Jpeg, Png, WebP};
    ImageFormat::from_extension(extension).filter(|format| matches!(format, Jpeg | Png | WebP | Gif))
}

/// A picture to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Picture {
    /// A landscape.
    Drawn {
        /// The seed of its look.
        seed: u64,
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
        /// The format, one of [`format_of`].
        format: ImageFormat,
    },
    /// A JPEG of an exact length.
    Padded {
        /// The seed of its look and of its padding.
        seed: u64,
        /// The length in bytes.
        bytes: u64,
    },
}

/// Why a picture can't be made.
#[derive(Clone, Debug, Error)]
pub enum PictureError {
    /// The name is not that of a picture.
    #[error("{0:?} is not WIDTHxHEIGHT.jpg, .png, .webp or .gif, nor BYTESb.jpg")]
    Name(String),
    /// The picture is too large, or has no pixels.
    #[error(
        "{width}x{height} is not made here: sides from 1 to {LONGEST_SIDE}, at most {MOST_PIXELS} pixels"
    )]
    Size {
        /// The requested width.
        width: u32,
        /// The requested height.
        height: u32,
    },
    /// The length is less than that of the shortest JPEG.
    #[error("no JPEG of {bytes} bytes is made here: the shortest has {shortest}")]
    TooShort {
        /// The requested length.
        bytes: u64,
        /// The shortest length.
        shortest: u64,
    },
    /// The encoder failed.
    #[error("the encoder failed: {0}")]
    Encoder(Arc<ImageError>),
    /// The thread that made it panicked.
    #[error("the picture's thread ended before the picture was made")]
    Lost,
}

impl PictureError {
    /// Whether the request is wrong, and not the server.
    pub fn is_callers_fault(&self) -> bool {
        matches!(self, Self::Name(_) | Self::Size { .. } | Self::TooShort { .. })
    }
}

impl Picture {
    /// The picture of `/image/{seed}/{file}`.
    pub fn parse(seed: &str, file: &str) -> Result<Self, PictureError> {
        let seed = seed::of(seed);
        let parsed = (|| {
            let (size, extension) = file.rsplit_once('.')?;
            let format = format_of(extension)?;
            if let Some(bytes) = size.strip_suffix('b') {
                let bytes = bytes.parse().ok()?;
                return (format == ImageFormat::Jpeg).then_some(Self::Padded { seed, bytes });
            }
            let (width, height) = size.split_once('x')?;
            Some(Self::Drawn { seed, width: width.parse().ok()?, height: height.parse().ok()?, format })
        })();
        match parsed {
            Some(Self::Drawn { width, height, .. }) if !is_makeable(width, height) => {
                Err(PictureError::Size { width, height })
            }
            Some(picture) => Ok(picture),
            None => Err(PictureError::Name(file.to_owned())),
        }
    }

    /// Its seed.
    pub fn seed(self) -> u64 {
        match self {
            Self::Drawn { seed, .. } | Self::Padded { seed, .. } => seed,
        }
    }

    /// Its format.
    pub fn format(self) -> ImageFormat {
        match self {
            Self::Drawn { format, .. } => format,
            Self::Padded { .. } => ImageFormat::Jpeg,
        }
    }
}

fn is_makeable(width: u32, height: u32) -> bool {
    let sides = 1..=LONGEST_SIDE;
    sides.contains(&width) && sides.contains(&height) && u64::from(width) * u64::from(height) <= MOST_PIXELS
}

/// The cache of pictures.
#[derive(Debug, Default)]
pub struct Gallery {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    drawn: HashMap<Picture, Arc<OnceCell<Body>>>,
    bytes: u64,
}

impl Gallery {
    /// The file of a picture, made by the first request while others wait for it.
    pub async fn get(&self, picture: Picture) -> Result<Body, PictureError> {
        match picture {
            Picture::Drawn { .. } => self.drawn(picture).await,
            Picture::Padded { seed, bytes } => self.padded(seed, bytes).await,
        }
    }

    async fn drawn(&self, picture: Picture) -> Result<Body, PictureError> {
        let cell = Arc::clone(self.kept().drawn.entry(picture).or_default());
        let make = || async {
            let made = tokio::task::spawn_blocking(move || encode(picture, Grain::FILM)).await;
            let body = Body::from(made.map_err(|_| PictureError::Lost)??);
            let mut kept = self.kept();
            if kept.bytes + body.len() > MOST_CACHED {
                *kept = Kept::default();
            }
            kept.bytes += body.len();
            Ok(body)
        };
        cell.get_or_try_init(make).await.cloned()
    }

    /// A padded file is not cached: it shares its picture and its padding with others.
    async fn padded(&self, seed: u64, bytes: u64) -> Result<Body, PictureError> {
        let mut shortest = 0;
        for (from, width, height) in padding::BASES {
            if bytes < from {
                continue;
            }
            let look = seed % padding::LOOKS;
            let base =
                self.drawn(Picture::Drawn { seed: look, width, height, format: ImageFormat::Jpeg }).await?;
            shortest = base.len();
            if let Some(body) = padding::pad(&base, seed, bytes) {
                return Ok(body);
            }
        }
        Err(PictureError::TooShort { bytes, shortest: shortest + padding::SHORTEST })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // No change here panics half-way, so even a poisoned state is consistent.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Paints and encodes a picture.
pub fn encode(picture: Picture, grain: Grain) -> Result<Vec<u8>, PictureError> {
    let (width, height, format) = match picture {
        Picture::Drawn { width, height, format, .. } => (width, height, format),
        Picture::Padded { bytes, .. } => return Err(PictureError::Name(format!("{bytes}b"))),
    };
    let Grain(grain) = if format == ImageFormat::Jpeg { grain } else { Grain(0.0) };
    let pixels = landscape::paint(picture.seed(), width, height, grain);
    let mut file = Vec::new();
    let encoded = match format {
        ImageFormat::Png => PngEncoder::new(&mut file).write_image(&pixels, width, height, Rgb8),
        ImageFormat::WebP => WebPEncoder::new_lossless(&mut file).write_image(&pixels, width, height, Rgb8),
        ImageFormat::Gif => {
            GifEncoder::new_with_speed(&mut file, GIF_SPEED).encode(&pixels, width, height, Rgb8)
        }
        _ => JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY).write_image(&pixels, width, height, Rgb8),
    };
    encoded.map_err(|error| PictureError::Encoder(Arc::new(error)))?;
    Ok(file)
}
