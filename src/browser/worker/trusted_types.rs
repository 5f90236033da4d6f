//! The worker's address under Trusted Types.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type TrustedTypes;
    #[wasm_bindgen(thread_local_v2, js_name = trustedTypes)]
    static TRUSTED_TYPES: Option<TrustedTypes>;
    #[wasm_bindgen(method, js_name = createPolicy, catch)]
    fn create_policy(this: &TrustedTypes, name: &str, rules: &Object) -> Result<Policy, JsValue>;
    type Policy;
    #[wasm_bindgen(method, js_name = createScriptURL)]
    fn create_script_url(this: &Policy, url: &str) -> JsValue;
}

/// The address as what the page's policy lets a worker be started from.
///
/// # Errors
///
/// Fails if the page's Content Security Policy does not allow the policy `fetchzip`.
pub fn trusted_script(url: &str) -> Result<JsValue, JsValue> {
    TRUSTED_TYPES.with(|types| {
        let Some(types) = types else { return Ok(url.into()) };
        // The address is one of the package's own files, never a text from outside.
        let identity = Closure::<dyn Fn(JsValue) -> JsValue>::new(|url| url);
        let rules = Object::new();
        Reflect::set(&rules, &"createScriptURL".into(), identity.as_ref())?;
        Ok(types.create_policy("fetchzip", &rules)?.create_script_url(url))
    })
}
