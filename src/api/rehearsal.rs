//! A call without requests, before the caller's first call.
//!
//! Browsers compile a function of the wasm when it is first called, here and once more in the worker.
//! For ten thumbnails that takes longer than everything else that the package does.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::arguments::Arguments;
use super::call;

/// Makes the call. It sends no request and leaves nothing behind.
///
/// # Errors
///
/// Fails if the call does; the caller's first call then takes longer.
pub async fn rehearse() -> Result<(), JsValue> {
    let options = Object::new();
    let listener = Closure::<dyn Fn(JsValue)>::new(drop);
    Reflect::set(&options, &"onEvent".into(), listener.as_ref())?;
    let mut arguments = Arguments::parse(&Array::of1(&"https://rehearsal.invalid/".into()), &options)?;
    arguments.settings.is_rehearsal = true;
    let result = call(arguments).await?;
    Reflect::get(&result, &"dispose".into())?.unchecked_into::<Function>().call0(&result)?;
    Ok(())
}
