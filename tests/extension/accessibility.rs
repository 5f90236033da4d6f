//! axe-core on what only the extension's page shows, in both themes and in a narrow window.

use crate::browser::accessibility::axe;

use super::extension_driver::{with_extension, without_permission};

const PAGE: &str = "<!doctype html><title>A page with a very-long-title-without-a-place-to-break-it-in-two</title>
    <img src='{{origin}}/image/1/64x48.png?cors=off' alt='small one'>
    <img src='{{other}}/image/2/400x300.jpg?cors=off'><img src='http://192.168.1.1/reboot.jpg'><canvas></canvas>
    <a href='{{origin}}/image/3/800x600.jpg/full.jpg'><img src='{{origin}}/image/3/80x60.jpg/thumb.jpg'></a>";

#[test]
fn axe_finds_nothing_in_what_is_collected_before_and_after_a_run() {
    with_extension(async |browser| {
        let page = PAGE.replace("{{other}}", &without_permission(&browser.origin.http));
        browser.show_page("collected.html", &page).await;
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await.len(), 3);
        browser.decline_permissions().await;
        // As narrow as the browser makes its window: no frame may have the page.
        browser.client.set_window_size(360, 740).await.unwrap();
        browser.execute(&axe(), vec![]).await;
        browser.check_in_both_themes("collected").await;
        browser.execute("document.getElementById('choosing').open = true", vec![]).await;
        browser
            .until("document.getElementById('previews').innerText.includes('without your permission')")
            .await;
        browser.open_more_options().await;
        browser.enter("textbox", "Use my sign-in for", "https://*.example").await;
        browser.click("checkbox", "64x48.png").await;
        browser.until("document.getElementById('sign-in-problem').innerText.startsWith('Not a host: https://*.example.')").await;
        browser.check_in_both_themes("choosing").await;
        browser.check_fits("choosing").await;
        browser.fetch().await;
        browser
            .until("document.getElementById('failure-list').innerText.includes('needs your permission')")
            .await;
        browser.check_in_both_themes("done").await;
        browser.check_fits("done").await;
    });
}
