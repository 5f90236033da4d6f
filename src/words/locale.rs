//! How the language of the words writes a number, and which form of a noun it puts beside one: as the browser's `Intl`
//! has it. Native tests, where there is no browser, have the rules of English.

#[cfg(target_arch = "wasm32")]
pub use by_intl::{decimal, plural_category};
#[cfg(not(target_arch = "wasm32"))]
pub use in_english::{decimal, plural_category};

#[cfg(target_arch = "wasm32")]
mod by_intl {
    use js_sys::{Object, Reflect};
    use wasm_bindgen::prelude::wasm_bindgen;

    /// The language of the words, as an attribute `lang` has it.
    const LANGUAGE: &str = "en";

    /// The most digits after the point.
    const MAX_DIGITS: usize = 3;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = Intl)]
        type NumberFormat;

        #[wasm_bindgen(constructor, js_namespace = Intl)]
        fn new(locale: &str, options: &Object) -> NumberFormat;

        #[wasm_bindgen(method)]
        fn format(this: &NumberFormat, value: f64) -> String;

        #[wasm_bindgen(js_namespace = Intl)]
        type PluralRules;

        #[wasm_bindgen(constructor, js_namespace = Intl)]
        fn new(locale: &str) -> PluralRules;

        #[wasm_bindgen(method)]
        fn select(this: &PluralRules, value: f64) -> String;
    }

    thread_local! {
        /// By the number of digits after the point.
        static FORMATS: [NumberFormat; MAX_DIGITS + 1] = std::array::from_fn(number_format);
        static PLURALS: PluralRules = PluralRules::new(LANGUAGE);
    }

    fn number_format(digits: usize) -> NumberFormat {
        let options = Object::new();
        for name in ["minimumFractionDigits", "maximumFractionDigits"] {
            // A new object takes any field.
            let _ = Reflect::set(&options, &name.into(), &(digits as u32).into());
        }
        NumberFormat::new(LANGUAGE, &options)
    }

    /// A number with this many digits after the point, three at most, and those before it grouped.
    pub fn decimal(value: f64, digits: usize) -> String {
        FORMATS.with(|formats| formats[digits.min(MAX_DIGITS)].format(value))
    }

    /// The form of a noun beside this number, as CLDR names it.
    pub fn plural_category(value: f64) -> String {
        PLURALS.with(|plurals| plurals.select(value))
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod in_english {
    /// A number with this many digits after the point, and those before it grouped.
    #[allow(clippy::disallowed_macros, reason = "not in a release")]
    pub fn decimal(value: f64, digits: usize) -> String {
        let plain = format!("{value:.digits$}");
        let before = plain.split('.').next().map_or(0, str::len);
        let mut text = String::new();
        for (at, character) in plain.char_indices() {
            if at > 0 && at < before && (before - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(character);
        }
        text
    }

    /// The form of a noun beside this number, as CLDR names it.
    pub fn plural_category(value: f64) -> String {
        let category = if value == 1.0 { "one" } else { "other" };
        category.to_owned()
    }
}
