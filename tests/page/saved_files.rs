//! From the click on "Save zip", nothing that a user does ends it.
//!
//! Each test saves an archive to a real folder, and acts at the first sign of the download, or at the
//! very moment of the click. It prints a line of the table: what was done, and what came of the file.
//! `FETCHZIP_LARGE=1` makes the archives 1.8 GB long.

use super::saved_archive::{SMALL, with_archive, with_archives};

/// The list of the run that follows.
const NEXT: [&str; 2] = ["/image/101/3000000b.jpg", "/image/102/64x48.png"];

const RETRY: &str = "Retry the failed ones";

#[test]
fn a_zip_is_whole_when_nothing_happens_while_it_is_saved() {
    with_archive(&[], async |_, fetched| {
        fetched.begin_save(0).await.expect_whole("nothing").await;
    });
}

#[test]
fn a_zip_is_whole_when_the_next_list_is_fetched_while_it_is_saved() {
    with_archive(&[], async |browser, fetched| {
        browser.paste_paths(&NEXT).await;
        let fetch = browser.the("button", "Fetch").await;
        let mut save = fetched.begin_save(0).await;
        save.act(fetch.click()).await.unwrap();
        browser.until_run("done").await;
        save.expect_whole("the next list is fetched").await;
        assert_eq!(browser.rows().await.len(), NEXT.len());
    });
}

#[test]
fn a_zip_is_whole_when_its_run_is_thrown_away_while_it_is_saved() {
    with_archive(&[], async |browser, fetched| {
        let button = browser.first("button", "Throw away").await;
        let mut save = fetched.begin_save(0).await;
        save.act(button.click()).await.unwrap();
        save.expect_whole("Throw away").await;
    });
}

#[test]
fn a_zip_is_whole_when_failed_images_are_retried_while_it_is_saved_and_so_is_the_next_zip() {
    with_archive(&["/image/100/64x48.png?key=late&fail=1:403"], async |browser, fetched| {
        let retry = browser.the("button", RETRY).await;
        let mut save = fetched.begin_save(1).await;
        save.act(retry.click()).await.unwrap();
        browser.origin.wait("late", "requests=2");
        browser.until_run("done").await;
        save.expect_whole("a failed image is retried").await;
        fetched.begin_save(0).await.expect_whole("nothing, after the retry").await;
    });
}

#[test]
fn both_zips_are_whole_when_it_is_saved_again_while_it_is_saved() {
    with_archive(&[], async |browser, fetched| {
        let link = browser.the("link", "Save zip").await;
        let mut save = fetched.begin_save(0).await;
        save.act(link.click()).await.unwrap();
        save.expect_all_whole("it is saved a second time", 2).await;
    });
}

#[test]
fn a_zip_is_whole_when_the_page_is_reloaded_while_it_is_saved() {
    with_archive(&[], async |browser, fetched| {
        let mut save = fetched.begin_save(0).await;
        save.act(browser.client.refresh()).await.unwrap();
        browser.until_ready().await;
        save.expect_whole("the page is reloaded").await;
    });
}

#[test]
fn a_zip_is_whole_when_its_tab_is_closed_while_it_is_saved() {
    with_archive(&[], async |browser, fetched| {
        let other = browser.open_other_tab().await;
        let mut save = fetched.begin_save(0).await;
        save.act(browser.client.close_window()).await.unwrap();
        browser.client.switch_to_window(other).await.unwrap();
        save.expect_whole("the tab is closed").await;
    });
}

#[test]
fn a_zip_is_whole_when_its_tab_is_closed_and_the_page_is_used_again_while_it_is_saved() {
    with_archive(&[], async |browser, fetched| {
        let other = browser.open_other_tab().await;
        let mut save = fetched.begin_save(0).await;
        save.act(browser.client.close_window()).await.unwrap();
        browser.open_page_in(other).await;
        browser.paste_paths(&NEXT).await;
        browser.fetch().await;
        save.expect_whole("the tab is closed, the page opened again and used").await;
    });
}

#[test]
fn a_zip_is_whole_when_another_tab_starts_a_run_while_it_is_saved() {
    with_archive(&[], async |browser, fetched| {
        let first = browser.client.window().await.unwrap();
        let other = browser.open_other_tab().await;
        browser.open_page_in(other.clone()).await;
        browser.paste_paths(&NEXT).await;
        browser.client.switch_to_window(first).await.unwrap();
        let mut save = fetched.begin_save(0).await;
        save.act(browser.fetch_in(other)).await;
        browser.until_run("done").await;
        save.expect_whole("another tab starts a run").await;
    });
}

/// What is clicked on in the moment of "Save zip".
const AT_ONCE: [(&str, &str); 3] = [
    ("the next list is fetched at once", "Fetch"),
    ("Throw away at once", "Throw away"),
    ("a failed image is retried at once", RETRY),
];

/// No click is quick enough to come in the middle of 60 MB. So a script makes it, in the task of the click
/// on "Save zip" and before the browser has read anything.
#[test]
fn zips_of_60_mb_are_whole_whatever_is_clicked_on_in_the_moment_of_save_zip() {
    with_archives(async |browser| {
        let mut wrong = Vec::new();
        for (what, button) in AT_ONCE {
            let missing: &[&str] = if button == RETRY { &["/fault/status/403"] } else { &[] };
            let fetched = browser.fetch_archive(SMALL, missing).await;
            let button = browser.first("button", button).await;
            let save = fetched.save_and_click_at_once(&button, missing.len()).await;
            let end = save.end(what, 1).await;
            if end != "whole" {
                wrong.push(format!("{what}: {end}"));
            }
            browser.until("document.documentElement.dataset.run !== 'running'").await;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn a_zip_of_60_mb_is_whole_when_the_page_is_reloaded_or_its_tab_closed_at_its_first_sign() {
    with_archives(async |browser| {
        let save = browser.fetch_archive(SMALL, &[]).await.begin_save(0).await;
        browser.client.refresh().await.unwrap();
        save.expect_whole("the page is reloaded").await;

        browser.until_ready().await;
        let fetched = browser.fetch_archive(SMALL, &[]).await;
        let other = browser.open_other_tab().await;
        let save = fetched.begin_save(0).await;
        browser.client.close_window().await.unwrap();
        browser.client.switch_to_window(other).await.unwrap();
        save.expect_whole("the tab is closed").await;
    });
}
