//! From a user's input to a plan that a run can fetch.
//!
//! ```text
//! text ── ListReader: any form, ranges expanded ──▶ Request { text, line, … }, or Rejected
//! JS array ── (api) ──────────────────────────────▶ Request { text, name }
//!                        │ Plan::push: parses each text with the browser's URL parser
//!                        ▼
//!                      Plan { items in input order: address or error, entry name }
//!                        │ Plan::with_relay: optional, a relay that the user runs
//!                        ▼
//!                      Plan::request_address: the URL to fetch for each item
//! ```
//!
//! Nothing is dropped on the way: what names no address in a list is rejected with the reason, and what is
//! no address in an array becomes an item that fails.

mod address;
mod address_filter;
/// The browser's text handling in native tests, here and in tests/.
#[cfg(test)]
#[path = "../../tests/text/mod.rs"]
mod crate_text;
mod glob;
mod growing;
mod left_out;
mod list;
mod name;
mod network;
mod relay;
mod repeated_images;
mod secrets;
mod sign_in;
mod text_map;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::text::text;

pub use address::{Address, AddressError, WebText};
pub use address_filter::AddressFilter;
pub use growing::Growing;
pub use left_out::LeftOut;
pub use list::{
    Choice, Element, FileKind, Form, JsonShape, LinkError, ListReader, ListWeb, MAX_URLS, Portion,
    PortionReader, Rejected, Request, Understood, link_text, list_of_link, literal, reason_against,
};
pub use name::{
    EntryName, EntryNames, Field, FieldError, NameTemplate, TemplateError, disposition_file_name,
    file_name_of,
};
pub use network::Network;
pub use relay::{Relay, RelayError};
pub use repeated_images::RepeatedImages;
pub use secrets::without_secrets;
pub use sign_in::SignIn;

pub(crate) use name::folded;
#[cfg(test)]
pub(crate) use text_map::LOOKS;
pub use text_map::TextMap;

/// An item's index in the input, from 0.
pub type ItemId = usize;

/// An origin's index in [`Plan::origins`], from 0.
pub type OriginId = usize;

/// The items that a run is to fetch, in input order. More may be appended while it is fetched.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    items: Growing<Item>,
    origins: Growing<String>,
    /// The index of each origin.
    origin_ids: RefCell<TextMap>,
    /// Whether more items may arrive.
    is_open: Cell<bool>,
    relay: Option<Relay>,
    sign_in: SignIn,
}

/// One URL of the input.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its address, or why it has none.
    pub address: Result<Address, AddressError>,
    /// The text of the request, without passwords; empty if it was parsed in another plan.
    pub text: String,
    /// The entry name that the caller wants, as it was given.
    pub name: Option<String>,
    /// The number of its line in the list, from 1, if it comes from a list.
    pub line: Option<usize>,
    /// What the list says that the image shows.
    pub title: Option<String>,
    /// What each range of its address stood for.
    pub globs: Vec<String>,
    /// The values of its record in the columns that were kept, each with the column's name.
    pub cells: Vec<(Rc<str>, String)>,
    /// The values of the template's fields that the list gives, in their order, if they were made on
    /// another thread.
    pub values: Vec<String>,
    /// Other addresses of the same image, which are tried in this order when the one before has failed
    /// for good.
    pub fallbacks: Vec<Fallback>,
    /// Why it is not asked for, if it is not.
    pub left_out: Option<LeftOut>,
    /// The origin that its request goes to, its own or the relay's, if it has an address.
    pub origin: Option<OriginId>,
}

/// Another address of an item's image.
#[derive(Clone, Debug)]
pub struct Fallback {
    /// The address.
    pub address: Address,
    /// The origin that its request goes to, its own or the relay's.
    pub origin: OriginId,
}

/// An item without an address.
impl Default for Item {
    fn default() -> Self {
        Self {
            address: Err(AddressError::NotAUrl { text: String::new() }),
            text: String::new(),
            name: None,
            line: None,
            title: None,
            globs: Vec::new(),
            cells: Vec::new(),
            values: Vec::new(),
            fallbacks: Vec::new(),
            left_out: None,
            origin: None,
        }
    }
}

