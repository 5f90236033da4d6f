//! Ten thousand rows.

use super::page_driver::with_page;
use crate::browser::keys::END;

const IMAGE: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAAAAACwAAAAAAQABAAACAkQBADs=";

#[test]
fn of_ten_thousand_rows_only_those_in_view_are_elements() {
    with_page(async |browser| {
        browser.paste(&format!("{IMAGE}\n").repeat(10_000)).await;
        browser.until("document.body.innerText.includes('10,000 URLs')").await;
        browser.fetch().await;
        assert!(browser.text().await.contains("10,000 of 10,000 fetched"));
        let count = "document.querySelector('[role=table]').getAttribute('aria-rowcount')";
        // The rows, and the one of the headings.
        browser.until(&format!("{count} === '10001'")).await;
        let in_document = browser.rows().await.len();
        assert!((3..100).contains(&in_document), "{in_document} rows are in the document");

        browser.execute("document.querySelector('[aria-rowindex=\"2\"]').focus()", vec![]).await;
        browser.press_keys(&[END]).await;
        browser.until("document.activeElement.getAttribute('aria-rowindex') === '10001'").await;
        let rows = browser.rows().await;
        assert_eq!(rows.last().unwrap().name, "image-9999.gif");
        assert!(rows.len() < 100, "{} rows are in the document", rows.len());
        assert_eq!(browser.save_entries().await.len(), 10_000);
    });
}
