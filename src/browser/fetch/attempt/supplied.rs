//! Attempts for which the caller gives something: what the request carries, or an entry's own data.

use js_sys::Object;
use wasm_bindgen::prelude::*;
use web_sys::RequestCredentials;

use super::BrowserFetcher;
use crate::browser::fetch::supply::Supplied;
use crate::browser::spool::Payload;
use crate::browser::web::{StreamReader, js_message};
use crate::image::{Accepted, essence};
use crate::job::IS_INTERACTIVE;
use crate::plan::{Address, ItemId};
use crate::run::{
    Credentials, EventKind, FetchError, Fetcher, MAX_IN_FLIGHT, OriginPlace, Reservation, StoredImage,
};

#[wasm_bindgen(module = "/src/browser/fetch/guarded_fetch.js")]
extern "C" {
    #[wasm_bindgen(js_name = guardedFetch, catch)]
    fn guarded_fetch(url: &JsValue, options: &JsValue) -> Result<JsValue, JsValue>;
}

impl BrowserFetcher {
    /// What the caller gives for an attempt; `None` if it gives nothing.
    pub(super) async fn supplied(
        &self,
        item: ItemId,
        address: &Address,
    ) -> Result<Option<Supplied>, FetchError> {
        if IS_INTERACTIVE || !self.job.settings.is_supplied || address.is_data() {
            return Ok(None);
        }
        self.supply.of(item, &address.href).await.map(Some)
    }

    /// Records the address that the caller gives in place of the plan's, and returns it.
    pub(super) fn set_instead(
        &self,
        item: ItemId,
        supplied: Option<&Supplied>,
    ) -> Result<Option<Address>, FetchError> {
        self.forget_instead(item);
        let href = supplied.filter(|_| !IS_INTERACTIVE).and_then(|supplied| supplied.url().as_string());
        let Some(Ok(address)) = href.and_then(Address::from_href) else { return Ok(None) };
        if self.is_mixed_content(&address) {
            return Err(FetchError::MixedContent);
        }
        self.instead.borrow_mut().push((item, address.clone()));
        Ok(Some(address))
    }

    /// What the latest attempt at an item has asked in place of the plan's address.
    pub(super) fn instead_of(&self, item: ItemId) -> Option<Address> {
        let instead = self.instead.borrow();
        instead.iter().find(|(other, _)| *other == item).map(|(_, address)| address.clone())
    }

    /// Forgets that.
    pub(super) fn forget_instead(&self, item: ItemId) {
        self.instead.borrow_mut().retain(|(other, _)| *other != item);
    }

    /// A request's place among those to its origin, as soon as there is one, if the caller limits these and may give
    /// addresses in place of the plan's.
    pub(super) async fn place_of<'a>(&'a self, address: &'a Address) -> Option<OriginPlace<'a>> {
        let limits = &self.job.settings.limits;
        if IS_INTERACTIVE || !limits.renews || limits.per_origin >= MAX_IN_FLIGHT {
            return None;
        }
        Some(self.places.reserve(&address.origin, limits.per_origin).await)
    }

    /// Which of the browser's credentials a request carries.
    pub(super) fn credentials(&self, address: &Address) -> RequestCredentials {
        match self.job.settings.credentials {
            _ if self.job.plan.sign_in().includes(&address.host) => RequestCredentials::Include,
            Credentials::Omit => RequestCredentials::Omit,
            Credentials::SameOrigin => RequestCredentials::SameOrigin,
        }
    }

    /// Sends a request with what it carries.
    pub(super) fn send_supplied(&self, address: &JsValue, supplied: &Supplied) -> Result<JsValue, JsValue> {
        let common = Object::assign(&Object::new(), &self.options);
        let options = Object::assign(&common, supplied.options().unchecked_ref());
        let other = supplied.url();
        let address = if other.is_string() { &other } else { address };
        if !IS_INTERACTIVE && supplied.is_guarded() {
            return guarded_fetch(address, &options);
        }
        (self.fetch)(address, options.unchecked_ref())
    }

    /// Stores the data of an entry of the caller's own, whatever it is.
    pub(super) async fn read_own(
        &self,
        supplied: &Supplied,
        reservation: &Reservation,
        progress: &dyn Fn(EventKind),
    ) -> Result<StoredImage<Payload>, FetchError> {
        let unreadable = |error: JsValue| FetchError::Data { reason: js_message(&error) };
        progress(EventKind::Headers { declared: supplied.size() });
        let mut data = OwnData(StreamReader::new(&supplied.body(), &self.buffers).map_err(unreadable)?);
        let claimed_type = supplied.media_type().and_then(|text| essence(&text));
        let spool = self.spool.get().await;
        let mut reception = super::Reception::new(
            &spool,
            supplied.size(),
            self.computes_sha256,
            Accepted::Anything,
            claimed_type,
        );
        while let Some(chunk) = reception.next_of(&mut data.0).await.map_err(unreadable)? {
            reservation.reserve(chunk.length().into())?;
            reception.push(&chunk, &mut self.scratch.borrow_mut())?;
            progress(EventKind::Received { bytes: reception.bytes() });
        }
        let modified = supplied.modified().filter(|time| time.is_finite());
        let mut entry = reception.finish(modified.map(|time| (time / 1000.0) as i64), None).await?;
        // It is as its caller wants it, and a stream can't be read once more.
        entry.facts.is_cut_short = false;
        Ok(entry)
    }
}

/// The data of an entry. A caller's stream is cancelled when this is dropped before its end.
struct OwnData(StreamReader);

impl Drop for OwnData {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
