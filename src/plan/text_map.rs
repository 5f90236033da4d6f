//! Texts and a number for each, by hashing.

/// A map from texts to numbers: a quarter of the code of the standard library's ordered map, whose
/// order nobody needs here.
///
/// Open addressing with FNV-1a. A list of addresses made to collide would only be slow, and only
/// for whoever fetches it.
#[derive(Clone, Debug, Default)]
pub struct TextMap {
    /// A power of two of them, at most half of them taken; or none at all.
    slots: Vec<Option<(String, usize)>>,
    taken: usize,
}

impl TextMap {
    /// The number of a text.
    pub fn get(&self, text: &str) -> Option<usize> {
        self.slots.get(self.place(text))?.as_ref().map(|(_, number)| *number)
    }

    /// Gives a text a number, in place of the one that it had.
    pub fn set(&mut self, text: String, number: usize) {
        const FEWEST_SLOTS: usize = 16;
        if self.taken * 2 >= self.slots.len() {
            self.taken = 0;
            let slots = vec![None; (self.slots.len() * 2).max(FEWEST_SLOTS)];
            for (text, number) in std::mem::replace(&mut self.slots, slots).into_iter().flatten() {
                self.put(text, number);
            }
        }
        self.put(text, number);
    }

    fn put(&mut self, text: String, number: usize) {
        let place = self.place(&text);
        if let Some(slot) = self.slots.get_mut(place) {
            self.taken += usize::from(slot.is_none());
            *slot = Some((text, number));
        }
    }

    /// Where a text is, or would be put.
    fn place(&self, text: &str) -> usize {
        let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
        });
        // The high half is mixed better.
        let mut place = (hash >> 32) as usize;
        loop {
            place &= self.slots.len().wrapping_sub(1);
            match self.slots.get(place) {
                Some(Some((other, _))) if other != text => place += 1,
                _ => return place,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_number_that_it_was_given_last() {
        let mut map = TextMap::default();
        assert_eq!(map.get(""), None);
        for number in 0..10_000 {
            map.set(format!("image-{number}"), number);
        }
        for number in (0..10_000).step_by(2) {
            map.set(format!("image-{number}"), number + 1);
        }
        for number in 0..10_000 {
            assert_eq!(map.get(&format!("image-{number}")), Some(number | 1), "{number}");
        }
        assert_eq!((map.get("image-10000"), map.taken), (None, 10_000));
    }
}