impl Item {
    /// An item of a request whose text was parsed to this address.
    fn of(request: Request, address: Result<Address, AddressError>) -> Self {
        let Request { name, line, title, globs, cells, .. } = request;
        Self { address, name, line, title, globs, cells, ..Self::default() }
    }

    /// The values that the list gives for the fields of a template, in their order.
    pub(crate) fn list_values<'a>(&'a self, template: &'a NameTemplate) -> impl Iterator<Item = String> + 'a {
        template.list_fields().map(|field| field.value_in_list(self))
    }

    /// The origins that the requests of its fallbacks go to, in their order.
    pub fn origins_of_fallbacks(&self) -> Vec<OriginId> {
        self.fallbacks.iter().map(|fallback| fallback.origin).collect()
    }

    /// Whether it is an entry of the caller's own.
    pub fn is_own_data(&self) -> bool {
        self.address.as_ref().is_ok_and(Address::is_own_data)
    }

    /// The address as it may be shown: serialised if it could be parsed, and never with a password.
    pub fn display_text(&self) -> &str {
        self.address.as_ref().map_or(&self.text, |address| &address.href)
    }
}

impl Plan {
    /// Parses the text of each request.
    pub fn new(requests: impl IntoIterator<Item = Request>, web: &impl WebText) -> Self {
        let plan = Self::default();
        plan.extend(requests, web);
        plan
    }

    /// Parses more requests and appends them. A page reads a long list in steps, to stay responsive.
    pub fn extend(&self, requests: impl IntoIterator<Item = Request>, web: &impl WebText) {
        requests.into_iter().for_each(|request| self.push(request, web));
    }

    /// Parses one more request and appends it.
    pub fn push(&self, request: Request, web: &impl WebText) {
        self.push_unless_repeated(request, web, None);
    }

    /// The same; with `first`, an item whose address and variant are among those there is left out, and those of
    /// another are added there.
    pub fn push_unless_repeated(&self, request: Request, web: &impl WebText, first: Option<&mut TextMap>) {
        let address = match request.is_own_data {
            true => Ok(Address::of_own_data()),
            false => Address::parse(&request.text, web),
        };
        let text = address::redacted(&request.text);
        let fallbacks = parsed(&request.fallbacks, web);
        let variant = request.variant.clone();
        let mut item = Item { text, ..Item::of(request, address) };
        if let Some(first) = first {
            skip_repeated(&mut item, self.len(), variant.as_deref(), first);
        }
        self.add(item, fallbacks);
    }

    /// Parses a request of a list and appends it, unless its text is no address.
    ///
    /// # Errors
    ///
    /// If its text is no address; nothing is appended then.
    pub fn push_valid(&self, request: Request, web: &impl WebText) -> Result<(), Rejected> {
        let address = Address::parse(&request.text, web)
            .map_err(|error| Rejected::new(request.line, &request.text, text![error]))?;
        let fallbacks = parsed(&request.fallbacks, web);
        self.add(Item::of(request, Ok(address)), fallbacks);
        Ok(())
    }

    /// Appends an item whose address was parsed in another plan; `None` becomes an item that fails, and an empty
    /// `href` is that of an entry of the caller's own.
    pub fn push_parsed(&self, href: Option<String>, fallbacks: Vec<String>, item: Item) {
        let parsed = |href| Address::from_href(href)?.ok();
        let address = match href {
            Some(href) if href.is_empty() => Ok(Address::of_own_data()),
            href => href.and_then(Address::from_href).unwrap_or_else(|| Item::default().address),
        };
        self.add(Item { address, ..item }, fallbacks.into_iter().filter_map(parsed));
    }

    /// Sets why an item is not asked for; with `None` it is.
    pub fn leave_out(&mut self, id: ItemId, reason: Option<LeftOut>) {
        if let Some(item) = self.items.get_mut(id) {
            item.left_out = reason;
        }
    }

