//! How many bytes may be kept: of one image, and of all together.
//!
//! ```text
//! Fetcher: chunk ─▶ Reservation::take ─┬▶ kept
//!                                    └▶ TooLarge, OverTotal: the attempt ends, and what it took is free
//! ```
//!
//! What is on its way counts in the total, so that no more than that is ever kept; an attempt that
//! ends without an image gives back what it took.

use std::cell::Cell;
use std::rc::Rc;

use super::{FetchError, Limits};

/// The bytes of a run's images, against its limits.
#[derive(Debug)]
pub struct ByteBudget {
    max_bytes: Option<u64>,
    max_total_bytes: Option<u64>,
    /// Bytes of images that are kept or on their way.
    taken: Cell<u64>,
    /// Bytes of images that are kept.
    kept: Cell<u64>,
}

/// What one attempt may keep.
#[derive(Debug)]
pub struct Reservation {
    all: Rc<ByteBudget>,
    taken: Cell<u64>,
}

impl ByteBudget {
    /// Nothing is taken yet.
    pub fn new(limits: &Limits) -> Self {
        let Limits { max_bytes, max_total_bytes, .. } = *limits;
        Self { max_bytes, max_total_bytes, taken: Cell::new(0), kept: Cell::new(0) }
    }

    /// Counts bytes that are kept already.
    pub fn add_kept(&self, bytes: u64) {
        self.kept.set(self.kept.get().saturating_add(bytes));
        self.taken.set(self.taken.get().saturating_add(bytes));
    }

    /// Why no further image can be kept, where none can.
    pub fn used_up(&self) -> Option<FetchError> {
        let limit = self.max_total_bytes.filter(|limit| self.kept.get() >= *limit)?;
        Some(FetchError::OverTotal { limit })
    }
}

impl Reservation {
    /// One attempt's.
    pub fn of(all: &Rc<ByteBudget>) -> Self {
        Self { all: Rc::clone(all), taken: Cell::new(0) }
    }

    /// Whether an image that will certainly have so many bytes can be kept.
    ///
    /// # Errors
    ///
    /// `TooLarge` or `OverTotal`, where it can't, whatever becomes of those under way.
    pub fn expect(&self, bytes: u64) -> Result<(), FetchError> {
        self.check(bytes, self.all.kept.get().saturating_add(bytes))
    }

    /// So many more bytes are about to be kept.
    ///
    /// # Errors
    ///
    /// `TooLarge` or `OverTotal`, where they must not.
    pub fn take(&self, bytes: u64) -> Result<(), FetchError> {
        let (own, all) = (self.taken.get().saturating_add(bytes), self.all.taken.get().saturating_add(bytes));
        self.check(own, all)?;
        self.taken.set(own);
        self.all.taken.set(all);
        Ok(())
    }

    /// The image is kept for good, and counts from now on.
    pub fn keep(self) {
        let kept = &self.all.kept;
        kept.set(kept.get() + self.taken.take());
    }

    fn check(&self, own: u64, all: u64) -> Result<(), FetchError> {
        match (self.all.max_bytes, self.all.max_total_bytes) {
            (Some(limit), _) if own > limit => Err(FetchError::TooLarge { limit }),
            (_, Some(limit)) if all > limit => Err(FetchError::OverTotal { limit }),
            _ => Ok(()),
        }
    }
}

/// What is not kept is free again.
impl Drop for Reservation {
    fn drop(&mut self) {
        let all = &self.all.taken;
        all.set(all.get() - self.taken.get());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(max_bytes: Option<u64>, max_total_bytes: Option<u64>) -> Rc<ByteBudget> {
        Rc::new(ByteBudget::new(&Limits { max_bytes, max_total_bytes, ..Limits::default() }))
    }

    #[test]
    fn an_image_may_have_as_many_bytes_as_its_limit_and_not_one_more() {
        let all = budget(Some(10), None);
        let image = Reservation::of(&all);
        assert_eq!((image.expect(10), image.expect(11)), (Ok(()), Err(FetchError::TooLarge { limit: 10 })));
        assert_eq!((image.take(6), image.take(4)), (Ok(()), Ok(())));
        assert_eq!(image.take(1), Err(FetchError::TooLarge { limit: 10 }));
        assert_eq!(Reservation::of(&all).take(10), Ok(()), "another image has its own");
        assert_eq!(Reservation::of(&budget(None, None)).take(u64::MAX), Ok(()));
    }

    #[test]
    fn all_images_together_have_one_limit_and_what_fails_gives_back() {
        let all = budget(None, Some(10));
        let over = Err(FetchError::OverTotal { limit: 10 });
        let (kept, fails, fits) = (Reservation::of(&all), Reservation::of(&all), Reservation::of(&all));
        assert_eq!((kept.take(3), fails.take(5), fits.take(3)), (Ok(()), Ok(()), over.clone()));
        assert_eq!(fits.expect(10), Ok(()), "what is under way may still fail");
        kept.keep();
        assert_eq!(fits.expect(8), over);
        drop(fails);
        assert_eq!((fits.take(7), all.used_up()), (Ok(()), None));
        fits.keep();
        assert_eq!(all.used_up(), Some(FetchError::OverTotal { limit: 10 }));
        assert_eq!(Reservation::of(&all).take(1), over);
    }
}
