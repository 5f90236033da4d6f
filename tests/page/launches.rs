//! The installed page: its manifest, files that the system opens with it, and what is shared with it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::page_driver::{with_page, with_page_of};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::site::Site;

/// Has a test launch the page.
const LAUNCHES: &str = "Object.defineProperty(window, 'launchQueue', {
      value: { setConsumer: (consumer) => void (window.launch = consumer) },
    });";

/// Another page, which shares something.
const PROGRAM: &str = "<!doctype html><html lang=\"en\"><title>another program</title>";

const MINE: &str = "https://a.example/mine.jpg";

#[test]
fn a_file_that_the_system_opens_fills_the_list_and_starts_nothing() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_launches(async |browser| {
        browser.fill(MINE).await;
        let list = format!("SKU;Picture\n1;{}\n", browser.origin.url("/image/1/64x48.jpg?key=k"));
        browser.launch(&[("shop.csv", list.as_bytes())], &[]).await;
        browser.until("document.getElementById('plan').textContent.includes('addresses in “Picture”')").await;
        assert_eq!(browser.list().await, list.trim_end());
        browser.until_run("idle").await;
        assert_eq!(browser.origin.counters("k")["requests"], 0);
        browser.press("Undo").await;
        assert_eq!(browser.list().await, MINE);
    });
}

#[test]
fn of_several_opened_files_one_that_is_gone_is_named_and_does_not_cost_the_others() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_launches(async |browser| {
        browser.fill(MINE).await;
        let gone = ("gone.txt", b"https://a.example/1.jpg".as_slice());
        browser.launch(&[gone], &["gone.txt"]).await;
        browser.until_note("gone.txt is unreadable; choose it here. The list was not changed.").await;
        assert_eq!(browser.list().await, MINE);
        browser.launch(&[gone, ("here.txt", b"https://a.example/2.jpg")], &["gone.txt"]).await;
        browser.until_note("1 list read. Passed over: gone.txt (unreadable; choose it here).").await;
        assert_eq!(browser.list().await, "https://a.example/2.jpg");
    });
}

#[test]
fn an_opened_zip_of_fetchzips_is_updated() {
    if !requires(Capability::PrivateFiles) {
        return;
    }
    with_launches(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg", "/image/2/32x24.png"]).await;
        browser.fetch().await;
        let zip = std::fs::read(browser.save().await).unwrap();
        browser.launch(&[("pictures.zip", &zip)], &[]).await;
        browser.until("document.body.innerText.includes('Updating pictures.zip: 2 images')").await;
    });
}

#[test]
fn a_launch_without_files_leaves_what_its_address_has_brought() {
    with_launches(async |browser| {
        browser.store(MINE).await;
        browser.client.goto(&format!("{}demo.json", browser.address)).await.unwrap();
        let address = format!("{}#urls=https://a.example/1.jpg", browser.address);
        browser.client.goto(&address).await.unwrap();
        browser.until_ready().await;
        browser.until_note("The list came with the link").await;
        browser.execute("launch({ files: [], targetURL: arguments[0] })", vec![address.into()]).await;
        assert_eq!(browser.list().await, "https://a.example/1.jpg");
        browser.press("Undo").await;
        assert_eq!(browser.list().await, MINE);
    });
}

#[test]
fn what_is_shared_is_in_the_list_and_starts_nothing() {
    with_shares(async |browser| {
        let (one, two) =
            (browser.origin.url("/image/1/64x48.jpg?key=k"), browser.origin.url("/image/2/64x48.jpg?key=k"));
        let prose = format!("Look at this: {one}");
        let html = format!("<p><img src=\"{one}\"><img src=\"{two}\"></p>");
        for ([title, text, url], list) in [
            // As Android shares a page or a sentence.
            (["A cat", &prose, ""], prose.clone()),
            // As a page shares its address.
            (["A cat", "Look!", &one], format!("Look!\n{one}")),
            (["A cat", "", &one], one.clone()),
            (["A cat", &prose, &one], prose.clone()),
            ([&one, "", ""], one.clone()),
            ([&one, "Look!", ""], format!("Look!\n{one}")),
            (["Cats", &html, ""], html.clone()),
            (["", &format!("{one}\r\n{two}"), ""], format!("{one}\n{two}")),
            (["no address", "", ""], "no address".into()),
        ] {
            browser.store(MINE).await;
            browser.share(&shared([title, text, url]), &[]).await;
            browser.until(&format!("document.getElementById('list').value !== '{MINE}'")).await;
            assert_eq!(browser.list().await, list);
            browser.press("Undo").await;
            assert_eq!(browser.list().await, MINE);
        }
        browser.until_run("idle").await;
        assert_eq!(browser.origin.counters("k")["requests"], 0);
    });
}

