//! A call about nothing, before the caller's first one.
//!
//! Browsers compile a function of the wasm when it is first called, here and once more in the worker.
//! For ten thumbnails that takes longer than all the rest of our work.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::arguments::Arguments;
use super::call;

/// Makes the call. Nothing is asked of the network, and nothing is left of it.
///
/// # Errors
///
/// Whatever the call, or the browser, says: then the caller's first one takes longer.
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
