//! What callers of the package call: reads a whole list at once, in a page, a worker or Node.

use js_sys::Object;
use wasm_bindgen::prelude::*;

use super::options::{Options, list_text, no_column};
use super::parsers::Parsers;
use super::results::Results;
use crate::plan::{Choice, Form, ListReader, Understood};

/// Reads a list. The types are in `src/api/types.d.ts`.
///
/// # Errors
///
/// Fails with a `TypeError` or `RangeError` for an argument that makes no sense.
#[wasm_bindgen(js_name = parseList, skip_typescript)]
pub fn parse_list(text: &JsValue, options: &JsValue) -> Result<Object, JsValue> {
    let (text, options) = (list_text(text)?, Options::parse(options)?);
    let mut choice = Choice {
        form: options.form,
        page: options.base,
        keeps_ranges: options.keeps_ranges,
        ..Choice::default()
    };
    if let Some(column) = &options.column {
        choice.columns = number_of(column, &text, &choice)?.into_iter().collect();
    }
    let mut reader = ListReader::new(&text, &choice, &Parsers::Own);
    reader.keep_all();
    let mut results = Results::new(&text);
    for read in reader.by_ref() {
        results.push(read, &Parsers::Own);
    }
    Ok(results.finish(&reader.understood()))
}

/// The number of a column, whatever the case of its name; a field of JSON may be named by the last part of its
/// path. `None` if the list's form has no columns.
fn number_of(column: &str, text: &str, choice: &Choice) -> Result<Option<usize>, JsValue> {
    let mut reader = ListReader::new(text, choice, &Parsers::Own);
    let find = |understood: &Understood| {
        let names = || understood.columns.iter().map(|(name, _)| name);
        let last =
            |name: &String| name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case(column));
        names()
            .position(|name| name == column)
            .or_else(|| names().position(|name| name.eq_ignore_ascii_case(column)))
            .or_else(|| names().position(last))
    };
    if let Some(number) = find(&reader.understood()) {
        return Ok(Some(number));
    }
    // A field may occur for the first time in the last object.
    reader.by_ref().for_each(drop);
    let understood = reader.understood();
    let has_columns = matches!(understood.form, Form::Table | Form::Json | Form::JsonLines);
    match find(&understood) {
        None if has_columns => {
            let names: Vec<_> = understood.columns.into_iter().map(|(name, _)| name).collect();
            Err(no_column(column, &names))
        }
        number => Ok(number),
    }
}
