//! The share of each of our modules and of each crate in a wasm, by the names of its functions.
//! Inlined code counts where it was inlined: all that a future awaits is often one function, in the
//! crate that polls it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anyhow::Result;

use crate::wasm::{CustomSections, Module};

/// Each module, each crate and each kind of data with its bytes before compression, largest first.
pub fn shares(wasm: &Module) -> Result<Vec<(String, u64)>> {
    let mut shares: BTreeMap<String, u64> = BTreeMap::new();
    for function in &wasm.functions {
        *shares.entry(owner(&function.name)).or_default() += function.body.len() as u64;
    }
    let data = wasm.data.iter().map(|segment| segment.bytes.len() as u64).sum();
    let counted = shares.values().sum::<u64>() + data;
    let whole = wasm.to_bytes(CustomSections::Drop)?.len() as u64;
    shares.insert("texts and tables".to_owned(), data);
    shares.insert("imports, exports and types".to_owned(), whole.saturating_sub(counted));
    let mut shares: Vec<_> = shares.into_iter().collect();
    shares.sort_by_key(|(_, bytes)| Reverse(*bytes));
    Ok(shares)
}

/// The module or crate that a function belongs to. Generic code belongs to the module whose type it
/// was made for.
fn owner(name: &str) -> String {
    const STANDARD: [&str; 3] = ["core", "alloc", "std"];
    if name.contains("drop_in_place<") {
        return "dropping values".to_owned();
    }
    let is_of_identifier = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if let Some((_, path)) = name.split_once("fetchzip::") {
        let module = path.split(|c| !is_of_identifier(c)).next().unwrap_or_default();
        return format!("src/{module}");
    }
    // The crate is the first part of a path; a name may hold several paths.
    let paths = name.split(|c| !is_of_identifier(c) && c != ':');
    let crates = paths.filter_map(|path| Some(path.split_once("::")?.0).filter(|name| !name.is_empty()));
    let (standard, others): (Vec<&str>, Vec<&str>) = crates.partition(|name| STANDARD.contains(name));
    match others.into_iter().find(|name| *name != "__rustc") {
        Some(other) => other.replace('_', "-"),
        None if standard.is_empty() => "compiler support".to_owned(),
        None => "core, alloc and std".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::tests::module_of;

    #[test]
    fn a_function_belongs_to_a_module_or_a_crate() {
        for (name, expected) in [
            ("fetchzip::run::driver::Run<F>::next::{{closure}}", "src/run"),
            ("<fetchzip::text::Padded as fetchzip::text::Append>::append_to", "src/text"),
            ("alloc::vec::Vec<T,A>::push", "core, alloc and std"),
            ("<[u8]>::trim_ascii_start", "compiler support"),
            ("<js_sys::futures::JsFuture<T> as core::future::future::Future>::poll", "js-sys"),
            ("core::ptr::drop_in_place<fetchzip::plan::Plan>", "dropping values"),
            ("once_cell::unsync::Lazy<T,F>::force", "once-cell"),
            ("memcmp", "compiler support"),
        ] {
            assert_eq!(owner(name), expected, "{name}");
        }
    }

    #[test]
    fn every_byte_is_counted() {
        let module = module_of(&["fetchzip::zip::a", "fetchzip::zip::b", "memcpy"], &[0; 100]);
        let shares = shares(&module).unwrap();
        assert_eq!(shares[0], ("texts and tables".to_owned(), 100));
        assert!(shares.contains(&("src/zip".to_owned(), 6)), "{shares:?}");
        assert!(shares.contains(&("compiler support".to_owned(), 3)), "{shares:?}");
        let whole = module.to_bytes(CustomSections::Drop).unwrap().len() as u64;
        assert_eq!(shares.iter().map(|(_, bytes)| bytes).sum::<u64>(), whole);
    }
}
