//! What is listed in both views of a run, and in which order.

use serde_json::json;

use super::page_driver::with_page;
use crate::browser::Browser;
use crate::browser::keys::{DOWN, HOME};

#[test]
fn a_search_the_parts_and_the_order_are_those_of_both_views() {
    with_page(async |browser| {
        let elsewhere = format!("{}/image/4/64x48.gif", browser.origin.cross);
        let own = ["/image/1/30000b.jpg", "/image/2/200000b.jpg", "/fault/status/404", "/image/3/16x16.gif"];
        let mut lines: Vec<_> = own.iter().map(|path| browser.origin.url(path)).collect();
        lines.push(elsewhere);
        browser.fill(&lines.join("\n")).await;
        browser.fetch().await;
        assert_eq!(browser.parts().await, "All 5, Under way 0, Done 4, Failed 1, Left out 0");

        browser.enter("searchbox", "Search", ".gif").await;
        browser.until_rows(&["16x16.gif", "64x48.gif"]).await;
        browser.click("tab", "Pictures").await;
        browser.until_names(&["16x16.gif", "64x48.gif"]).await;
        browser.enter("searchbox", "Search", "nothing").await;
        browser.until("document.body.innerText.includes('No picture matches.')").await;
        browser.enter("searchbox", "Search", "").await;
        browser.until_names(&["30000b.jpg", "200000b.jpg", "16x16.gif", "64x48.gif"]).await;

        browser.sort_by("Size").await;
        browser.until_names(&["200000b.jpg", "30000b.jpg", "64x48.gif", "16x16.gif"]).await;
        browser.click("tab", "Timeline").await;
        browser.until_rows(&["200000b.jpg", "30000b.jpg", "64x48.gif", "16x16.gif", "404"]).await;
        browser.sort_by("Name").await;
        browser.until_rows(&["16x16.gif", "200000b.jpg", "30000b.jpg", "404", "64x48.gif"]).await;
        browser.press("Done").await;
        browser.until_rows(&["16x16.gif", "200000b.jpg", "30000b.jpg", "64x48.gif"]).await;
        browser.press("Failed").await;
        browser.until_rows(&["404"]).await;
        browser.press("Failed").await;
        browser.sort_by("Host").await;
        browser.until("document.querySelectorAll('#rows [role=row]').length === 5").await;
        browser.sort_by("Input order").await;
        browser.until_rows(&["30000b.jpg", "200000b.jpg", "404", "16x16.gif", "64x48.gif"]).await;

        // Another run begins with all of it.
        browser.press("Failed").await;
        browser.fetch().await;
        browser.until("document.querySelector('[role=table]').getAttribute('aria-rowcount') === '6'").await;
    });
}

#[test]
fn a_row_has_its_host_below_its_name_only_if_there_are_several() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.jpg"]).await;
        browser.fetch().await;
        let details: Vec<_> = browser.rows().await.into_iter().map(|row| row.detail).collect();
        assert_eq!(details, ["", ""]);
        let here = browser.origin.url("/image/1/64x48.jpg");
        browser.fill(&format!("{here}\n{}", here.replace("127.0.0.1", "localhost"))).await;
        browser.fetch().await;
        let details: Vec<_> = browser.rows().await.into_iter().map(|row| row.detail).collect();
        assert_eq!(details, ["127.0.0.1", "localhost"]);
    });
}

#[test]
fn a_long_name_loses_its_middle_and_is_read_and_copied_as_one() {
    with_page(async |browser| {
        let name = format!("{}-0042.jpg", "a-very-long-name-of-a-picture".repeat(4));
        browser.fill_paths(&[format!("/image/1/64x48.jpg?name={name}"), "/image/2/64x48.jpg".into()]).await;
        browser.open_more_options().await;
        browser.name_by("{query.name|short}").await;
        browser.fetch().await;
        assert_eq!(browser.rows().await[0].name, name);
        browser.show_timeline().await;
        browser.the("rowheader", &name).await;
        let seen = "const [name] = document.querySelectorAll('tbody .name');
            const [begin, end] = name.children;
            const inside = ({ right }) => right <= name.getBoundingClientRect().right;
            return [
              name.innerText,
              begin.scrollWidth > begin.clientWidth,
              end.textContent,
              inside(end.getBoundingClientRect()),
            ]";
        assert_eq!(browser.execute(seen, vec![]).await, json!([name, true, "-0042.jpg", true]));
    });
}

#[test]
fn a_part_follows_the_run_and_the_focus_stays_on_its_row() {
    with_page(async |browser| {
        let paths = ["/image/1/64x48.jpg?gate=a", "/image/2/64x48.png?gate=b", "/image/3/64x48.gif?gate=b"];
        browser.fill_paths(&paths).await;
        browser.press("Fetch").await;
        browser.press("Under way").await;
        browser.until_rows(&["64x48.jpg", "64x48.png", "64x48.gif"]).await;
        browser.execute("document.querySelector('tbody [aria-rowindex=\"3\"]').focus()", vec![]).await;
        browser.origin.open_gate("a");
        browser.until_rows(&["64x48.png", "64x48.gif"]).await;
        let focused = "document.activeElement.querySelector('.name')?.textContent";
        browser.until(&format!("{focused} === '64x48.png'")).await;
        browser.press_keys(&[DOWN]).await;
        browser.until(&format!("{focused} === '64x48.gif'")).await;
        browser.press_keys(&[HOME]).await;
        browser.until(&format!("{focused} === '64x48.png'")).await;
        browser.origin.open_gate("b");
        browser.until_run("done").await;
        browser.until("document.querySelector('[role=table]').getAttribute('aria-rowcount') === '1'").await;
    });
}

impl Browser {
    /// The parts with the number of their images.
    async fn parts(&self) -> String {
        let parts = "return [...document.querySelectorAll('[role=group][aria-label=Show] button')]
            .map((part) => `${part.textContent} ${part.dataset.count}`).join(', ')";
        self.execute(parts, vec![]).await.as_str().unwrap().to_owned()
    }

    async fn sort_by(&self, order: &str) {
        let field = self.the("combobox", "Sort by").await;
        field.select_by_label(order).await.unwrap();
    }

    async fn until_rows(&self, names: &[&str]) {
        let are_shown = async || self.rows().await.iter().map(|row| &*row.name).eq(names.iter().copied());
        self.until_met(&format!("the rows are {names:?}"), are_shown).await;
    }

    async fn until_names(&self, names: &[&str]) {
        let are_shown = async || {
            let pictures = self.pictures().await;
            pictures.iter().map(|picture| &*picture.name).eq(names.iter().copied())
        };
        self.until_met(&format!("the pictures are {names:?}"), are_shown).await;
    }
}
