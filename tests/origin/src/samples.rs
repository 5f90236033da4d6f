//! The sample images that the page shows where no demo server is.

use std::io;
use std::path::Path;

use crate::picture::{Format, Grain, Picture, encode};

/// File name, seed and width of each; all are three by two. The seed chooses the time of day.
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

/// Writes the samples into a folder, which is made if it is not there.
pub fn write(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, seed, width) in SAMPLES {
        let extension = name.rsplit('.').next().unwrap_or_default();
        let format = Format::parse(extension).ok_or(io::ErrorKind::InvalidFilename)?;
        let picture = Picture::Drawn { seed, width, height: width * 2 / 3, format };
        std::fs::write(folder.join(name), encode(picture, Grain::FINE).map_err(io::Error::other)?)?;
    }
    Ok(())
}
