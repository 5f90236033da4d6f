//! The page without its server, and a host that puts another version in the place of an open page's.

use std::fs;

use support::origin::Origin;

use super::page_driver::{image_entries, with_page, with_page_of};
use crate::browser::site::Site;
use crate::browser::versions::Version;
use crate::browser::{Browser, environment};

const NO_SERVICE_WORKER: &str = "delete Navigator.prototype.serviceWorker;";

/// A picture of one pixel, which needs no server.
const PIXEL: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

#[test]
fn the_page_works_without_its_server_once_it_was_loaded() {
    let site = Site::page();
    with_page(async |browser| {
        let host = Origin::start(&environment::origin_program(), Some(site.folder())).unwrap();
        let address = format!("{}/", host.site.as_deref().unwrap());
        browser.client.goto(&address).await.unwrap();
        browser.until_kept().await;
        drop(host);

        // It has not read a list yet, so this part was kept without being used.
        // Firefox's driver reloads past service workers.
        browser.client.goto(&address).await.unwrap();
        browser.until_ready().await;
        browser.show_timeline().await;
        browser.paste(&format!("{PIXEL}\n{PIXEL}")).await;
        browser.until("document.getElementById('plan').textContent.includes('2 URLs')").await;
        browser.fetch().await;
        assert_eq!(browser.save_entries().await.len(), 2);

        browser.client.goto(&format!("{address}help.html")).await.unwrap();
        browser.until("document.getElementById('bookmarklet')?.href.startsWith('javascript:')").await;
        browser
            .client
            .goto(&format!("{address}?from=elsewhere#urls=https%3A%2F%2Fa.example%2F1.jpg"))
            .await
            .unwrap();
        browser.until_ready().await;
        browser.until("document.getElementById('list').value === 'https://a.example/1.jpg'").await;
    });
}

#[test]
fn an_open_page_finishes_with_its_version_and_updates_when_it_is_asked_to() {
    let (old, new) = (Version::built(), Version::built().with_more("lists.js", b"\n// newer"));
    with_page(async |browser| {
        browser.until_kept().await;
        browser.follow_versions(&old, &new).await;
        // A rollback is another update.
        browser.follow_versions(&new, &old).await;
    });
}

#[test]
fn an_update_waits_for_the_run_of_another_tab_which_keeps_its_version() {
    let (old, new) = (Version::built(), Version::built().with_more("lists.js", b"\n// newer"));
    with_page(async |browser| {
        browser.until_kept().await;
        let first = browser.client.window().await.unwrap();
        let second = browser.client.new_window(true).await.unwrap().handle;
        browser.client.switch_to_window(second.clone()).await.unwrap();
        browser.client.goto(&browser.address).await.unwrap();
        browser.until_ready().await;
        browser.until_kept().await;
        browser.begin_held_images("last").await;

        browser.client.switch_to_window(first).await.unwrap();
        new.put_into(browser.site_folder(), false);
        browser.look_for_update().await;
        browser.click("button", "Reload").await;
        browser.until("document.body.innerText.includes('when the runs in other tabs have ended')").await;
        assert_eq!(browser.version().await, old.id());

        browser.client.switch_to_window(second).await.unwrap();
        assert_eq!(browser.version().await, old.id());
        browser.origin.open_gate("last");
        browser.until_run("done").await;
        assert_eq!(browser.save_entries().await.len(), 2);
        // It is offered here, too, and this page still has all of its files.
        browser.the_coming("button", "Reload").await;
        assert_eq!(browser.version().await, old.id());
        let kept = browser.kept_versions().await;
        assert!(kept.contains(&old.id()) && kept.contains(&new.id()), "{kept:?}");
        browser.click("button", "Reload").await;
        browser.until_version(&new).await;
        browser.until_only_kept(&new).await;
    });
}

#[test]
fn an_open_page_goes_on_where_there_is_no_service_worker() {
    let new = Version::built().with_more("lists.js", b"\n// newer");
    with_page_of(Site::page().with_script("none.js", NO_SERVICE_WORKER), async |browser| {
        // A host keeps the last version's files beside the new one's.
        new.put_into(browser.site_folder(), true);
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.fetch().await;
        assert_eq!(browser.save_entries().await.len(), 1);
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        assert_eq!(browser.version().await, new.id());
    });
}

