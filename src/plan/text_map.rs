//! A hash map from texts to numbers.

/// A map from texts to numbers, with a quarter of the code of the standard library's `BTreeMap`,
/// whose order is not needed here.
///
/// Open addressing with FNV-1a. Addresses chosen to collide would only slow down the run of the user
/// who pasted them.
#[derive(Clone, Debug, Default)]
pub struct TextMap {
    /// None, or a power of two, of which at most half are taken.
    slots: Vec<Option<(String, usize)>>,
    taken: usize,
}

/// The fewest slots of a map that is not empty.
const MIN_SLOTS: usize = 16;

impl TextMap {
    /// A map that has room for this many texts: to make room for a hundred thousand at once later takes tens of
    /// milliseconds.
    pub fn with_room_for(texts: usize) -> Self {
        Self { slots: vec![None; (texts * 2 + 1).next_power_of_two().max(MIN_SLOTS)], taken: 0 }
    }

    /// The number of a text, if it has one.
    pub fn get(&self, text: &str) -> Option<usize> {
        self.slots.get(self.index_of(text))?.as_ref().map(|(_, number)| *number)
    }

    /// Sets the number of a text, replacing an earlier one.
    pub fn set(&mut self, text: String, number: usize) {
        if self.taken * 2 >= self.slots.len() {
            self.taken = 0;
            let slots = vec![None; (self.slots.len() * 2).max(MIN_SLOTS)];
            for (text, number) in std::mem::replace(&mut self.slots, slots).into_iter().flatten() {
                self.put(text, number);
            }
        }
        self.put(text, number);
    }

    /// Sets the number of a text that has none; returns whether it had none.
    pub fn set_new(&mut self, text: &str, number: usize) -> bool {
        let is_new = self.get(text).is_none();
        if is_new {
            self.set(text.to_owned(), number);
        }
        is_new
    }

    fn put(&mut self, text: String, number: usize) {
        let index = self.index_of(&text);
        if let Some(slot) = self.slots.get_mut(index) {
            self.taken += usize::from(slot.is_none());
            *slot = Some((text, number));
        }
    }

    /// The index of the slot that a text is in, or would be put into.
    fn index_of(&self, text: &str) -> usize {
        let hash = text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
        });
        // The high half is mixed better.
        let mut index = (hash >> 32) as usize;
        loop {
            #[cfg(test)]
            LOOKS.with(|looks| looks.set(looks.get() + 1));
            index &= self.slots.len().wrapping_sub(1);
            match self.slots.get(index) {
                Some(Some((other, _))) if other != text => index += 1,
                _ => return index,
            }
        }
    }
}

#[cfg(test)]
thread_local! {
    /// The slots that this thread's maps have looked at: their work.
    pub static LOOKS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_the_number_that_was_set_last() {
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

    #[test]
    fn a_map_with_room_for_its_texts_never_makes_more() {
        for texts in [0, 1, 8, 9, 1000, 1024] {
            let mut map = TextMap::with_room_for(texts);
            let slots = map.slots.len();
            (0..texts).for_each(|number| map.set(format!("{number}"), number));
            assert_eq!((map.slots.len(), map.taken), (slots, texts));
        }
    }
}
