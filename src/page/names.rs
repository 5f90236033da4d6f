//! The template of the names: its field, its presets, and what it gives for the list.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlSelectElement};

use super::elements::{by_id, on, set_shown};
use super::first_images::{FirstImages, SHOWN};
use super::persisted_input::PersistedInput;
use crate::browser::{BrowserText, Yielder};
use crate::plan::{EntryNames, NameTemplate, Plan, Understood};
use crate::text::text;
use crate::words::{list_box, options};

/// Names between two looks at the clock, which are not free.
const STEPS: usize = 32;

/// The part of "More options" that is about names.
pub struct Names {
    template: PersistedInput,
    presets: HtmlSelectElement,
    error: HtmlElement,
    preview: HtmlElement,
    first_images: FirstImages,
    /// The plan that was read last, and a column that may be used in names.
    read: RefCell<(Rc<Plan>, Option<String>)>,
    /// Counts the previews, so that only the latest goes on.
    previews: Cell<u32>,
}

impl Names {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            template: PersistedInput::find("names")?,
            presets: by_id("names-preset")?,
            error: by_id("names-error")?,
            preview: by_id("names-preview")?,
            first_images: FirstImages::find()?,
            read: RefCell::default(),
            previews: Cell::default(),
        })
    }

    /// Restores what was entered before the page was loaded, and listens. `changed` is called when the list
    /// has to be read with other columns.
    pub fn bind(&'static self, changed: impl Fn() + Copy + 'static) -> Result<(), JsValue> {
        self.template.bind()?;
        on(&self.template.input, "input", move |_| {
            self.show_preview();
            changed();
        })?;
        on(&self.presets, "change", move |_| {
            let preset = match self.presets.value().as_str() {
                "column" => text!["{col.", self.read.borrow().1.as_deref().unwrap_or("NAME"), "}"],
                preset => preset.to_owned(),
            };
            self.template.replace(&preset);
            self.presets.set_value("");
            self.show_preview();
            changed();
        })
    }

    /// The template; that of the address for an empty field.
    ///
    /// # Errors
    ///
    /// The field holds no template; the error is now shown beside it, and returned.
    pub fn template(&self) -> Result<NameTemplate, String> {
        let text = self.template.value();
        let template = match text.trim() {
            "" => Ok(NameTemplate::default()),
            text => NameTemplate::parse(text).map_err(|error| text![error]),
        };
        self.show_error(template.as_ref().err().map(String::as_str));
        template
    }

    /// The columns of the list that the template uses.
    pub fn columns(&self) -> Vec<String> {
        NameTemplate::parse(&self.template.value()).map(|template| template.columns()).unwrap_or_default()
    }

    /// Where the names are from, if that is not the addresses.
    pub fn in_words(&self) -> Option<String> {
        let columns = self.columns();
        self.is_set().then(|| match columns.is_empty() {
            true => list_box::names(&self.template.value()),
            false => list_box::names_from(&columns),
        })
    }

    /// Checks that the list has a value for each field.
    ///
    /// # Errors
    ///
    /// If one is empty and has no fallback; the error is now shown beside the template, and returned.
    pub async fn check(&self, plan: &Plan) -> Result<(), String> {
        let Ok(template) = self.template() else { return Ok(()) };
        let names = EntryNames::new(plan, &template, &BrowserText);
        match empty_value(plan, &names, &mut Yielder::default()).await {
            None => Ok(()),
            Some(error) => {
                self.show_error(Some(&error));
                Err(error)
            }
        }
    }

    /// Shows the first names for a plan, and the number of names that are there twice.
    pub fn show(&'static self, plan: &Rc<Plan>, understood: &Understood) {
        let is_usable = |(number, _): &(usize, &(String, bool))| !understood.chosen.contains(number);
        let column = understood.columns.iter().enumerate().find(is_usable).map(|(_, (name, _))| name.clone());
        *self.read.borrow_mut() = (Rc::clone(plan), column);
        self.show_preview();
    }

    fn show_preview(&'static self) {
        let preview = self.previews.get().wrapping_add(1);
        self.previews.set(preview);
        let plan = Rc::clone(&self.read.borrow().0);
        let Some(template) = self.template().ok().filter(|_| !plan.is_empty()) else {
            self.first_images.show(&[]);
            return self.preview.set_text_content(None);
        };
        spawn_local(async move {
            let mut names = EntryNames::new(&plan, &template, &BrowserText);
            let wanted = plan.items().iter().enumerate().filter(|(_, item)| item.left_out.is_none());
            let first: Vec<_> = wanted.take(SHOWN).map(|(id, item)| (item, names.expected(id))).collect();
            let shown: Vec<_> = first.iter().map(|(item, name)| (*item, name.as_ref())).collect();
            self.first_images.show(&shown);
            let mut text = shown.iter().map(|(_, name)| *name).collect::<Vec<_>>().join(", ");
            if plan.len() > SHOWN {
                text += ", …";
            }
            self.preview.set_text_content(Some(&text));
            let mut yielder = Yielder::default();
            let error = empty_value(&plan, &names, &mut yielder).await;
            if self.previews.get() != preview {
                return;
            }
            self.show_error(error.as_deref());
            let mut clashes = 0;
            for item in 0..plan.len() {
                clashes += usize::from(!names.try_claim_expected(item));
                if item % STEPS == 0 && yielder.maybe_yield().await && self.previews.get() != preview {
                    return;
                }
            }
            if clashes > 0 {
                self.preview.set_text_content(Some(&options::names_clash(&text, clashes)));
            }
        });
    }

    /// Appends the template to the recorded options of a run.
    pub fn record(&self, options: &mut String) {
        self.template.record(options);
    }

    /// Restores the template from the recorded options of a run.
    pub fn restore(&self, options: &str) {
        self.template.restore(options);
    }

    /// Moves the focus to the field.
    pub fn focus(&self) {
        let _ = self.template.input.focus();
    }

    /// Whether there is a template of the user's.
    pub fn is_set(&self) -> bool {
        !self.template.value().is_empty()
    }

    fn show_error(&self, error: Option<&str>) {
        let _ =
            self.template.input.set_attribute("aria-invalid", if error.is_some() { "true" } else { "false" });
        self.error.set_text_content(error);
        set_shown(&self.error, error.is_some());
    }
}

/// The first value without a fallback that the list does not give, and what to do; `None` if it gives all.
async fn empty_value(
    plan: &Plan,
    names: &EntryNames<'_, BrowserText>,
    yielder: &mut Yielder,
) -> Option<String> {
    for (id, item) in plan.items().iter().enumerate() {
        if let Some(field) = names.empty_field(id) {
            let field = field.text();
            return Some(match item.line {
                Some(line) => options::empty_in_line(&field, line),
                None => options::empty_in_image(&field, id + 1),
            });
        }
        if id % STEPS == 0 {
            yielder.maybe_yield().await;
        }
    }
    None
}