#[test]
fn what_the_page_loads_is_named_after_its_content() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg"]).await;
        browser.until_kept().await;
        let loaded = "const here = new URL('./', location).href;
            return performance.getEntriesByType('resource').map(({ name }) => name)
              .filter((name) => name.startsWith(here)).map((name) => name.slice(here.length))
              .filter((name) => !/-[0-9a-f]{16}[.](js|css|wasm|svg)$/.test(name));";
        let others = browser.execute(loaded, vec![]).await;
        let others: Vec<String> = serde_json::from_value(others).unwrap();
        let known = ["manifest.webmanifest", "record.js", "service-worker.js", "engine/service-worker.js"];
        assert!(others.iter().all(|name| known.contains(&name.as_str())), "{others:?}");
    });
}

impl Browser {
    /// Waits until the page's files are kept, and its thread has a service worker of its own.
    pub async fn until_kept(&self) {
        let states = "const states = [];
            for (const scope of ['./', 'engine/']) {
              const registration = await navigator.serviceWorker.getRegistration(new URL(scope, location));
              if (registration?.scope === new URL(scope, location).href) states.push(registration.active?.state);
            }
            return states.join();";
        let met = async || self.execute_async(states, vec![]).await == "activated,activated";
        self.until_met("the page is kept", met).await;
    }

    /// Puts another version in the place of the page's, uses the page, and has it update.
    async fn follow_versions(&self, old: &Version, new: &Version) {
        assert_eq!(self.version().await, old.id());
        // Without the old files: it can have them only from its own cache.
        new.put_into(self.site_folder(), false);
        self.look_for_update().await;
        let gate = format!("before-{}", new.id());
        self.begin_held_images(&gate).await;
        self.until("document.getElementById('new-version').offsetParent === null").await;
        self.origin.open_gate(&gate);
        self.until_run("done").await;
        let archive = self.save().await;
        assert_eq!(image_entries(&fs::read(&archive).unwrap()).len(), 2);
        self.forget_download("images.zip");
        self.the_coming("button", "Reload").await;
        assert_eq!(self.version().await, old.id());

        self.click("button", "Reload").await;
        self.until_version(new).await;
        assert!(self.all("button", "Reload").await.is_empty());
        self.until_only_kept(new).await;
        self.fill_paths(&["/image/1/64x48.jpg"]).await;
        self.fetch().await;
    }

    /// Begins a run of two images, the last of which waits for a gate.
    async fn begin_held_images(&self, gate: &str) {
        self.fill_paths(&["/image/1/64x48.jpg", &format!("/image/2/64x48.jpg?gate={gate}")]).await;
        self.press("Fetch").await;
        self.until("document.body.innerText.includes('1 of 2 images')").await;
    }

    /// Has the browser ask for another version, as it does now and then by itself.
    async fn look_for_update(&self) {
        self.execute_async("await (await navigator.serviceWorker.getRegistration('./')).update()", vec![])
            .await;
        self.the_coming("button", "Reload").await;
        assert!(self.text().await.contains("A new version is ready"));
    }

    async fn version(&self) -> String {
        let version = self.execute("return document.documentElement.dataset.version", vec![]).await;
        version.as_str().unwrap().to_owned()
    }

    async fn until_version(&self, version: &Version) {
        self.until(&format!("document.documentElement?.dataset.version === '{}'", version.id())).await;
        self.until_ready().await;
        self.until_kept().await;
    }

    /// The versions whose files the browser keeps.
    async fn kept_versions(&self) -> Vec<String> {
        let names = "return (await caches.keys()).filter((name) => name.startsWith('fetchzip-files'))
            .map((name) => name.split(' ').at(-1))";
        serde_json::from_value(self.execute_async(names, vec![]).await).unwrap()
    }

    async fn until_only_kept(&self, version: &Version) {
        let met = async || self.kept_versions().await == [version.id()];
        self.until_met("the files of other versions are removed", met).await;
    }
}
