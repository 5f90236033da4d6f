//! A link that brings a list along, on its way to other people.

use js_sys::{Array, Object, Promise, Reflect, encode_uri_component};
use wasm_bindgen::prelude::*;

use crate::browser::promise;
use crate::plan::{link_text, without_secrets};
use crate::text::text;
use crate::words::list_links;

/// The most characters of a link: RFC 9110 (4.1) has every program support addresses of 8,000 octets, and
/// none needs to support longer ones.
const MAX_LINK: usize = 8_000;

#[wasm_bindgen]
extern "C" {
    /// The window, as far as browsers have it, which is less on pages that are not secure.
    type Window;
    #[wasm_bindgen(thread_local_v2, js_name = window)]
    static WINDOW: Window;
    #[wasm_bindgen(method, getter)]
    fn navigator(this: &Window) -> Navigator;
    #[wasm_bindgen(method, js_name = matchMedia)]
    fn match_media(this: &Window, query: &str) -> MediaQuery;
    type MediaQuery;
    #[wasm_bindgen(method, getter)]
    fn matches(this: &MediaQuery) -> bool;
    type Navigator;
    #[wasm_bindgen(method, getter)]
    fn clipboard(this: &Navigator) -> Option<Clipboard>;
    #[wasm_bindgen(method, catch)]
    fn share(this: &Navigator, data: &Object) -> Result<Promise, JsValue>;
    type Clipboard;
    #[wasm_bindgen(method, js_name = writeText, catch)]
    fn write_text(this: &Clipboard, text: &str) -> Result<Promise, JsValue>;
    /// What a promise of `share` is rejected with.
    type Refusal;
    #[wasm_bindgen(method, getter)]
    fn name(this: &Refusal) -> Option<String>;
}

/// Makes a link to `page`, which may already have a fragment with settings, with `list`, which has this number of
/// addresses, and shares it on a touch screen, or copies it. One with signed addresses is never shared at once.
/// Resolves to an array of what to say, if anything; a link to show, or `undefined`; and whether the list
/// has to be saved as a file, since the link would be too long.
#[wasm_bindgen(js_name = shareLink, skip_typescript)]
pub async fn share_link(page: String, list: String, addresses: usize, is_whole: bool) -> Array {
    let encoded = String::from(encode_uri_component(&list));
    let hash = if page.contains('#') { "" } else { "#" };
    let link = text![page, hash, "urls=", link_text(&encoded)];
    if link.len() > MAX_LINK {
        let words = list_links::needs_a_file(link.len(), MAX_LINK);
        return result(&words, Some(&text![page, hash, "list=https://"]), true);
    }
    let warning = if looks_signed(&list) { list_links::SIGNED } else { "" };
    let is_touched = WINDOW.with(|window| window.match_media("(pointer: coarse)").matches());
    if is_touched && warning.is_empty() && was_shared(&link).await {
        return result("", None, false);
    }
    let gap = if warning.is_empty() { "" } else { " " };
    if was_copied(&link).await {
        result(&text![list_links::copied(addresses, is_whole), gap, warning], None, false)
    } else {
        result(&text![list_links::shown(addresses, is_whole), gap, warning], Some(&link), false)
    }
}

/// Whether an address of a list has a parameter that signs or opens it.
fn looks_signed(list: &str) -> bool {
    list.split_whitespace().any(|word| without_secrets(word) != word)
}

fn result(words: &str, link: Option<&str>, is_long: bool) -> Array {
    Array::of3(&words.into(), &link.map_or(JsValue::UNDEFINED, JsValue::from_str), &is_long.into())
}

/// Whether the user has seen the system's sheet for sharing.
async fn was_shared(link: &str) -> bool {
    let data = Object::new();
    let _ = Reflect::set(&data, &"url".into(), &link.into());
    let Ok(shared) = WINDOW.with(|window| window.navigator().share(&data)) else { return false };
    match promise(shared).await {
        Ok(_) => true,
        // The user closed it.
        Err(refusal) => refusal.unchecked_into::<Refusal>().name().as_deref() == Some("AbortError"),
    }
}

async fn was_copied(link: &str) -> bool {
    let clipboard = WINDOW.with(|window| window.navigator().clipboard());
    match clipboard.and_then(|clipboard| clipboard.write_text(link).ok()) {
        Some(written) => promise(written).await.is_ok(),
        None => false,
    }
}
