//! Sample images like those of `www/samples`, which the page uses without a demo server. (Those were
//! painted by a more elaborate painter than today's.)

use std::io;
use std::path::Path;

use crate::picture::{Grain, Picture, encode, format_of};

/// File name, seed and width of each; all have the ratio three to two. The seed decides the time of day.
const SAMPLES: [(&str, u64, u32); 12] = [
    ("01-dawn.jpg", 8, 480),
    ("02-mist.jpg", 17, 480),
    ("03-noon.jpg", 26, 480),
    ("04-autumn.jpg", 35, 480),
    ("05-lake.png", 82, 192),
    ("06-golden-hour.jpg", 44, 480),
    ("07-dusk.jpg", 53, 480),
    ("08-afterglow.webp", 61, 216),
    ("09-blue-hour.jpg", 62, 480),
    ("10-twilight.gif", 70, 192),
    ("11-night.jpg", 71, 480),
    ("12-moonlight.jpg", 79, 480),
];

/// Writes the samples into a folder, which it creates if necessary.
///
/// # Errors
///
/// The folder or a file can't be written.
pub fn write(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, seed, width) in SAMPLES {
        let extension = name.rsplit('.').next().unwrap_or_default();
        let format = format_of(extension).ok_or(io::ErrorKind::InvalidFilename)?;
        let picture = Picture::Drawn { seed, width, height: width * 2 / 3, format };
        std::fs::write(folder.join(name), encode(picture, Grain::FINE).map_err(io::Error::other)?)?;
    }
    Ok(())
}
