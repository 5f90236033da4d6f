//! What the caller gives to requests, and for its own entries. JavaScript has it, on the thread of the call; a worker
//! asks for it before each attempt.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use web_sys::ReadableStream;

use crate::browser::web::{Shared, promise};
use crate::job::IS_INTERACTIVE;
use crate::plan::ItemId;
use crate::run::FetchError;

#[wasm_bindgen]
extern "C" {
    /// What a call gives to its requests: an object of `src/api/entry/supply.js`.
    #[derive(Clone, Debug)]
    pub type Supplier;
    #[wasm_bindgen(method)]
    fn supply(this: &Supplier, item: f64, href: &str) -> Promise;

    /// What a supplier has given.
    #[derive(Clone, Debug)]
    pub type Supplied;
    /// Why there is nothing.
    #[wasm_bindgen(method, getter)]
    fn failure(this: &Supplied) -> Option<String>;
    /// Whether that is about an entry's data.
    #[wasm_bindgen(method, getter, js_name = isOfData)]
    fn is_of_data(this: &Supplied) -> Option<bool>;
    /// Whether the options are those of all requests.
    #[wasm_bindgen(method, getter, js_name = isForAll)]
    fn is_for_all(this: &Supplied) -> Option<bool>;
    /// Another address to ask, if there is one.
    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Supplied) -> JsValue;
    /// The options of the request, as `fetch` takes them.
    #[wasm_bindgen(method, getter)]
    pub fn options(this: &Supplied) -> JsValue;
    /// Whether its headers must not reach another origin.
    #[wasm_bindgen(method, getter, js_name = isGuarded)]
    pub fn is_guarded(this: &Supplied) -> bool;
    /// The media type that is claimed of data; may be empty.
    #[wasm_bindgen(method, getter, js_name = mediaType)]
    pub fn media_type(this: &Supplied) -> Option<String>;
    /// When data was last modified, in milliseconds since 1970; `None` or NaN if that is not known.
    #[wasm_bindgen(method, getter)]
    pub fn modified(this: &Supplied) -> Option<f64>;
}

#[wasm_bindgen(module = "/src/browser/fetch/supplied_data.js")]
extern "C" {
    /// What can be posted to another thread, and what moves there with it.
    fn postable(supplied: &Supplied) -> Array;
    #[wasm_bindgen(js_name = bodyOf)]
    fn body_of(supplied: &Supplied) -> ReadableStream;
    #[wasm_bindgen(js_name = sizeOf)]
    fn size_of(supplied: &Supplied) -> Option<f64>;
}

impl Supplied {
    /// The data of an entry of the caller's own. The page has none, and so does not load the script for them.
    pub fn body(&self) -> ReadableStream {
        if IS_INTERACTIVE { JsValue::UNDEFINED.unchecked_into() } else { body_of(self) }
    }

    /// Its size in bytes, if that is known.
    pub fn size(&self) -> Option<u64> {
        if IS_INTERACTIVE { None } else { size_of(self).map(|bytes| bytes as u64) }
    }

    fn into_result(self) -> Result<Self, FetchError> {
        match self.failure() {
            None => Ok(self),
            Some(reason) if self.is_of_data() == Some(true) => Err(FetchError::Data { reason }),
            Some(reason) => Err(FetchError::Options { reason }),
        }
    }
}

/// Asks the thread of the call what the next request of an item carries.
type Ask = Box<dyn Fn(ItemId, &str)>;

/// What the requests of a run carry.
#[derive(Default)]
pub struct Supply {
    /// The call's; none on a worker's thread.
    supplier: RefCell<Option<Supplier>>,
    /// Asks the thread of the call, on a worker's.
    ask: RefCell<Option<Ask>>,
    awaited: RefCell<Vec<(ItemId, Rc<Shared<Supplied>>)>>,
    /// What holds for all requests, once it is known.
    common: RefCell<Option<Supplied>>,
}

impl fmt::Debug for Supply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Supply")
    }
}

impl Supply {
    /// Has the call's supplier asked.
    pub fn set(&self, supplier: &Supplier) {
        self.supplier.replace(Some(supplier.clone()));
    }

    /// Has `ask` called before each attempt, whose answer [`answer`](Self::answer) then gets.
    pub fn ask_by(&self, ask: Ask) {
        self.ask.replace(Some(ask));
    }

    /// What was asked for an item.
    pub fn answer(&self, item: ItemId, supplied: &JsValue) {
        self.awaited.borrow_mut().retain(|(asked, awaited)| {
            let is_awaited = *asked == item;
            if is_awaited {
                awaited.set(supplied.clone().unchecked_into());
            }
            !is_awaited
        });
    }

    /// What the next request of an item carries, or the data of an entry of the caller's own. Boxed, because few runs
    /// ask.
    ///
    /// # Errors
    ///
    /// In the end `Options` or `Data` if the caller gives neither.
    pub fn of<'a>(&'a self, item: ItemId, href: &'a str) -> LocalBoxFuture<'a, Result<Supplied, FetchError>> {
        Box::pin(async move {
            if let Some(common) = &*self.common.borrow() {
                return Ok(common.clone());
            }
            let supplied = self.ask(item, href).await?;
            if supplied.is_for_all() == Some(true) {
                self.common.replace(Some(supplied.clone()));
            }
            Ok(supplied)
        })
    }

    async fn ask(&self, item: ItemId, href: &str) -> Result<Supplied, FetchError> {
        let supplier = self.supplier.borrow().clone();
        if let Some(supplier) = supplier {
            return supplied_by(&supplier, item, href).await.into_result();
        }
        let awaited = Rc::<Shared<Supplied>>::default();
        if let Some(ask) = &*self.ask.borrow() {
            self.awaited.borrow_mut().push((item, Rc::clone(&awaited)));
            ask(item, href);
        }
        awaited.get().await.into_result()
    }
}

/// What a supplier gives for an item. Its promise is never rejected.
async fn supplied_by(supplier: &Supplier, item: ItemId, href: &str) -> Supplied {
    promise(supplier.supply(item as f64, href)).await.unwrap_or_else(|error| error).unchecked_into()
}

/// The same for another thread, with what moves there.
pub async fn supplied_to_post(supplier: &Supplier, item: ItemId, href: &str) -> (JsValue, Array) {
    let supplied = supplied_by(supplier, item, href).await;
    let parts = if IS_INTERACTIVE { Array::new() } else { postable(&supplied) };
    (parts.get(0), parts.get(1).unchecked_into())
}
