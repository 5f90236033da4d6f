//! How much memory the device has.

use js_sys::Reflect;

/// In GiB, where the browser does not say: only Chromium does, in rough steps.
const USUAL: f64 = 4.0;

/// The most bytes that a run should keep in the browser's memory if the disk has no space for them: a
/// quarter of what the device has.
pub fn memory_for_blobs() -> u64 {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let memory = navigator.and_then(|navigator| Reflect::get(&navigator, &"deviceMemory".into()));
    let gib = memory.ok().and_then(|memory| memory.as_f64()).unwrap_or(USUAL);
    (gib * f64::from(1 << 28)) as u64
}
