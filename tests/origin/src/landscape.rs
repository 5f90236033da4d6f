//! Paints a landscape from a seed: a sky with a sun or moon, hills that fade into the distance, and a
//! lake in one of three pictures.

use crate::seed::{Dice, mix};

type Colour = [f32; 3];

/// Colours of the sky from top to horizon (three), of the sun, and of the farthest and the nearest hill,
/// for the times of a day.
const PALETTES: [[u32; 6]; 8] = [
    [0x4A629E, 0xCCA0BA, 0xFFD6AC, 0xFFF6DE, 0xA892B2, 0x282E52], // Dawn.
    [0x8EB0BA, 0xC4D5CF, 0xF1F0E0, 0xFFFEF0, 0xBCCEC9, 0x2C5050], // Morning mist.
    [0x3476CC, 0x80BAEC, 0xE6F2F6, 0xFFFDEE, 0x9CBED4, 0x1C5848], // Noon.
    [0x709EC0, 0xD4D0C2, 0xFCE6C0, 0xFFF7E0, 0xCCAA8C, 0x74321C], // Autumn afternoon.
    [0x6080A6, 0xF2C280, 0xFFE4A6, 0xFFF8DC, 0xD6A67E, 0x4A2E2E], // Golden hour.
    [0x282662, 0x984C86, 0xFC9272, 0xFFDCB2, 0x8A4E7E, 0x181432], // Dusk.
    [0x0C2A48, 0x1E6A7C, 0x9ED2B8, 0xF4FAEC, 0x387A82, 0x061E2A], // Blue hour.
    [0x080E28, 0x1A2E5E, 0x4E70A0, 0xF2F6FF, 0x344E78, 0x060C1C], // Night.
];

/// The number of hills, one behind the other.
const HILLS: usize = 5;

/// A landscape. Lengths are in heights of the picture, from its top left corner.
struct Scene {
    palette: [Colour; 6],
    sun: (f32, f32),
    sun_radius: f32,
    /// The shore of a lake, in front of all hills but the nearest.
    shore: Option<f32>,
    /// From the farthest to the nearest, the height of the crest in each column of pixels.
    crests: [Vec<f32>; HILLS],
    height: f32,
}

/// Paints the landscape of a seed as rows of RGB pixels, with film grain of this many steps of brightness.
pub fn paint(seed: u64, width: u32, height: u32, grain: f32) -> Vec<u8> {
    let scene = Scene::compose(seed, width, height);
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    let mut noise = mix(seed) | 1;
    for y in 0..height {
        for x in 0..width as usize {
            // xorshift64. All channels get the same brightness, as on film.
            noise ^= noise << 13;
            noise ^= noise >> 7;
            noise ^= noise << 17;
            let bright = (fraction(noise) - 0.5) * grain + 0.5;
            let colour = scene.colour(x, y as f32 / scene.height);
            pixels.extend(colour.map(|channel| (channel + bright).clamp(0.0, 255.0) as u8));
        }
    }
    pixels
}

impl Scene {
    fn compose(seed: u64, width: u32, height: u32) -> Self {
        let mut dice = Dice::new(seed, 1);
        let tint: Colour = std::array::from_fn(|_| dice.between(-9.0, 9.0));
        let palette = PALETTES[(seed % PALETTES.len() as u64) as usize].map(|colour| {
            let [_, channels @ ..] = colour.to_be_bytes();
            std::array::from_fn(|i| f32::from(channels[i]) + tint[i])
        });
        let shore = (seed % 3 == 1).then(|| dice.between(0.70, 0.78));
        let horizon = dice.between(0.42, 0.56);
        let crests = std::array::from_fn(|hill| {
            let nearness = nearness(hill);
            let foot = if shore.is_none() || hill == HILLS - 1 { 0.93 } else { 0.70 };
            let middle = horizon + (foot - horizon) * nearness;
            let rise = dice.between(0.27, 0.51) * (1.0 - 0.5 * nearness);
            let seed = dice.next();
            let crest = |x: u32| middle - (ridge(seed, x as f32 / height as f32) - 0.4) * rise;
            (0..width).map(crest).collect()
        });
        let aspect = width as f32 / height as f32;
        let sun = (dice.between(0.18, 0.82) * aspect, dice.between(0.12, horizon - 0.17));
        Self { palette, sun, sun_radius: dice.between(0.032, 0.062), shore, crests, height: height as f32 }
    }

