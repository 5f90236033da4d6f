//! A call without requests, before the caller's first call.
//!
//! Browsers compile a function of the wasm when it is first called, here and once more in the worker.
//! For ten thumbnails that takes longer than everything else that the package does.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;

use super::arguments::Arguments;
use super::call;
use super::control::Control;

/// Makes the call. It sends no request and leaves nothing behind.
///
/// # Errors
///
/// Fails if the call does; the caller's first call then takes longer.
pub async fn rehearse() -> Result<(), JsValue> {
    let listener = Closure::<dyn Fn(JsValue)>::new(drop);
    let function: &Function = listener.as_ref().unchecked_ref();
    let mut arguments =
        Arguments::parse(&Array::of1(&"https://rehearsal.invalid/".into()), &JsValue::UNDEFINED, None)?;
    arguments.settings.is_rehearsal = true;
    let control = Control::new(1);
    control.listen(Some(function.clone()));
    let result = call(arguments, &control, function).await?;
    Reflect::get(&result, &"dispose".into())?.unchecked_into::<Function>().call0(&result)?;
    Ok(())
}
