//! The limits of bytes: of one image, and of all images together.
//!
//! ```text
//! Fetcher: chunk ─▶ Reservation::reserve ─┬▶ stored
//!                                         └▶ TooLarge, OverTotal: the attempt fails
//! the attempt ends: with an image ─▶ Reservation::commit     otherwise ─▶ drop, which releases it
//! ```
//!
//! Bytes count in the total as soon as they are reserved, so no more than the total is ever stored.

use std::cell::Cell;
use std::rc::Rc;

use super::fetch_error::FetchError;
use super::settings::Limits;

/// The bytes of a run's images against its limits.
#[derive(Debug)]
pub struct ByteBudget {
    max_bytes: Option<u64>,
    max_total_bytes: Option<u64>,
    /// Bytes reserved by attempts in flight, and by images that are stored.
    reserved: Cell<u64>,
    /// Bytes of images that are stored.
    committed: Cell<u64>,
}

/// The bytes that one attempt has reserved. Dropping it releases them.
#[derive(Debug)]
pub struct Reservation {
    budget: Rc<ByteBudget>,
    reserved: Cell<u64>,
}

impl ByteBudget {
    /// A budget of which nothing is used.
    pub fn new(limits: &Limits) -> Self {
        let Limits { max_bytes, max_total_bytes, .. } = *limits;
        Self { max_bytes, max_total_bytes, reserved: Cell::new(0), committed: Cell::new(0) }
    }

    /// Counts bytes that are stored already.
    pub fn add_stored(&self, bytes: u64) {
        self.committed.set(self.committed.get().saturating_add(bytes));
        self.reserved.set(self.reserved.get().saturating_add(bytes));
    }

    /// The error of all further images once the stored ones have used up the total; `None` before.
    pub fn exhausted(&self) -> Option<FetchError> {
        let limit = self.max_total_bytes.filter(|limit| self.committed.get() >= *limit)?;
        Some(FetchError::OverTotal { limit })
    }
}

impl Reservation {
    /// An empty reservation, for one attempt.
    pub fn new(budget: &Rc<ByteBudget>) -> Self {
        Self { budget: Rc::clone(budget), reserved: Cell::new(0) }
    }

    /// Checks whether an image of this size could be stored, without reserving anything. Attempts in
    /// flight are ignored, since they may still fail.
    ///
    /// # Errors
    ///
    /// - [`FetchError::TooLarge`]: the size exceeds the limit per image.
    /// - [`FetchError::OverTotal`]: the size and the stored images together exceed the total.
    pub fn check_size(&self, bytes: u64) -> Result<(), FetchError> {
        self.check(bytes, self.budget.committed.get().saturating_add(bytes))
    }

    /// Reserves this many more bytes, before they are stored.
    ///
    /// # Errors
    ///
    /// - [`FetchError::TooLarge`]: the reservation would exceed the limit per image.
    /// - [`FetchError::OverTotal`]: all reservations together would exceed the total.
    pub fn reserve(&self, bytes: u64) -> Result<(), FetchError> {
        let own = self.reserved.get().saturating_add(bytes);
        let total = self.budget.reserved.get().saturating_add(bytes);
        self.check(own, total)?;
        self.reserved.set(own);
        self.budget.reserved.set(total);
        Ok(())
    }

    /// Keeps the reserved bytes for good: the image is stored.
    pub fn commit(self) {
        let committed = &self.budget.committed;
        committed.set(committed.get() + self.reserved.take());
    }

    fn check(&self, own: u64, total: u64) -> Result<(), FetchError> {
        match (self.budget.max_bytes, self.budget.max_total_bytes) {
            (Some(limit), _) if own > limit => Err(FetchError::TooLarge { limit }),
            (_, Some(limit)) if total > limit => Err(FetchError::OverTotal { limit }),
            _ => Ok(()),
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let total = &self.budget.reserved;
        total.set(total.get() - self.reserved.get());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(max_bytes: Option<u64>, max_total_bytes: Option<u64>) -> Rc<ByteBudget> {
        Rc::new(ByteBudget::new(&Limits { max_bytes, max_total_bytes, ..Limits::default() }))
    }

    #[test]
    fn an_image_can_have_as_many_bytes_as_its_limit_and_not_one_more() {
        let all = budget(Some(10), None);
        let image = Reservation::new(&all);
        assert_eq!(
            (image.check_size(10), image.check_size(11)),
            (Ok(()), Err(FetchError::TooLarge { limit: 10 }))
        );
        assert_eq!((image.reserve(6), image.reserve(4)), (Ok(()), Ok(())));
        assert_eq!(image.reserve(1), Err(FetchError::TooLarge { limit: 10 }));
        assert_eq!(Reservation::new(&all).reserve(10), Ok(()), "the limit is per image");
        assert_eq!(Reservation::new(&budget(None, None)).reserve(u64::MAX), Ok(()));
    }

    #[test]
    fn all_images_share_one_total_and_failed_attempts_release_their_bytes() {
        let all = budget(None, Some(10));
        let over = Err(FetchError::OverTotal { limit: 10 });
        let (stored, fails, fits) = (Reservation::new(&all), Reservation::new(&all), Reservation::new(&all));
        assert_eq!((stored.reserve(3), fails.reserve(5), fits.reserve(3)), (Ok(()), Ok(()), over.clone()));
        assert_eq!(fits.check_size(10), Ok(()), "attempts in flight may still fail");
        stored.commit();
        assert_eq!(fits.check_size(8), over);
        drop(fails);
        assert_eq!((fits.reserve(7), all.exhausted()), (Ok(()), None));
        fits.commit();
        assert_eq!(all.exhausted(), Some(FetchError::OverTotal { limit: 10 }));
        assert_eq!(Reservation::new(&all).reserve(1), over);
    }
}
