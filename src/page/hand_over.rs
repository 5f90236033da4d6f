//! "Hand over": the list as a file for aria2 or img2dataset, and the commands that read it.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use web_sys::{DocumentFragment, Element, HtmlDocument, HtmlElement, HtmlTemplateElement};

use super::elements::{by_id, document, set_shown, window};
use super::object_url::{ObjectUrl, download_text};
use crate::browser::{BrowserText, Yielder};
use crate::plan::{EntryName, NameTemplate, Plan};
use crate::report::{Command, Program, ProgramInput, ProgramList};
use crate::words::{exports, saving};

/// The elements.
pub struct HandOver {
    /// What was exported.
    result: HtmlElement,
    commands: Element,
    command: HtmlTemplateElement,
    /// The URL of the file that was downloaded last.
    url: RefCell<Option<ObjectUrl>>,
}

impl HandOver {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            result: by_id("hand-over-result")?,
            commands: by_id("commands")?,
            command: by_id("command")?,
            url: RefCell::default(),
        })
    }

    /// Downloads a plan as a file for a program, and shows the commands that read it. `names` has those of
    /// the items that are in an archive already, or is empty. Returns what became of it, in words.
    pub async fn export(
        &self,
        program: Program,
        plan: &Plan,
        template: &NameTemplate,
        names: &[Option<EntryName>],
    ) -> String {
        let mut list = ProgramList::new(program, plan, template, names, &BrowserText);
        let mut yielder = Yielder::default();
        for item in 0..plan.len() {
            list.push(item);
            if item % 32 == 0 {
                yielder.maybe_yield().await;
            }
        }
        let input = list.finish();
        let words = if input.exported == 0 {
            exports::NO_ADDRESS.to_owned()
        } else {
            self.download(program, &input).unwrap_or_else(|_| saving::NO_FILE.to_owned())
        };
        self.result.set_text_content(Some(&words));
        set_shown(&self.result, true);
        words
    }

    fn download(&self, program: Program, input: &ProgramInput) -> Result<String, JsValue> {
        self.commands.set_text_content(None);
        *self.url.borrow_mut() = Some(download_text(&input.text, "text/plain", program.file_name())?);
        for Command { title, line } in &input.commands {
            let item: DocumentFragment = self.command.content().clone_node_with_deep(true)?.unchecked_into();
            for (part, text) in [("span", *title), ("code", line)] {
                item.query_selector(part)?.into_iter().for_each(|part| part.set_text_content(Some(text)));
            }
            self.commands.append_child(&item)?;
        }
        let file_name = program.file_name();
        Ok(match input.left_out {
            0 => exports::exported(input.exported, file_name),
            left_out => exports::exported_in_part(input.exported, file_name, left_out),
        })
    }
}

/// Copies the command beside a button, and returns what became of it, in words.
pub fn copy(button: &Element) -> &'static str {
    // Unlike the clipboard of `navigator`, this needs no secure context, and leaves the command selected.
    let is_copied = || {
        let command = button.parent_element()?.query_selector("code").ok()??;
        let selection = window().ok()?.get_selection().ok()??;
        selection.select_all_children(&command).ok()?;
        document().ok()?.unchecked_into::<HtmlDocument>().exec_command("copy").ok()
    };
    match is_copied() {
        Some(true) => exports::COPIED,
        _ => exports::NOT_COPIED,
    }
}
