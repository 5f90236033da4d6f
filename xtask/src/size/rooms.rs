//! Whose a wasm's bytes are, by the names of its functions. What was inlined counts where it was
//! inlined: all that a future awaits is often one function, of the crate that polls it.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::wasm::{Module, section};

/// Each room of ours, each crate and each kind of data with its bytes before compression, the
/// largest first.
pub fn rooms(module: &Module) -> Result<Vec<(String, u64)>> {
    let mut rooms: BTreeMap<String, u64> = BTreeMap::new();
    for (name, body) in module.functions()? {
        *rooms.entry(room(&name)).or_default() += body.len() as u64;
    }
    for (id, length) in module.lengths() {
        let what = match id {
            // Counted function by function.
            section::CODE => continue,
            section::DATA => "texts and tables",
            _ => "imports, exports and types",
        };
        *rooms.entry(what.to_owned()).or_default() += length as u64;
    }
    let mut rooms: Vec<_> = rooms.into_iter().collect();
    rooms.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    Ok(rooms)
}

/// What a function belongs to. Generic code that was made for one of our types is that type's.
fn room(name: &str) -> String {
    const OURS: &str = "fetchzip::";
    const STANDARD: [&str; 3] = ["core", "alloc", "std"];
    if name.contains("drop_in_place<") {
        return "dropping values".to_owned();
    }
    if let Some((_, path)) = name.split_once(OURS) {
        let room = path.split(|c: char| !is_of_identifier(c)).next().unwrap_or_default();
        return format!("src/{room}");
    }
    let mut is_standard = false;
    for root in roots(name) {
        match root {
            _ if STANDARD.contains(&root) => is_standard = true,
            "js_sys" | "web_sys" | "wasm_bindgen" | "wasm_bindgen_futures" => {
                return "wasm-bindgen, js-sys and web-sys".to_owned();
            }
            _ if root.starts_with("futures") => return "futures".to_owned(),
            "__rustc" => {}
            other => return other.replace('_', "-"),
        }
    }
    if is_standard { "core, alloc and std" } else { "what the compilers add" }.to_owned()
}

/// The first parts of the paths in a name.
fn roots(name: &str) -> impl Iterator<Item = &str> {
    let paths = name.split(|c: char| !is_of_identifier(c) && c != ':');
    paths.filter_map(|path| path.split_once("::").map(|(root, _)| root).filter(|root| !root.is_empty()))
}

fn is_of_identifier(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::tests::module_of;

    #[test]
    fn a_function_is_its_room_s_or_its_crate_s() {
        for (name, expected) in [
            ("fetchzip::run::driver::Run<F>::next::{{closure}}", "src/run"),
            ("<fetchzip::text::Padded as fetchzip::text::Piece>::add_to", "src/text"),
            ("alloc::vec::Vec<T,A>::push", "core, alloc and std"),
            ("<[u8]>::trim_ascii_start", "what the compilers add"),
            (
                "<js_sys::futures::JsFuture<T> as core::future::future::Future>::poll",
                "wasm-bindgen, js-sys and web-sys",
            ),
            ("<core::pin::Pin<P> as futures_core::stream::Stream>::poll_next", "futures"),
            ("core::ptr::drop_in_place<fetchzip::plan::Plan>", "dropping values"),
            ("once_cell::unsync::Lazy<T,F>::force", "once-cell"),
            ("memcmp", "what the compilers add"),
        ] {
            assert_eq!(room(name), expected, "{name}");
        }
    }

    #[test]
    fn every_byte_is_somebody_s() {
        let module = module_of(&["fetchzip::zip::a", "fetchzip::zip::b", "memcpy"], &[0; 100]);
        let rooms = rooms(&module).unwrap();
        assert_eq!(rooms[0].0, "texts and tables");
        assert!(rooms.contains(&("src/zip".to_owned(), 6)), "{rooms:?}");
        assert!(rooms.contains(&("what the compilers add".to_owned(), 3)), "{rooms:?}");
    }
}
