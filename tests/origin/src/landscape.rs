//! Paints a small landscape from a seed: a sky with a sun or moon, hills that fade into the
//! distance, sometimes a lake or a wood.

use crate::seed::{Dice, mix};

type Colour = [f32; 3];

/// The colours of one time of day, top to bottom.
struct Palette {
    zenith: Colour,
    sky: Colour,
    horizon: Colour,
    light: Colour,
    far: Colour,
    near: Colour,
    stars: bool,
}

/// The moods that seeds choose from, in the order of a day.
const PALETTES: [Palette; 8] = [
    // Dawn.
    Palette {
        zenith: [74.0, 98.0, 158.0],
        sky: [204.0, 160.0, 186.0],
        horizon: [255.0, 214.0, 172.0],
        light: [255.0, 246.0, 222.0],
        far: [168.0, 146.0, 178.0],
        near: [40.0, 46.0, 82.0],
        stars: false,
    },
    // Morning mist.
    Palette {
        zenith: [142.0, 176.0, 186.0],
        sky: [196.0, 213.0, 207.0],
        horizon: [241.0, 240.0, 224.0],
        light: [255.0, 254.0, 240.0],
        far: [188.0, 206.0, 201.0],
        near: [44.0, 80.0, 80.0],
        stars: false,
    },
    // Noon.
    Palette {
        zenith: [52.0, 118.0, 204.0],
        sky: [128.0, 186.0, 236.0],
        horizon: [230.0, 242.0, 246.0],
        light: [255.0, 253.0, 238.0],
        far: [156.0, 190.0, 212.0],
        near: [28.0, 88.0, 72.0],
        stars: false,
    },
    // Autumn afternoon.
    Palette {
        zenith: [112.0, 158.0, 192.0],
        sky: [212.0, 208.0, 194.0],
        horizon: [252.0, 230.0, 192.0],
        light: [255.0, 247.0, 224.0],
        far: [204.0, 170.0, 140.0],
        near: [116.0, 50.0, 28.0],
        stars: false,
    },
    // Golden hour.
    Palette {
        zenith: [96.0, 128.0, 166.0],
        sky: [242.0, 194.0, 128.0],
        horizon: [255.0, 228.0, 166.0],
        light: [255.0, 248.0, 220.0],
        far: [214.0, 166.0, 126.0],
        near: [74.0, 46.0, 46.0],
        stars: false,
    },
    // Dusk.
    Palette {
        zenith: [40.0, 38.0, 98.0],
        sky: [152.0, 76.0, 134.0],
        horizon: [252.0, 146.0, 114.0],
        light: [255.0, 220.0, 178.0],
        far: [138.0, 78.0, 126.0],
        near: [24.0, 20.0, 50.0],
        stars: false,
    },
    // Blue hour.
    Palette {
        zenith: [12.0, 42.0, 72.0],
        sky: [30.0, 106.0, 124.0],
        horizon: [158.0, 210.0, 184.0],
        light: [244.0, 250.0, 236.0],
        far: [56.0, 122.0, 130.0],
        near: [6.0, 30.0, 42.0],
        stars: true,
    },
    // Night.
    Palette {
        zenith: [8.0, 14.0, 40.0],
        sky: [26.0, 46.0, 94.0],
        horizon: [78.0, 112.0, 160.0],
        light: [242.0, 246.0, 255.0],
        far: [52.0, 78.0, 120.0],
        near: [6.0, 12.0, 28.0],
        stars: true,
    },
];

/// How far each colour channel strays from its palette.
const TINT: f32 = 9.0;

/// How much of a lake's colour is the horizon's.
const LAKE_HAZE: f32 = 0.22;

/// A landscape in units of its size: (0, 0) is the top left, 1 the height.
struct Scene {
    seed: u64,
    palette: Palette,
    sun: (f32, f32),
    sun_radius: f32,
    clouds: f32,
    /// From the farthest to the nearest; each has a crest for every column, in pixels.
    ridges: Vec<Vec<f32>>,
    /// About how high each of them stands, in heights.
    crests: Vec<f32>,
    /// The row where a lake begins, in pixels.
    lake: Option<f32>,
    width: f32,
    height: f32,
}

