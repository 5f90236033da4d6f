//! The names and states that programs may rely on.

use super::page_driver::with_page;

#[test]
fn an_idle_page_has_its_controls_and_offers_nothing_to_save() {
    with_page(async |browser| {
        browser.until_run("idle").await;
        browser.the("textbox", "Image URLs").await;
        browser.the("radiogroup", "Mode").await;
        for mode in ["Concurrent", "Sequential", "Compare"] {
            let radio = browser.the("radio", mode).await;
            assert_eq!(radio.is_selected().await.unwrap(), mode == "Concurrent", "{mode}");
        }
        browser.the("spinbutton", "At once").await;
        browser.the("button", "Fetch").await;
        for (role, name) in
            [("button", "Stop"), ("link", "Save zip"), ("table", "Images"), ("region", "Timings")]
        {
            assert!(browser.all(role, name).await.is_empty(), "{role} {name} before a run");
        }
    });
}

#[test]
fn a_run_goes_through_its_states() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=g", "/image/2/64x48.png?key=k"]).await;
        browser.press("Fetch").await;
        browser.until_run("running").await;
        browser.the("button", "Stop").await;
        assert!(browser.all("button", "Fetch").await.is_empty(), "a second click on Fetch meets nothing");
        // The list is read first.
        let has_table = async || browser.all("table", "Images").await.len() == 1;
        browser.until_met("the images are in a table", has_table).await;
        assert!(browser.all("link", "Save zip").await.is_empty(), "no archive is there yet");
        browser.origin.open_gate("g");
        browser.until_run("done").await;
        browser.the("button", "Fetch").await;
        browser.the("table", "Images").await;
        browser.the("region", "Timings").await;
        let link = browser.the("link", "Save zip").await;
        assert!(link.prop("href").await.unwrap().unwrap().starts_with("blob:"));
        assert_eq!(link.attr("download").await.unwrap().as_deref(), Some("images.zip"));
        let names: Vec<_> = browser.rows().await.into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["64x48.jpg", "64x48.png"]);
    });
}

#[test]
fn the_title_and_the_status_show_the_progress() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/64x48.jpg?gate=g"]).await;
        browser.press("Fetch").await;
        browser.until("document.title.startsWith('50 %')").await;
        browser.until("document.body.innerText.includes('1 of 2 images')").await;
        browser.origin.open_gate("g");
        browser.until_run("done").await;
        browser.until("document.title.startsWith('done')").await;
        let status =
            "[...document.querySelectorAll('[role=status]')].map((region) => region.textContent).join()";
        browser.until(&format!("{status}.includes('2 of 2 fetched')")).await;
    });
}

#[test]
fn an_empty_list_is_reported() {
    with_page(async |browser| {
        browser.press("Fetch").await;
        browser.until("document.body.innerText.includes('nothing to fetch')").await;
        browser.until_run("idle").await;
        browser.the("button", "Fetch").await;
        assert!(browser.all("button", "Stop").await.is_empty(), "no run began");
    });
}