#[test]
fn shared_files_are_in_the_list_and_nothing_is_kept_of_them() {
    with_shares(async |browser| {
        browser.store(MINE).await;
        let files: [(&str, &[u8]); 2] = [
            ("ä.csv", b"SKU,Picture\n1,https://a.example/1.jpg\n"),
            ("16.txt", b"\xFF\xFEh\0t\0t\0p\0:\0/\0/\0a\0/\0"),
        ];
        browser.share(&shared(["", "", ""]), &files).await;
        browser.until_note("2 lists read.").await;
        assert_eq!(browser.list().await, "# ä.csv\nhttps://a.example/1.jpg\n# 16.txt\nhttp://a/");
        assert_eq!(browser.kept_shares().await, 0);
        assert_eq!(browser.execute("return location.href", vec![]).await, browser.address);
        browser.press("Undo").await;
        assert_eq!(browser.list().await, MINE);

        // A text beside files is one more list, with the title as its name.
        browser.share(&shared(["My\ncats", "https://a.example/3.jpg", ""]), &files[..1]).await;
        browser.until_note("2 lists read.").await;
        assert_eq!(
            browser.list().await,
            "# My cats\nhttps://a.example/3.jpg\n# ä.csv\nhttps://a.example/1.jpg"
        );

        // One file stays as it is, and what is made of it survives a reload.
        browser.share(&shared(["", "", ""]), &files[..1]).await;
        browser.until("document.getElementById('plan').textContent.includes('addresses in “Picture”')").await;
        browser.store(MINE).await;
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        assert_eq!(browser.list().await, MINE);
    });
}

#[test]
fn a_share_that_has_nothing_or_is_gone_says_so_and_loses_nothing() {
    with_shares(async |browser| {
        browser.store(MINE).await;
        browser.share(&shared(["", " ", ""]), &[]).await;
        browser.until_note("What was shared is empty. The list was not changed.").await;
        assert_eq!(browser.list().await, MINE);

        let gone =
            "What was shared is no longer there, or damaged; share it again. The list was not changed.";
        for id in ["00000000-0000-4000-8000-000000000000", "x"] {
            browser.client.goto(&format!("{}other.html", browser.address)).await.unwrap();
            browser.client.goto(&format!("{}#shared={id}", browser.address)).await.unwrap();
            browser.until_ready().await;
            browser.until_note(gone).await;
            assert_eq!(browser.list().await, MINE);
        }

        // Any page may send a form there, with anything in it.
        browser.send("text/plain", &shared(["", "x", ""]), &[]).await;
        browser.until_note(gone).await;
        browser.send("multipart/form-data", &[("lists", "x"), ("other", "y")], &[]).await;
        browser.until_note("What was shared is empty. The list was not changed.").await;
        assert_eq!(browser.list().await, MINE);
    });
}

#[test]
fn of_shares_that_no_page_takes_only_the_last_are_kept() {
    with_shares(async |browser| {
        let replace =
            "const [name] = (await caches.keys()).filter((name) => name.startsWith('fetchzip-files'));
            const page = new Response('<!doctype html><title>closed at once</title>',
              { headers: { 'Content-Type': 'text/html' } });
            await (await caches.open(name)).put('./', page);";
        browser.execute_async(replace, vec![]).await;
        for number in 0..10 {
            let text = format!("https://a.example/{number}.jpg");
            browser.submit("multipart/form-data", &shared(["", &text, ""]), &[]).await;
            browser.until("document.title === 'closed at once'").await;
        }
        assert_eq!(browser.kept_shares().await, 8);
        let restore = "for (const name of await caches.keys()) await (await caches.open(name)).delete('./');";
        browser.execute_async(restore, vec![]).await;
        browser.client.refresh().await.unwrap();
        browser.until_ready().await;
        browser.until("document.getElementById('list').value === 'https://a.example/9.jpg'").await;
        assert_eq!(browser.kept_shares().await, 7);
    });
}

