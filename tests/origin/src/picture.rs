//! Real image files of any size, made by an encoder from a seed, each made once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use image::ExtendedColorType::Rgb8;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ImageEncoder, ImageError};
use tokio::sync::OnceCell;

use crate::body::Body;
use crate::landscape;
use crate::padding;
use crate::seed;

/// A picture this large takes seconds; more is a slip of the pen.
const MOST_PIXELS: u64 = 40_000_000;

/// Where encoders stop: JPEG's and GIF's fields have 16 bits, WebP's 14.
const LONGEST_SIDE: u32 = 16_383;

/// Encoded bytes that are kept; beyond them all are made again.
const MOST_KEPT: u64 = 256 << 20;

const JPEG_QUALITY: u8 = 90;

/// How much grain a JPEG has, in steps of brightness. The other formats have none: they would keep it
/// whole, and grow to many times their size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grain(f32);

impl Grain {
    /// A photograph's: with it 200×300 comes to about 15 KB, as picsum's pictures do.
    pub const FILM: Self = Self(14.0);
    /// Hardly any, for small files.
    pub const FINE: Self = Self(3.0);
}

/// NeuQuant's speed for GIF, from 1 (best) to 30; a gradient shows no difference below this.
const GIF_SPEED: i32 = 20;

/// The formats that are encoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG, with grain, so that its size is a photograph's.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, lossless.
    WebP,
    /// GIF, of one frame.
    Gif,
}

impl Format {
    /// The format of a file extension.
    pub fn parse(extension: &str) -> Option<Self> {
        match extension {
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "png" => Some(Self::Png),
            "webp" => Some(Self::WebP),
            "gif" => Some(Self::Gif),
            _ => None,
        }
    }

    /// Its content type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }
}

/// What to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Picture {
    /// A landscape of that size in pixels.
    Drawn {
        /// What it looks like.
        seed: u64,
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// Its format.
        format: Format,
    },
    /// A JPEG of exactly that length in bytes.
    Padded {
        /// What it looks like, and what its padding holds.
        seed: u64,
        /// Its length.
        bytes: u64,
    },
}

/// Why there is no such picture.
#[derive(Clone, Debug)]
pub enum PictureError {
    /// The name says nothing that can be made.
    Name(String),
    /// Larger than is made here, or nothing at all.
    Size {
        /// The width asked for.
        width: u32,
        /// The height asked for.
        height: u32,
    },
    /// Shorter than any JPEG made here.
    TooShort {
        /// The length asked for.
        bytes: u64,
        /// The shortest there is.
        shortest: u64,
    },
    /// The encoder's own error.
    Encoder(Arc<ImageError>),
    /// The thread that made it went down.
    Lost,
}

impl PictureError {
    /// Whether another request would have been answered.
    pub fn is_callers_fault(&self) -> bool {
        matches!(self, Self::Name(_) | Self::Size { .. } | Self::TooShort { .. })
    }
}

impl std::fmt::Display for PictureError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => {
                write!(f, "{name:?} is not WIDTHxHEIGHT.jpg, .png, .webp or .gif, nor BYTESb.jpg")
            }
            Self::Size { width, height } => write!(
                f,
                "{width}x{height} is not made here: sides from 1 to {LONGEST_SIDE}, at most {MOST_PIXELS} pixels"
            ),
            Self::TooShort { bytes, shortest } => {
                write!(f, "no JPEG of {bytes} bytes is made here: the shortest has {shortest}")
            }
            Self::Encoder(error) => write!(f, "the encoder failed: {error}"),
            Self::Lost => write!(f, "the picture's thread ended before the picture was made"),
        }
    }
}

impl std::error::Error for PictureError {}

impl Picture {
    /// The picture of `/image/{seed}/{file}`.
    pub fn parse(seed: &str, file: &str) -> Result<Self, PictureError> {
        let seed = seed::of(seed);
        let parsed = (|| {
            let (size, extension) = file.rsplit_once('.')?;
            let format = Format::parse(extension)?;
            if let Some(bytes) = size.strip_suffix('b') {
                let bytes = bytes.parse().ok()?;
                return (format == Format::Jpeg).then_some(Self::Padded { seed, bytes });
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
    pub fn format(self) -> Format {
        match self {
            Self::Drawn { format, .. } => format,
            Self::Padded { .. } => Format::Jpeg,
        }
    }
}

fn is_makeable(width: u32, height: u32) -> bool {
    let sides = 1..=LONGEST_SIDE;
    sides.contains(&width) && sides.contains(&height) && u64::from(width) * u64::from(height) <= MOST_PIXELS
}

/// The pictures made so far.
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
    /// The file of a picture. Those who ask for one that is being made wait for it.
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
            if kept.bytes + body.len() > MOST_KEPT {
                *kept = Kept::default();
            }
            kept.bytes += body.len();
            Ok(body)
        };
        cell.get_or_try_init(make).await.cloned()
    }

    /// A padded file is put together anew each time: it shares its picture and its padding.
    async fn padded(&self, seed: u64, bytes: u64) -> Result<Body, PictureError> {
        let mut shortest = 0;
        for (worth_it_from, width, height) in padding::BASES {
            if bytes < worth_it_from {
                continue;
            }
            let look = seed % padding::LOOKS;
            let base = self.drawn(Picture::Drawn { seed: look, width, height, format: Format::Jpeg }).await?;
            shortest = base.len();
            if let Some(body) = padding::pad(&base, seed, bytes) {
                return Ok(body);
            }
        }
        Err(PictureError::TooShort { bytes, shortest: shortest + padding::SHORTEST })
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // Nothing here panics half-way through a change, so a poisoned state is still a whole one.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Paints and encodes a picture.
pub fn encode(picture: Picture, grain: Grain) -> Result<Vec<u8>, PictureError> {
    let (width, height, format) = match picture {
        Picture::Drawn { width, height, format, .. } => (width, height, format),
        Picture::Padded { bytes, .. } => return Err(PictureError::Name(format!("{bytes}b"))),
    };
    let Grain(grain) = if format == Format::Jpeg { grain } else { Grain(0.0) };
    let pixels = landscape::paint(picture.seed(), width, height, grain);
    let mut file = Vec::new();
    let encoded = match format {
        Format::Jpeg => {
            JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY).write_image(&pixels, width, height, Rgb8)
        }
        Format::Png => PngEncoder::new(&mut file).write_image(&pixels, width, height, Rgb8),
        Format::WebP => WebPEncoder::new_lossless(&mut file).write_image(&pixels, width, height, Rgb8),
        Format::Gif => GifEncoder::new_with_speed(&mut file, GIF_SPEED).encode(&pixels, width, height, Rgb8),
    };
    encoded.map_err(|error| PictureError::Encoder(Arc::new(error)))?;
    Ok(file)
}
