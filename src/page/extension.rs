//! What only the browser extension has: permissions for hosts, the user's sign-in, and the images of other tabs.
//!
//! On the web there is none of it, and every function here does nothing. In the extension, the scripts of
//! `extension/page` do the work, and this is all that the page asks of them.

use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use crate::browser::promise;
use crate::plan::{ItemId, Plan, SignIn};

#[wasm_bindgen]
extern "C" {
    type Extension;
    /// Set by `extension/page/extension.js`, before the page starts.
    #[wasm_bindgen(thread_local_v2, js_name = fetchzipExtension)]
    static EXTENSION: Option<Extension>;
    #[wasm_bindgen(method, js_name = receiveLists)]
    fn receive_lists(this: &Extension, fill: &Function);
    #[wasm_bindgen(method)]
    fn ask(this: &Extension, origins: &Array, has_failed: bool) -> Promise;
    #[wasm_bindgen(method)]
    fn begin(this: &Extension, addresses: &Array) -> Promise;
    #[wasm_bindgen(method)]
    fn end(this: &Extension);
    #[wasm_bindgen(method, js_name = askToSave)]
    fn ask_to_save(this: &Extension) -> Promise;
    #[wasm_bindgen(method)]
    fn save(this: &Extension, archive: &Blob, file_name: &str) -> Promise;
    #[wasm_bindgen(method)]
    fn lacks(this: &Extension, origin: &str) -> bool;
    #[wasm_bindgen(method, js_name = signedIn)]
    fn signed_in(this: &Extension) -> Array;
    #[wasm_bindgen(method, js_name = forgetSignIn)]
    fn forget_sign_in(this: &Extension);
}

/// The most requests at once to a host in the user's name, unless the user sets another number.
const SIGNED_IN_AT_ONCE: usize = 4;

/// Whether this page is the extension's.
pub fn is_here() -> bool {
    EXTENSION.with(Option::is_some)
}

/// Has lists of collected images fill the list box: `fill` is called with the text, and with whether it replaces
/// another list instead of changing what was chosen in the same.
pub fn receive_lists(fill: impl Fn(String, bool) + 'static) {
    with_extension(|extension| {
        let fill = Closure::<dyn Fn(String, bool)>::new(fill);
        extension.receive_lists(fill.into_js_value().unchecked_ref());
    });
}

/// The user's answer to the browser's question whether the extension may read images of some hosts.
pub struct Answer(Option<Promise>);

impl Answer {
    /// Waits for it, though not for ever: a question may be overlooked. Returns whether the user has permitted what
    /// was asked for; what was refused also shows when its images are asked for.
    pub async fn given(self) -> bool {
        match self.0 {
            Some(answer) => promise(answer).await.is_ok_and(|answer| answer == JsValue::TRUE),
            None => false,
        }
    }
}

/// Has the browser ask for the permissions that requests to these origins lack. Browsers allow that only while they
/// handle a click or a key press, so this comes before anything else.
pub fn ask<'a>(origins: impl IntoIterator<Item = &'a str>) -> Answer {
    ask_for(origins, false)
}

/// The same for requests to these origins that their hosts have refused.
pub fn ask_again<'a>(origins: impl IntoIterator<Item = &'a str>) -> Answer {
    ask_for(origins, true)
}

fn ask_for<'a>(origins: impl IntoIterator<Item = &'a str>, has_failed: bool) -> Answer {
    Answer(EXTENSION.with(|extension| {
        let origins: Array = origins.into_iter().map(JsValue::from).collect();
        let extension = extension.as_ref().filter(|_| origins.length() > 0)?;
        Some(extension.ask(&origins, has_failed))
    }))
}

/// The origins that these items of a plan are asked of.
pub fn origins_of<'a>(plan: &'a Plan, items: &[ItemId]) -> Vec<&'a str> {
    let mut origins: Vec<_> = items.iter().filter_map(|item| plan.items().get(*item)?.origin).collect();
    origins.sort_unstable();
    origins.dedup();
    origins.into_iter().filter_map(|origin| plan.origins().get(origin).map(String::as_str)).collect()
}

/// Prepares the requests of a run, until [`end`]: images that were collected from a page are asked for with its
/// address as their Referer, and no host but those that the user has named gets a cookie. If that can't be done,
/// nothing is asked in the user's name.
pub async fn begin(plan: Rc<Plan>) -> Rc<Plan> {
    let prepared = EXTENSION.with(|extension| {
        let addresses = plan.items().iter().filter(|item| item.left_out.is_none());
        let addresses = addresses.filter_map(|item| Some(JsValue::from(&item.address.as_ref().ok()?.href)));
        extension.as_ref().map(|extension| extension.begin(&addresses.collect::<Array>()))
    });
    let Some(prepared) = prepared else { return plan };
    let is_prepared = promise(prepared).await.is_ok_and(|is_prepared| is_prepared == JsValue::TRUE);
    if is_prepared || *plan.sign_in() == SignIn::default() {
        return plan;
    }
    Rc::new(Plan::clone(&plan).with_sign_in(SignIn::default()))
}

/// Ends what [`begin`] has prepared.
pub fn end() {
    with_extension(Extension::end);
}

/// Has the browser ask, the first time, whether the extension may manage downloads: it then learns when a file is
/// complete. Like [`ask`], this comes before anything else.
pub fn ask_to_save() -> Answer {
    Answer(EXTENSION.with(|extension| extension.as_ref().map(Extension::ask_to_save)))
}

/// Saves an archive as a download of the extension's own, if it may. Resolves when the file is complete, to its name
/// on the disk; to `None` if it was not saved so.
pub async fn save(archive: &Blob, file_name: &str) -> Option<String> {
    let saved = EXTENSION.with(|extension| Some(extension.as_ref()?.save(archive, file_name)))?;
    promise(saved).await.ok()?.as_string()
}

/// Whether the user could give a permission without which an origin can't be read.
pub fn lacks_permission(origin: &str) -> bool {
    EXTENSION.with(|extension| extension.as_ref().is_some_and(|extension| extension.lacks(origin)))
}

/// The hosts that are asked in the user's name. `at_once` is the number of requests that the user has set.
pub fn sign_in(at_once: Option<usize>) -> SignIn {
    let hosts = EXTENSION.with(|extension| extension.as_ref().map(Extension::signed_in)).unwrap_or_default();
    let hosts: Vec<_> = hosts.iter().filter_map(|host| host.as_string()).collect();
    match hosts.is_empty() {
        true => SignIn::default(),
        false => SignIn { hosts, at_once: at_once.unwrap_or(SIGNED_IN_AT_ONCE) },
    }
}

/// Notes that the list came from elsewhere, by a link, by a file or from an earlier run: nobody is asked for it in
/// the user's name, unless the user says so again.
pub fn forget_sign_in() {
    with_extension(Extension::forget_sign_in);
}

fn with_extension(act: impl FnOnce(&Extension)) {
    EXTENSION.with(|extension| {
        if let Some(extension) = extension {
            act(extension);
        }
    });
}
