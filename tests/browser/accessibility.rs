//! axe-core's findings, and what is wider than the window.

use std::fs;

use serde_json::{Value, json};

use super::{Browser, environment};

/// The script of axe-core, which a test runs in a page before it checks.
pub fn axe() -> String {
    fs::read_to_string(environment::node_modules().join("axe-core/axe.min.js")).unwrap()
}

impl Browser {
    /// Nothing of the page is wider than the window.
    pub async fn check_fits(&self, state: &str) {
        let wider = "const root = document.scrollingElement;
            return root.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('body *')]
              .filter((element) => element.getBoundingClientRect().right > innerWidth)
              .map((element) => element.outerHTML.slice(0, 120));";
        assert_eq!(self.execute(wider, vec![]).await, json!([]), "{state}: wider than the screen");
    }

    /// axe-core finds nothing in the light and in the dark theme. `state` says in a message what the page shows.
    pub async fn check_in_both_themes(&self, state: &str) {
        for theme in ["light", "dark"] {
            let set = "document.documentElement.dataset.theme = arguments[0]";
            self.execute(set, vec![theme.into()]).await;
            // During a transition, colours are not the final ones; WebKit begins it with the next frame.
            let found = self.execute_async(
                "let running;
                 do {
                   await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
                   // Firefox never ends those in details that are closed.
                   running = document.getAnimations().filter(({ effect }) => effect.target.checkVisibility());
                   await Promise.all(running.map(({ finished }) => finished.catch(() => {})));
                 } while (running.length > 0);
                 const { violations } = await axe.run(document, { resultTypes: ['violations'] });
                 return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary) }));",
                vec![],
            );
            let found: Value = found.await;
            assert_eq!(found, json!([]), "{state}, {theme}");
        }
    }
}
