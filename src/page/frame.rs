//! Drawing before the next frame, once however often it is requested.

use std::cell::{Cell, RefCell};

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::elements::window;

/// What is drawn, and whether a frame has been requested.
#[derive(Default)]
pub struct Frame {
    is_requested: Cell<bool>,
    paint: RefCell<Option<Function>>,
}

impl Frame {
    /// Has this called in each frame that is requested, for as long as the page lives.
    pub fn bind(&'static self, paint: impl Fn() + 'static) {
        let paint = Closure::<dyn Fn()>::new(move || {
            self.is_requested.set(false);
            paint();
        });
        *self.paint.borrow_mut() = Some(paint.into_js_value().unchecked_into());
    }

    /// Requests a frame, if none is.
    pub fn request(&self) {
        if let (Ok(window), Some(paint)) = (window(), &*self.paint.borrow())
            && !self.is_requested.replace(true)
        {
            // It throws only if there is no document to draw.
            let _ = window.request_animation_frame(paint);
        }
    }
}
