//! Finding elements by role and accessible name.

use fantoccini::elements::Element;
use serde_json::Value;

use super::Browser;

const FIND: &str = include_str!("find.js");

impl Browser {
    /// All visible elements of this role and name.
    pub async fn all(&self, role: &str, name: &str) -> Vec<Element> {
        let Value::Array(found) = self.execute(FIND, vec![role.into(), name.into()]).await else {
            panic!("the search for {role} {name:?} returned no list");
        };
        let element = |value: Value| {
            let reference = value.as_object().and_then(|object| object.values().next()).unwrap().clone();
            Element::from_element_id(self.client.clone(), reference.as_str().unwrap().to_owned().into())
        };
        found.into_iter().map(element).collect()
    }

    /// The only element of this role and name.
    pub async fn the(&self, role: &str, name: &str) -> Element {
        let mut all = self.all(role, name).await;
        assert_eq!(all.len(), 1, "visible elements: {role} {name:?}");
        all.remove(0)
    }

    /// Waits for the only element of this role and name.
    pub async fn the_coming(&self, role: &str, name: &str) -> Element {
        let what = format!("a {role} {name:?}");
        self.until_met(&what, async || !self.all(role, name).await.is_empty()).await;
        self.the(role, name).await
    }

    pub async fn press(&self, button: &str) {
        self.the("button", button).await.click().await.unwrap();
    }
}
