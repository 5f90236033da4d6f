//! From what a user gives to what a run can start from.
//!
//! ```text
//! text ── list::parse: lines, globs, links of pasted HTML ──▶ Request { text, line }
//! JS array ── (api) ────────────────────────────────────────▶ Request { text, name }
//!                        │ Plan::new: each text through the browser's URL parser
//!                        ▼
//!                      Plan { items in input order: address or why not, entry name }
//!                        │ Plan::through: a relay of the user's own, where there is one
//!                        ▼
//!                      Plan::asked: where each item is asked for
//! ```
//!
//! Nothing is ever dropped on the way: a text that is no address becomes an item that fails.

mod address;
/// The browser's part in tests, here and in tests/.
#[cfg(test)]
#[path = "../../tests/text/mod.rs"]
mod crate_text;
mod glob;
mod html;
mod list;
mod name;
mod network;
mod relay;
mod text_map;

use std::borrow::Cow;

pub use address::{Address, AddressError, WebText};
pub use list::{MOST_URLS, Request, parse_list};
pub use name::{EntryName, EntryNames, NameTemplate, TemplateError, file_name_of};
pub use network::Network;
pub use relay::{Relay, RelayError};

use text_map::TextMap;

/// An item's place in the input, from 0.
pub type ItemId = usize;

/// An origin's place among the plan's origins, from 0.
pub type OriginId = usize;

/// What a run is asked to fetch, in input order.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    items: Vec<Item>,
    origins: Vec<String>,
    /// Each origin's place.
    known: TextMap,
    relay: Option<Relay>,
}

/// One URL of the input.
#[derive(Clone, Debug)]
pub struct Item {
    /// Where to fetch it, or why that can't be done.
    pub address: Result<Address, AddressError>,
    /// The text that it was given as, without passwords.
    pub text: String,
    /// The entry name that the caller asked for, as it was given.
    pub name: Option<String>,
    /// Its line in the text that was pasted, from 1, where there was one.
    pub line: Option<usize>,
    /// The origin that it is asked of, where it has an address: its own, or its relay's.
    pub origin: Option<OriginId>,
}

impl Item {
    /// The address as a user may see it: parsed where it could be, and never with a password.
    pub fn shown(&self) -> &str {
        self.address.as_ref().map_or(&self.text, |address| &address.href)
    }
}

impl Plan {
    /// Parses each request's text with the browser's own URL parser.
    pub fn new(requests: impl IntoIterator<Item = Request>, web: &impl WebText) -> Self {
        let mut plan = Self::default();
        plan.extend(requests, web);
        plan
    }

    /// Parses more requests, which follow those that are there: a page reads a long list piece by
    /// piece, so that it never stops answering.
    pub fn extend(&mut self, requests: impl IntoIterator<Item = Request>, web: &impl WebText) {
        requests.into_iter().for_each(|request| self.push(request, web));
    }

    /// Parses one more request.
    pub fn push(&mut self, request: Request, web: &impl WebText) {
        let address = match request.glob_error {
            Some(reason) => Err(AddressError::Glob { reason }),
            None => Address::parse(&request.text, web),
        };
        let text = address::redacted(&request.text);
        self.add(address, text, request.name, request.line);
    }

    /// Adds an item whose address was parsed before, in another plan; an empty one is none.
    pub fn push_parsed(&mut self, href: String, name: Option<String>) {
        let none = || Err(AddressError::NotAUrl { text: String::new() });
        let address = Address::of_serialised(href).unwrap_or_else(none);
        self.add(address, String::new(), name, None);
    }

    fn add(
        &mut self,
        address: Result<Address, AddressError>,
        text: String,
        name: Option<String>,
        line: Option<usize>,
    ) {
        let origin = address.as_ref().ok().map(|address| {
            let asked = match &self.relay {
                Some(relay) if !address.is_data() => relay.origin(),
                _ => &address.origin,
            };
            self.known.get(asked).unwrap_or_else(|| {
                let id = self.origins.len();
                self.origins.push(asked.to_owned());
                self.known.set(asked.to_owned(), id);
                id
            })
        });
        self.items.push(Item { address, text, name, line, origin });
    }

    /// The same plan with every image asked of a relay, or of its own host. Addresses and names stay
    /// the images' own.
    pub fn through(&self, relay: Option<Relay>) -> Self {
        let mut plan = Self { relay, ..Self::default() };
        for item in &self.items {
            let Item { address, text, name, line, .. } = item.clone();
            plan.add(address, text, name, line);
        }
        plan
    }

    /// The relay that the images are asked of in their hosts' place.
    pub fn relay(&self) -> Option<&Relay> {
        self.relay.as_ref()
    }

    /// Where an item is asked for: at its own address, or at its relay's.
    pub fn asked(&self, id: ItemId) -> Option<Cow<'_, Address>> {
        let address = self.items.get(id)?.address.as_ref().ok()?;
        Some(match &self.relay {
            Some(relay) => Cow::Owned(relay.address_of(address)),
            None => Cow::Borrowed(address),
        })
    }

    /// The items, in input order.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The origins, in the order in which they first appear, such as `https://picsum.photos`.
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is nothing to fetch.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    pub(crate) use super::address::tests::NativeText;
    use super::*;

    /// A plan from addresses, for the tests of what comes after it.
    pub(crate) fn plan_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Plan {
        Plan::new(texts.into_iter().map(Request::new), &NativeText)
    }

    #[test]
    fn a_bad_address_keeps_its_place() {
        let plan = plan_of(["https://a.example/1.jpg", "htp:/x y", "https://b.example/2.jpg"]);
        assert_eq!(plan.len(), 3);
        assert!(plan.items()[1].address.is_err());
        assert_eq!(plan.items()[1].shown(), "htp:/x y");
        assert_eq!(plan.items()[1].origin, None);
        assert_eq!(plan.items()[2].origin, Some(1));
    }

    #[test]
    fn a_relay_is_asked_for_every_image_and_names_none() {
        let relay = Relay::parse("https://relay.example/", &NativeText).unwrap();
        let plan = plan_of(["https://a.example/1.jpg", "nonsense", "data:,x", "https://b.example/2.jpg"]);
        let (shown, own, plan) =
            (plan.items()[0].shown().to_owned(), plan.origins().to_vec(), plan.through(Some(relay)));
        assert_eq!(plan.items()[0].shown(), shown);
        let asked: Vec<_> = (0..4).map(|item| plan.asked(item).map(|address| address.href.clone())).collect();
        let expected = [
            Some("https://relay.example/https://a.example/1.jpg".to_owned()),
            None,
            Some("data:,x".to_owned()),
            Some("https://relay.example/https://b.example/2.jpg".to_owned()),
        ];
        assert_eq!(asked, expected);
        let origins: Vec<_> = plan
            .items()
            .iter()
            .map(|item| item.origin.map(|origin| plan.origins()[origin].as_str()))
            .collect();
        let relay = Some("https://relay.example");
        assert_eq!(origins, [relay, None, Some("data:"), relay], "limits go by the relay's");
        assert_eq!(plan.through(None).origins(), own);
    }

    #[test]
    fn origins_are_counted_once() {
        let plan = plan_of(["https://a.example/1", "https://A.example:443/2", "http://a.example/3"]);
        assert_eq!(plan.origins(), ["https://a.example", "http://a.example"]);
    }
}
