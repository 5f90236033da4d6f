//! The failures of the shown run, one line a reason, with what can be done about each.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlDocument, HtmlElement, HtmlTemplateElement, HtmlTextAreaElement};

use super::elements::{by_id, document, focused, has_focus, set_shown, window};
use super::run_view::RunView;
use crate::browser::Yielder;
use crate::plan::{ItemId, Network, Plan, literal};
use crate::report::{FailureGroup, FailureGrouping, group_text, is_final};
use crate::run::FetchError;
use crate::text::text;
use crate::words::nouns::HOST;
use crate::words::numbers::count;
use crate::words::retries;

/// The most hosts that are listed of one reason.
const MAX_HOSTS: usize = 100;

/// Failures that are grouped between two checks whether to yield to the event loop.
const GROUPED_AT_A_TIME: usize = 256;

/// The elements.
pub struct Failures {
    section: HtmlElement,
    list: HtmlElement,
    reason: HtmlTemplateElement,
    retry: HtmlElement,
    groups: RefCell<Vec<FailureGroup>>,
}

impl Failures {
    pub fn find() -> Result<Self, JsValue> {
        Ok(Self {
            section: by_id("failures")?,
            list: by_id("failure-list")?,
            reason: by_id("failure")?,
            retry: by_id("retry")?,
            groups: RefCell::default(),
        })
    }

    pub fn has_focus(&self) -> bool {
        has_focus(&self.section)
    }

    pub fn hide(&self) {
        set_shown(&self.section, false);
    }

    /// Shows the failures of a run, as [`grouped`]. They can be retried only if `can_retry`.
    ///
    /// # Errors
    ///
    /// The browser refuses to create an element.
    pub fn show(&self, groups: Vec<FailureGroup>, view: &RunView, can_retry: bool) -> Result<(), JsValue> {
        let page = page_network()?;
        self.list.set_text_content(None);
        for (place, group) in groups.iter().enumerate() {
            let line = self.new_line(group, &view.plan, page)?;
            line.set_attribute("data-reason", &text![place])?;
            let (images, kind, status) = (group.items.len(), group.error.kind(), group.error.status());
            line.set_attribute("data-count", &text![images, " × ", kind, " ", status.unwrap_or(0)])?;
            self.list.append_child(&line)?;
        }
        set_shown(&self.section, !groups.is_empty());
        self.groups.replace(groups);
        self.allow_retry(can_retry && view.has_retryable());
        Ok(())
    }

    fn new_line(&self, group: &FailureGroup, plan: &Plan, page: Network) -> Result<Element, JsValue> {
        let copy = self.reason.content().clone_node_with_deep(true)?;
        let line: Element = copy.first_child().ok_or("the template is empty")?.unchecked_into();
        let find = |selector| line.query_selector(selector)?.ok_or(JsValue::from("the template lacks it"));
        let words = group_text(group, plan, page);
        find("p")?.set_text_content(Some(&words));
        let has_hosts = group.hosts.len() > 1;
        let hosts: HtmlElement = find("details")?.unchecked_into();
        if has_hosts {
            find("summary")?.set_text_content(Some(&count(group.hosts.len(), HOST)));
            let list = find("details ul")?;
            let mut lines: Vec<_> = group
                .hosts
                .iter()
                .take(MAX_HOSTS)
                .map(|(host, images)| retries::of_host(host, *images))
                .collect();
            if group.hosts.len() > MAX_HOSTS {
                lines.push(retries::more_hosts(group.hosts.len() - MAX_HOSTS));
            }
            for host in lines {
                let item = document()?.create_element("li")?;
                item.set_text_content(Some(&host));
                list.append_child(&item)?;
            }
        }
        set_shown(&hosts, has_hosts);
        let retry: HtmlElement = find("[data-action='retry-reason']")?.unchecked_into();
        if is_final(&group.error) {
            retry.remove();
        } else if group.error == FetchError::NeedsPermission {
            retry.set_text_content(Some(retries::ALLOW));
        }
        Ok(line)
    }

    /// Offers to retry what is not final, or does not.
    pub fn allow_retry(&self, is_allowed: bool) {
        set_shown(&self.retry, is_allowed);
        let _ = self.list.toggle_attribute_with_force("data-final", !is_allowed);
    }

    /// The failures that an element of the list is about.
    pub fn items_of(&self, element: &Element) -> Option<Vec<ItemId>> {
        let place: usize =
            element.closest("[data-reason]").ok()??.get_attribute("data-reason")?.parse().ok()?;
        self.groups.borrow().get(place).map(|group| group.items.clone())
    }
}

/// The failures of a run that is over, by reason.
pub async fn grouped(view: &RunView) -> Vec<FailureGroup> {
    let page = page_network().unwrap_or(Network::Public);
    let (mut grouping, mut yielder) = (FailureGrouping::default(), Yielder::default());
    while grouping.add_next(GROUPED_AT_A_TIME, &view.plan, &view.rows.borrow(), page) {
        yielder.maybe_yield().await;
    }
    grouping.finish()
}

/// The network that the page was loaded from.
fn page_network() -> Result<Network, JsValue> {
    Ok(Network::of_host(&window()?.location().hostname()?))
}

/// The addresses of these items, one a line, as a list that names the same.
pub fn addresses(plan: &Plan, items: &[ItemId]) -> String {
    let address = |item: &ItemId| literal(plan.items()[*item].display_text());
    items.iter().map(address).collect::<Vec<_>>().join("\n")
}

/// Copies a text; returns whether the browser did. Unlike the clipboard of `navigator`, this needs no secure
/// context.
pub fn copy(text: &str) -> bool {
    let copy = || -> Result<bool, JsValue> {
        let field: HtmlTextAreaElement = document()?.create_element("textarea")?.unchecked_into();
        field.set_class_name("unseen");
        field.set_value(text);
        let before = focused();
        let body = document()?.body().ok_or("the document is empty")?;
        body.append_child(&field)?;
        field.select();
        let is_copied = document()?.unchecked_into::<HtmlDocument>().exec_command("copy");
        field.remove();
        if let Some(before) = before {
            before.focus()?;
        }
        is_copied
    };
    copy().unwrap_or_default()
}
