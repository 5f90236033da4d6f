//! Lists that the page's own address names: `#urls=…` has them, `#list=…` says where they are.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortController, AbortSignal, Blob, ReadableStream, ReferrerPolicy, RequestCredentials, RequestInit,
    Response, Url,
};

use super::collection::{Collected, Collection};
use super::files::{MAX_BYTES, Source, read_source};
use super::parsers::Parsers;
use super::parts::{Unread, read_stream};
use crate::plan::{Form, LinkError, list_of_link};
use crate::words::{list_files, list_links};

/// The time in milliseconds after which a host is no longer waited for.
const PATIENCE: u32 = 60_000;

/// The most characters of an address that a message repeats.
const SHOWN: usize = 100;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = decodeURIComponent, catch)]
    fn decode(text: &str) -> Result<String, JsValue>;
    #[wasm_bindgen(js_name = fetch, catch)]
    async fn fetch(address: &str, init: &RequestInit) -> Result<JsValue, JsValue>;
}

/// Reads the list that a fragment, without its `#`, has or names. Resolves as `readFiles` does; the page is
/// where the list was fetched from.
#[wasm_bindgen(js_name = readLink, skip_typescript)]
pub async fn read_link(fragment: String) -> Array {
    let decode = |text: &str| decode(text).ok();
    let read = if let Some(value) = fragment.strip_prefix("urls=") {
        let list = list_of_link(value, decode).map_err(reason_of);
        let note = list_links::CAME_WITH_LINK;
        list.map(|list| (Collected { text: Some(list), note: note.into() }, String::new()))
    } else {
        let value = fragment.strip_prefix("list=").unwrap_or_default();
        match address_of(value, decode) {
            Ok(address) => fetch_list(&address).await,
            Err(reason) => Err(reason),
        }
    };
    match read {
        Ok((collected, page)) => collected.to_array(&page),
        Err(reason) => Collected::nothing(&reason).to_array(""),
    }
}

fn reason_of(error: LinkError) -> String {
    match error {
        LinkError::TooLong => list_links::TOO_LONG.into(),
        LinkError::Encoding => list_links::DAMAGED.into(),
    }
}

/// The address of a list's file, percent-encoded or as it is; or why it can't be fetched.
fn address_of(value: &str, decode: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    // As it is, if it is an address: decoding would change one that is percent-encoded itself.
    let given = if value.contains("://") { Some(value.to_owned()) } else { decode(value) };
    let given = given.ok_or_else(|| reason_of(LinkError::Encoding))?;
    let url = Url::new(given.trim()).ok();
    url.filter(|url| matches!(url.protocol().as_str(), "https:" | "http:")).map(|url| url.href()).ok_or_else(
        || {
            let mut shown: String = given.chars().take(SHOWN).collect();
            if shown.len() < given.len() {
                shown.push('…');
            }
            list_links::no_address(&shown)
        },
    )
}

/// Fetches a list; returns it with the address that it came from in the end.
async fn fetch_list(address: &str) -> Result<(Collected, String), String> {
    let abort = AbortController::new().map_err(|_| String::new())?;
    let init = RequestInit::new();
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    let timeout = AbortSignal::timeout_with_u32(PATIENCE);
    let stop = abort.clone();
    timeout.set_onabort(Some(Closure::once_into_js(move || stop.abort()).unchecked_ref()));
    init.set_signal(Some(&abort.signal()));
    let Ok(response) = fetch(address, &init).await else {
        let words = if timeout.aborted() { list_links::late } else { list_links::out_of_reach };
        return Err(words(address));
    };
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(list_links::refused(address, response.status()));
    }
    let unread = match response.body() {
        Some(body) => blob_of(&body).await,
        None => Blob::new().map_err(|_| Unread::Broken),
    };
    let blob = unread.map_err(|unread| {
        abort.abort();
        match unread {
            Unread::TooLarge => list_links::too_large(address, MAX_BYTES),
            Unread::Broken if timeout.aborted() => list_links::late(address),
            Unread::Broken => list_links::incomplete(address),
        }
    })?;
    let from = response.url();
    let path = from.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let path = if path.is_empty() { list_files::THE_LIST } else { path };
    let mut collection = Collection::new(MAX_BYTES);
    read_source(&Source { path: path.to_owned(), blob, is_chosen: true }, &mut collection).await;
    let mut list = collection.finish().await;
    let mut page = String::new();
    if let Some(text) = &list.text {
        list.note = match list.note.as_str() {
            "" => list_links::is_from(&from),
            note => list_links::is_from_with_note(&from, note),
        };
        let form = Form::of(text, &Parsers::Browser);
        if !matches!(form, Form::Text | Form::Table | Form::Json | Form::JsonLines | Form::Aria2) {
            page = from;
        }
    }
    Ok((list, page))
}

async fn blob_of(body: &ReadableStream) -> Result<Blob, Unread> {
    let bytes = read_stream(body, MAX_BYTES).await?;
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    Blob::new_with_u8_array_sequence(&parts).map_err(|_| Unread::Broken)
}