    /// Leaves an item out if its address is one of those in `first`, and otherwise adds it there.
    pub fn skip_repeated_address(&mut self, id: ItemId, first: &mut TextMap) {
        if let Some(item) = self.items.get_mut(id) {
            skip_repeated(item, id, None, first);
        }
    }

    /// Sets whether more items may arrive.
    pub fn set_open(&self, is_open: bool) {
        self.is_open.set(is_open);
    }

    /// Whether more items may arrive.
    pub fn is_open(&self) -> bool {
        self.is_open.get()
    }

    /// Appends an item with these fallbacks, and finds its origins.
    fn add(&self, mut item: Item, fallbacks: impl IntoIterator<Item = Address>) {
        item.origin = item.address.as_ref().ok().map(|address| self.origin_of(address));
        item.fallbacks = fallbacks
            .into_iter()
            .map(|address| Fallback { origin: self.origin_of(&address), address })
            .collect();
        self.items.push(item);
    }

    /// The origin that the request of an address goes to.
    fn origin_of(&self, address: &Address) -> OriginId {
        let origin = match &self.relay {
            Some(relay) if !address.host.is_empty() => relay.origin(),
            _ => &address.origin,
        };
        let mut ids = self.origin_ids.borrow_mut();
        ids.get(origin).unwrap_or_else(|| {
            let id = self.origins.len();
            self.origins.push(origin.to_owned());
            ids.set(origin.to_owned(), id);
            id
        })
    }

    /// The same plan with all requests going through a relay, or, with `None`, to the images' own
    /// hosts. Addresses and entry names do not change.
    pub fn with_relay(&self, relay: Option<Relay>) -> Self {
        let plan = Self { relay, sign_in: self.sign_in.clone(), ..Self::default() };
        for item in &self.items {
            let fallbacks = item.fallbacks.iter().map(|fallback| fallback.address.clone());
            plan.add(item.clone(), fallbacks);
        }
        plan
    }

    /// The relay that requests go through, if any.
    pub fn relay(&self) -> Option<&Relay> {
        self.relay.as_ref()
    }

    /// The same plan with requests to these hosts in the user's name.
    pub fn with_sign_in(self, sign_in: SignIn) -> Self {
        Self { sign_in, ..self }
    }

    /// The hosts that are asked in the user's name.
    pub fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// The address of an item's image: with 0 its own, with 1 that of the first fallback, and so on.
    pub fn address(&self, id: ItemId, which: usize) -> Option<&Address> {
        let item = self.items.get(id)?;
        match which.checked_sub(1) {
            None => item.address.as_ref().ok(),
            Some(fallback) => item.fallbacks.get(fallback).map(|fallback| &fallback.address),
        }
    }