#[test]
fn the_manifest_has_no_error_and_the_page_can_be_installed() {
    if !requires(Capability::ManifestErrors) {
        return;
    }
    with_page(async |browser| {
        let manifest = browser.devtools("Page.getAppManifest", json!({})).await;
        assert_eq!(manifest["url"], format!("{}manifest.webmanifest", browser.address), "{manifest}");
        assert_eq!(manifest["errors"], json!([]));
        let refusals = browser.devtools("Page.getInstallabilityErrors", json!({})).await;
        assert_eq!(refusals["installabilityErrors"], json!([]));
    });
}

#[test]
fn the_icons_are_pictures_of_the_same_bars() {
    with_page(async |browser| {
        // Firefox draws no SVG without a size.
        let script = "const manifest = await (await fetch(document.querySelector('link[rel=manifest]').href)).json();
            const svg = await (await fetch(document.querySelector('link[rel=icon]').href)).text();
            const pixels = async (address, size) => {
              const image = new Image();
              image.src = address;
              await image.decode();
              const canvas = Object.assign(document.createElement('canvas'), { width: size, height: size });
              const context = canvas.getContext('2d');
              context.drawImage(image, 0, 0, size, size);
              return [`${image.naturalWidth}x${image.naturalHeight}`, context.getImageData(0, 0, size, size).data];
            };
            const compared = [];
            for (const { src, type, sizes, purpose } of manifest.icons) {
              if (type !== 'image/png') continue;
              const size = Number(sizes.split('x')[0]);
              const [own, found] = await pixels(src, size);
              // The bars of a maskable icon are smaller, on a ground.
              const box = purpose === 'maskable' ? '-5.333 -5.333 42.667 42.667' : '0 0 32 32';
              const ground = purpose === 'maskable' ? `<path fill='#f6f6f3' d='M-6-6h44v44h-44z'/>` : '';
              const drawn = svg.replace(/viewBox=\"[^\"]*\"/, `viewBox='${box}' width='${size}' height='${size}'`)
                .replace('</style>', `</style>${ground}`);
              const address = URL.createObjectURL(new Blob([drawn], { type: 'image/svg+xml' }));
              const [, expected] = await pixels(address, size);
              let sum = 0;
              for (let place = 3; place < found.length; place += 4) {
                // Where a pixel is transparent, its colour is nothing.
                for (let part = place - 3; part <= place; part++) {
                  const [a, b] = [found, expected].map((data) => part === place ? data[part] : data[part] * data[place] / 255);
                  sum += Math.abs(a - b);
                }
              }
              const difference = sum / found.length;
              compared.push(`${src.replace(/-[0-9a-f]{16}/, '')} ${own}` + (difference > 0.5 ? ` differs by ${difference}` : ''));
            }
            return compared;";
        let expected = ["icon-192.png 192x192", "icon-512.png 512x512", "icon-maskable.png 512x512"];
        assert_eq!(browser.execute_async(script, vec![]).await, json!(expected));
    });
}

#[test]
fn the_frame_around_the_page_has_the_colour_of_its_ground_in_every_theme() {
    with_page(async |browser| {
        let colours = "const metas = [...document.querySelectorAll('meta[name=theme-color]')];
            const probe = document.body.appendChild(document.createElement('i'));
            const computed = (colour) => {
              probe.style.color = colour;
              return getComputedStyle(probe).color;
            };
            const frame = metas.filter((meta) => matchMedia(meta.media).matches).map((meta) => computed(meta.content));
            probe.remove();
            return [frame, [getComputedStyle(document.body).backgroundColor]]";
        for theme in ["automatic", "light", "dark"] {
            let found = browser.execute(colours, vec![]).await;
            assert_eq!(found[0], found[1], "{theme}");
            browser.press(&format!("Theme: {theme}")).await;
        }
        let same = "const { theme_color, background_color } =
              await (await fetch(document.querySelector('link[rel=manifest]').href)).json();
            return [theme_color, background_color, document.querySelector('meta[name=theme-color]').content]";
        assert_eq!(browser.execute_async(same, vec![]).await, json!(["#f6f6f3", "#f6f6f3", "#f6f6f3"]));
    });
}

/// Runs a test on a page that it can launch.
fn with_launches(test: impl AsyncFnOnce(&Browser)) {
    with_page_of(Site::page().with_script("launches-of-a-test.js", LAUNCHES), test);
}

/// Runs a test on a page below a path, beside a page that shares.
fn with_shares(test: impl AsyncFnOnce(&Browser)) {
    let site = Site::page().with("other.html", PROGRAM);
    with_page_of(site.at("/some/sub/path/"), async |browser| {
        browser.until_kept().await;
        test(browser).await;
    });
}

/// The fields of a share.
fn shared([title, text, url]: [&str; 3]) -> [(&str, &str); 3] {
    [("title", title), ("text", text), ("url", url)]
}

impl Browser {
    /// Launches the page with files of the site's own, and removes some of them first.
    async fn launch(&self, files: &[(&str, &[u8])], removed: &[&str]) {
        let script = "const [files, removed] = arguments;
            const folder = await navigator.storage.getDirectory();
            const handles = [];
            for (const [name, content] of files) {
              const handle = await folder.getFileHandle(name, { create: true });
              const writable = await handle.createWritable();
              await writable.write(Uint8Array.from(atob(content), (c) => c.charCodeAt(0)));
              await writable.close();
              handles.push(handle);
            }
            for (const name of removed) await folder.removeEntry(name);
            launch({ files: handles });";
        self.execute_async(script, vec![encoded(files), json!(removed)]).await;
    }

    /// Types a list, which the page stores.
    async fn store(&self, list: &str) {
        self.fill(list).await;
        self.until(&format!("localStorage.getItem('fetchzip.list') === {list:?}")).await;
    }

    /// Shares something with the page, as a browser does it: by the form that the manifest describes.
    async fn share(&self, fields: &[(&str, &str)], files: &[(&str, &[u8])]) {
        self.send("multipart/form-data", fields, files).await;
    }

    /// The same with any encoding and any fields.
    async fn send(&self, encoding: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) {
        self.submit(encoding, fields, files).await;
        self.until_ready().await;
    }

    /// Sends a form to the manifest's action, and waits until another page is there.
    async fn submit(&self, encoding: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) {
        self.client.goto(&format!("{}other.html", self.address)).await.unwrap();
        let script = "const [encoding, fields, files] = arguments;
            const { share_target: { action, method, params } } = await (await fetch('manifest.webmanifest')).json();
            const form = Object.assign(document.createElement('form'), { action, method });
            form.enctype = encoding;
            for (const [name, value] of fields) {
              const field = document.createElement('textarea');
              form.append(Object.assign(field, { name: params[name] ?? name, value }));
            }
            const transfer = new DataTransfer();
            for (const [name, content] of files) {
              transfer.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
            }
            if (files.length > 0) {
              const chooser = document.createElement('input');
              form.append(Object.assign(chooser, { type: 'file', multiple: true, name: params.files[0].name }));
              chooser.files = transfer.files;
            }
            document.documentElement.append(form);
            setTimeout(() => form.submit());";
        self.execute_async(script, vec![encoding.into(), json!(fields), encoded(files)]).await;
        // A script that is run between two pages may fail.
        let url =
            async || self.client.current_url().await.is_ok_and(|url| !url.path().ends_with("other.html"));
        self.until_met("another page", url).await;
        let is_loaded = async || {
            self.client
                .execute("return document.readyState", vec![])
                .await
                .is_ok_and(|state| state == "complete")
        };
        self.until_met("it has loaded", is_loaded).await;
    }

    /// The number of shares that the site keeps.
    async fn kept_shares(&self) -> u64 {
        let count = "return (await (await caches.open('fetchzip-shared')).keys()).length";
        self.execute_async(count, vec![]).await.as_u64().unwrap()
    }
}

/// Names, and contents in Base64.
fn encoded(files: &[(&str, &[u8])]) -> Value {
    files.iter().map(|(name, bytes)| json!([name, BASE64_STANDARD.encode(bytes)])).collect()
}