/// Paints the landscape of a seed as RGB rows. `grain` is the film's, in steps of brightness.
pub fn paint(seed: u64, width: u32, height: u32, grain: f32) -> Vec<u8> {
    let scene = Scene::compose(seed, width, height);
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    let mut noise = mix(seed) | 1;
    for y in 0..height {
        let sky = scene.sky_row(y as f32);
        for x in 0..width {
            let colour = scene.colour(x as f32, y as f32, sky);
            // xorshift64: one brightness for all three channels, as film has it.
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            let bright = ((noise >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * grain;
            pixels.extend(colour.map(|channel| (channel + bright + 0.5).clamp(0.0, 255.0) as u8));
        }
    }
    pixels
}

impl Scene {
    fn compose(seed: u64, width: u32, height: u32) -> Self {
        let mut dice = Dice::new(seed, 1);
        let palette = tinted((seed % PALETTES.len() as u64) as usize, &mut dice);
        let lake = dice.chance(0.4).then(|| dice.between(0.70, 0.78) * height as f32);
        let horizon = dice.between(0.42, 0.56);
        let layers = 4 + (dice.next() % 3) as usize;
        let (ridges, crests) = (0..layers)
            .map(|layer| {
                let nearness = layer as f32 / (layers - 1) as f32;
                // With a lake, only the nearest hill stands before it, at the very bottom.
                let foot = if lake.is_none() || layer == layers - 1 { 0.93 } else { 0.70 };
                let crest = horizon + (foot - horizon) * nearness.powf(1.15);
                let rise = dice.between(0.17, 0.32) * (1.0 - 0.5 * nearness);
                let wood = layer + 1 == layers && dice.chance(0.55);
                (ridge(&mut dice, width, height, crest, rise, nearness, wood), crest)
            })
            .unzip();
        let aspect = width as f32 / height as f32;
        Self {
            seed,
            sun: (dice.between(0.18, 0.82) * aspect, dice.between(0.12, horizon - 0.17)),
            sun_radius: dice.between(0.032, 0.062),
            clouds: if palette.stars { 0.12 } else { dice.between(0.15, 0.55) },
            palette,
            ridges,
            crests,
            lake,
            width: width as f32,
            height: height as f32,
        }
    }

    /// The sky's own colour in a row.
    fn sky_row(&self, y: f32) -> Colour {
        let at = (y / self.height / 0.6).min(1.0);
        let Palette { zenith, sky, horizon, .. } = &self.palette;
        if at < 0.55 {
            blend(*zenith, *sky, smooth(at / 0.55))
        } else {
            blend(*sky, *horizon, smooth((at - 0.55) / 0.45))
        }
    }

    fn colour(&self, x: f32, y: f32, sky: Colour) -> Colour {
        let nearest = self.ridges.len() - 1;
        let cover = self.cover(nearest, x, y);
        if cover >= 1.0 {
            return self.ground(nearest, y);
        }
        let behind = match self.lake {
            Some(shore) if y > shore => self.water(x, y, shore),
            _ => self.land_or_sky(x, y, sky),
        };
        if cover > 0.0 { blend(behind, self.ground(nearest, y), cover) } else { behind }
    }

    /// What is seen between the nearest hill and the sky.
    fn land_or_sky(&self, x: f32, y: f32, sky: Colour) -> Colour {
        let hills = self.ridges.len() - 1;
        let solid = (0..hills).rev().find(|hill| self.cover(*hill, x, y) >= 1.0);
        let mut colour = match solid {
            Some(hill) => self.ground(hill, y),
            None => self.sky(x, y, sky),
        };
        for hill in solid.map_or(0, |hill| hill + 1)..hills {
            let cover = self.cover(hill, x, y);
            if cover > 0.0 {
                colour = blend(colour, self.ground(hill, y), cover);
            }
        }
        colour
    }

    /// How much of a pixel a hill covers, from 0 to 1: its edge is smooth.
    fn cover(&self, hill: usize, x: f32, y: f32) -> f32 {
        let column = (x as usize).min(self.width as usize - 1);
        (y - self.ridges[hill][column] + 0.5).clamp(0.0, 1.0)
    }

    /// A hill's colour: its crest is clear, its foot lies in haze.
    fn ground(&self, hill: usize, y: f32) -> Colour {
        let nearness = hill as f32 / (self.ridges.len() - 1) as f32;
        let body = blend(self.palette.far, self.palette.near, nearness.powf(1.2));
        let below = ((y / self.height - self.crests[hill]) / 0.22 + 0.35).clamp(0.0, 1.0);
        blend(body, self.palette.horizon, below * 0.42 * (1.0 - nearness))
    }

    fn sky(&self, x: f32, y: f32, sky: Colour) -> Colour {
        let (u, v) = (x / self.height, y / self.height);
        let (across, down) = (u - self.sun.0, v - self.sun.1);
        let distance = (across * across + down * down).sqrt();
        let glow = 0.55 / (1.0 + (distance / self.sun_radius / 2.2).powi(2));
        let mut colour = blend(sky, self.palette.light, glow);
        if self.palette.stars {
            // One pixel in a few hundred is a star, fainter towards the horizon.
            let chance = mix(self.seed ^ ((x as u64) << 32 | y as u64));
            if chance.is_multiple_of(701) {
                let bright = (chance >> 32 & 255) as f32 / 255.0 * (1.0 - v / 0.6).max(0.0);
                colour = blend(colour, self.palette.light, bright);
            }
        }
        let cloud = value_noise(self.seed, u * 2.2, v * 11.0) * 0.65
            + value_noise(self.seed ^ 7, u * 5.0, v * 26.0) * 0.35;
        let veil = ((cloud - 0.52) * 3.0).clamp(0.0, 1.0) * self.clouds;
        colour = blend(colour, blend(self.palette.horizon, self.palette.light, 0.4), veil);
        let edge = (self.sun_radius - distance) * self.height + 0.5;
        blend(colour, self.palette.light, edge.clamp(0.0, 1.0))
    }

    /// The far shore upside down, broken by ripples that widen towards us.
    fn water(&self, x: f32, y: f32, shore: f32) -> Colour {
        let depth = (y - shore) / self.height;
        let ripple =
            (depth * 210.0 / (1.0 + depth * 9.0) + x / self.height * 3.0).sin() * depth * 0.06 * self.height;
        let mirrored = (2.0 * shore - y - ripple.abs() * 0.6).max(0.0);
        let aside = (x + ripple).clamp(0.0, self.width - 1.0);
        let reflection = self.land_or_sky(aside, mirrored, self.sky_row(mirrored));
        let dimmed = blend(reflection, self.palette.near, 0.16 + depth * 0.5);
        blend(dimmed, self.palette.horizon, LAKE_HAZE * (1.0 - depth * 3.0).max(0.0))
    }
}

/// The crest of one hill for every column, in pixels.
fn ridge(
    dice: &mut Dice,
    width: u32,
    height: u32,
    crest: f32,
    rise: f32,
    nearness: f32,
    wood: bool,
) -> Vec<f32> {
    let seed = dice.next();
    // Far mountains are sharp, near hills round.
    let sharp = (1.0 - nearness).powi(2);
    (0..width)
        .map(|x| {
            let u = x as f32 / height as f32;
            let mut hill = 0.0;
            let (mut frequency, mut weight) = (2.3 - 0.7 * nearness, 0.55);
            for octave in 0..5 {
                let round = value_noise(seed ^ octave, u * frequency, 0.5);
                let peak = 1.0 - (2.0 * round - 1.0).abs();
                hill += weight * (round + (peak - round) * sharp);
                frequency *= 2.1;
                weight *= 0.32 + 0.14 * sharp;
            }
            let trees = if wood { firs(seed, u) } else { 0.0 };
            (crest - (hill - 0.35) * rise * 1.6 - trees) * height as f32
        })
        .collect()
}

/// The height of the firs above the ground at `u`, in heights of the picture.
fn firs(seed: u64, u: f32) -> f32 {
    const SPACING: f32 = 0.03;
    let here = (u / SPACING) as i64;
    (here - 2..=here + 2)
        .map(|tree| {
            let mut dice = Dice::new(seed, tree as u64);
            let (middle, tall) =
                ((tree as f32 + dice.between(0.2, 0.8)) * SPACING, dice.between(0.035, 0.11));
            let aside = (u - middle).abs() / (tall * 0.26);
            // Branches: the outline steps in and out on its way up.
            let step = (aside * 4.0).fract() * 0.10;
            if aside < 1.0 { tall * (1.0 - aside + step) } else { 0.0 }
        })
        .fold(0.0, f32::max)
}

fn tinted(index: usize, dice: &mut Dice) -> Palette {
    let Palette { zenith, sky, horizon, light, far, near, stars } = &PALETTES[index];
    let tint = [(); 3].map(|()| dice.between(-TINT, TINT));
    let shift = |colour: &Colour| std::array::from_fn(|i| (colour[i] + tint[i]).clamp(0.0, 255.0));
    Palette {
        zenith: shift(zenith),
        sky: shift(sky),
        horizon: shift(horizon),
        light: *light,
        far: shift(far),
        near: shift(near),
        stars: *stars,
    }
}

fn blend(from: Colour, to: Colour, share: f32) -> Colour {
    std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share)
}

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

/// Smooth noise from 0 to 1, with one independent value for each whole pair of coordinates.
fn value_noise(seed: u64, x: f32, y: f32) -> f32 {
    let (column, row) = (x.floor(), y.floor());
    let (right, down) = (smooth(x - column), smooth(y - row));
    let corner = |across: i64, below: i64| {
        let place = ((column as i64 + across) as u64) << 32 ^ (row as i64 + below) as u64 & 0xFFFF_FFFF;
        (mix(seed ^ place) >> 40) as f32 / (1u64 << 24) as f32
    };
    let upper = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * right;
    let lower = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * right;
    upper + (lower - upper) * down
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_paints_the_same_picture_every_time_and_another_seed_another() {
        assert_eq!(paint(5, 31, 17, 8.0), paint(5, 31, 17, 8.0));
        assert_ne!(paint(5, 31, 17, 8.0), paint(13, 31, 17, 8.0), "5 and 13 share a palette");
        assert_eq!(paint(5, 31, 17, 8.0).len(), 31 * 17 * 3);
    }

    #[test]
    fn the_smallest_picture_can_be_painted() {
        for seed in 0..40 {
            assert_eq!(paint(seed, 1, 1, 0.0).len(), 3);
        }
    }
}