    /// The colour of a pixel in column `x` at the height `y`.
    fn colour(&self, x: usize, y: f32) -> Colour {
        let behind = match self.shore {
            Some(shore) if y > shore => {
                // A lake mirrors what is above its shore, with ripples that grow towards the viewer.
                let depth = y - shore;
                let ripple = (depth * 210.0 / (1.0 + depth * 9.0)).sin() * depth * 0.06;
                let mirrored = self.land((x as f32 / self.height, shore - depth - ripple), x);
                blend(mirrored, self.palette[5], 0.16 + depth * 0.5)
            }
            _ => self.land((x as f32 / self.height, y), x),
        };
        self.cover(HILLS - 1, behind, x, y)
    }

    /// The sky and all hills but the nearest.
    fn land(&self, (u, v): (f32, f32), x: usize) -> Colour {
        (0..HILLS - 1).fold(self.sky(u, v), |behind, hill| self.cover(hill, behind, x, v))
    }

    fn sky(&self, u: f32, v: f32) -> Colour {
        let [top, middle, horizon, light, ..] = self.palette;
        let at = (v / 0.3).clamp(0.0, 2.0);
        let sky = if at < 1.0 { blend(top, middle, at) } else { blend(middle, horizon, at - 1.0) };
        let distance = (u - self.sun.0).hypot(v - self.sun.1);
        let glow = 0.55 / (1.0 + (distance / self.sun_radius / 2.2).powi(2));
        let disc = ((self.sun_radius - distance) * self.height + 0.5).clamp(0.0, 1.0);
        blend(sky, light, glow.max(disc))
    }

    /// A hill in front of `behind`: dark at its crest, hazy at its foot.
    fn cover(&self, hill: usize, behind: Colour, x: usize, y: f32) -> Colour {
        let below = y - self.crests[hill][x];
        let coverage = (below * self.height + 0.5).clamp(0.0, 1.0);
        if coverage == 0.0 {
            return behind;
        }
        let ground = blend(self.palette[4], self.palette[5], nearness(hill).powf(1.2));
        let haze = (below / 0.22).clamp(0.0, 1.0) * 0.42 * (1.0 - nearness(hill));
        blend(behind, blend(ground, self.palette[2], haze), coverage)
    }
}

/// From 0 for the farthest hill to 1 for the nearest.
fn nearness(hill: usize) -> f32 {
    hill as f32 / (HILLS - 1) as f32
}

/// The outline of a hill: smooth noise in octaves, from about 0 to 1.
fn ridge(seed: u64, u: f32) -> f32 {
    let octave = |octave: i32| {
        let at = u * 2.0 * 2.1_f32.powi(octave);
        let value = |cell: f32| fraction(mix(seed ^ (cell as u64) << 3 ^ octave as u64));
        let t = at.fract();
        let (from, to) = (value(at), value(at + 1.0));
        (from + (to - from) * t * t * (3.0 - 2.0 * t)) * 0.4_f32.powi(octave)
    };
    (0..5).map(octave).sum::<f32>() * 0.6
}

/// The upper 24 bits, as many as an `f32` holds exactly, as a number from 0 to 1.
fn fraction(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1u64 << 24) as f32
}

fn blend(from: Colour, to: Colour, share: f32) -> Colour {
    std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_paints_the_same_picture_and_another_seed_another() {
        assert_eq!(paint(5, 31, 17, 8.0), paint(5, 31, 17, 8.0));
        assert_ne!(paint(5, 31, 17, 0.0), paint(29, 31, 17, 0.0), "both have the palette and no lake");
        assert_eq!(paint(5, 31, 17, 8.0).len(), 31 * 17 * 3);
    }

    #[test]
    fn the_smallest_picture_can_be_painted() {
        for seed in 0..40 {
            assert_eq!(paint(seed, 1, 1, 0.0).len(), 3);
        }
    }
}