    /// The address to fetch for an item, which is an [`address`](Self::address) or the relay's; `None` if
    /// there is none.
    pub fn request_address(&self, id: ItemId, which: usize) -> Option<Cow<'_, Address>> {
        let address = self.address(id, which)?;
        Some(match &self.relay {
            Some(relay) if !address.is_own_data() => Cow::Owned(relay.address_of(address)),
            _ => Cow::Borrowed(address),
        })
    }

    /// The items, in input order.
    pub fn items(&self) -> &Growing<Item> {
        &self.items
    }

    /// The origins that requests go to, such as `https://picsum.photos`, in the order in which they
    /// first appear.
    pub fn origins(&self) -> &Growing<String> {
        &self.origins
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are no items.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// Leaves an item out if its address and variant are among those in `first`, and otherwise adds them there.
fn skip_repeated(item: &mut Item, id: ItemId, variant: Option<&str>, first: &mut TextMap) {
    if item.left_out.is_some() {
        return;
    }
    let Some(address) = item.address.as_ref().ok().filter(|address| !address.is_own_data()) else { return };
    // No address has a line break.
    let key = variant.map_or_else(|| address.href.clone(), |variant| text![address.href, "\n", variant]);
    match first.get(&key) {
        None => first.set(key, id),
        Some(before) => item.left_out = Some(LeftOut::RepeatedAddress(before)),
    }
}

/// The addresses of those texts that are some.
fn parsed(texts: &[String], web: &impl WebText) -> Vec<Address> {
    texts.iter().filter_map(|text| Address::parse(text, web).ok()).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    pub(crate) use super::address::tests::NativeText;
    use super::*;

    /// A plan of these addresses, for the tests of other modules.
    pub(crate) fn plan_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Plan {
        Plan::new(texts.into_iter().map(Request::new), &NativeText)
    }

    #[test]
    fn an_invalid_address_keeps_its_place() {
        let plan = plan_of(["https://a.example/1.jpg", "htp:/x y", "https://b.example/2.jpg"]);
        assert_eq!(plan.len(), 3);
        assert!(plan.items()[1].address.is_err());
        assert_eq!(plan.items()[1].display_text(), "htp:/x y");
        assert_eq!(plan.items()[1].origin, None);
        assert_eq!(plan.items()[2].origin, Some(1));
    }

    #[test]
    fn an_entry_of_the_caller_s_own_has_no_address_and_repeats_no_other() {
        let own = |name: &str| Request { name: Some(name.into()), is_own_data: true, ..Request::default() };
        let (plan, mut first) = <(Plan, TextMap)>::default();
        for request in [own("a.txt"), own("b.txt"), Request::new("https://a.example/1")] {
            plan.push_unless_repeated(request, &NativeText, Some(&mut first));
        }
        assert!(plan.items().iter().all(|item| item.left_out.is_none()));
        assert_eq!(plan.items()[0].display_text(), "");
        assert_eq!(*plan.origins(), ["", "https://a.example"]);
        let relay = Relay::parse("https://relay.example/", &NativeText).ok();
        assert_eq!(
            plan.with_relay(relay).request_address(0, 0).map(|address| address.href.clone()),
            Some(String::new())
        );
    }

    #[test]
    fn an_address_is_repeated_by_the_same_request_alone() {
        let (plan, mut first) = <(Plan, TextMap)>::default();
        for variant in [None, Some("POST one"), Some("POST two"), Some("POST one"), None] {
            let request = Request { variant: variant.map(Into::into), ..Request::new("https://a.example/1") };
            plan.push_unless_repeated(request, &NativeText, Some(&mut first));
        }
        let left_out: Vec<_> = plan.items().iter().map(|item| item.left_out).collect();
        let repeats = |item| Some(LeftOut::RepeatedAddress(item));
        assert_eq!(left_out, [None, None, None, repeats(1), repeats(0)]);
    }

    #[test]
    fn requests_go_through_a_relay_while_addresses_stay() {
        let relay = Relay::parse("https://relay.example/", &NativeText).unwrap();
        let plan = plan_of(["https://a.example/1.jpg", "nonsense", "data:,x", "https://b.example/2.jpg"]);
        let (shown, own, plan) = (
            plan.items()[0].display_text().to_owned(),
            plan.origins().iter().cloned().collect::<Vec<_>>(),
            plan.with_relay(Some(relay)),
        );
        assert_eq!(plan.items()[0].display_text(), shown);
        let requested: Vec<_> =
            (0..4).map(|item| plan.request_address(item, 0).map(|address| address.href.clone())).collect();
        let expected = [
            Some("https://relay.example/https://a.example/1.jpg".to_owned()),
            None,
            Some("data:,x".to_owned()),
            Some("https://relay.example/https://b.example/2.jpg".to_owned()),
        ];
        assert_eq!(requested, expected);
        let origins: Vec<_> = plan
            .items()
            .iter()
            .map(|item| item.origin.map(|origin| plan.origins()[origin].as_str()))
            .collect();
        let relay = Some("https://relay.example");
        assert_eq!(origins, [relay, None, Some("data:"), relay], "limits apply to the relay's origin");
        assert_eq!(plan.with_relay(None).origins().iter().cloned().collect::<Vec<_>>(), own);
    }

    #[test]
    fn each_origin_is_counted_once() {
        let plan = plan_of(["https://a.example/1", "https://A.example:443/2", "http://a.example/3"]);
        assert_eq!(*plan.origins(), ["https://a.example", "http://a.example"]);
    }
}
