//! Lists that the page's own address brings, links to share, and the bookmark that collects images.

use serde_json::{Value, json};

use super::page_driver::{with_page, with_page_of};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};
use crate::browser::keys::TAB;
use crate::browser::site::Site;

#[test]
fn addresses_in_the_fragment_fill_the_list_and_start_nothing() {
    with_page(async |browser| {
        let url = |number: u32| browser.origin.url(&format!("/image/{number}/64x48.jpg?key=k"));
        let (one, two) = (url(1), url(2));
        let encoded = |text: &str| text.replace('%', "%25").replace(':', "%3A").replace('/', "%2F");
        for fragment in
            [format!("{}%0A{}", encoded(&one), encoded(&two)), format!("{one},{two}"), format!("{one} {two}")]
        {
            browser.fill("https://a.example/mine.jpg").await;
            browser.open_with(&format!("#urls={fragment}")).await;
            browser.until_note("The list came with the link; nothing has been fetched yet.").await;
            assert_eq!(browser.list().await, format!("{one}\n{two}"), "{fragment}");
            browser.until("document.getElementById('plan').textContent.includes('2 URLs')").await;
            browser.until_run("idle").await;
            assert_eq!(browser.origin.counters("k")["requests"], 0);
            // What was there is not lost.
            browser.press("Undo").await;
            assert_eq!(browser.list().await, "https://a.example/mine.jpg");
        }
        browser.press("Undo").await;
        browser.until("document.getElementById('plan').textContent.includes('2 URLs')").await;
        browser.fetch().await;
        assert_eq!(browser.origin.counters("k")["requests"], 2);
    });
}

#[test]
fn what_is_made_of_a_linked_list_survives_a_reload() {
    with_page(async |browser| {
        browser.open_with("#urls=https://a.example/1.jpg").await;
        browser.until_note("The list came with the link").await;
        assert_eq!(browser.execute("return location.hash", vec![]).await, "");
        browser.fill("https://a.example/mine.jpg").await;
        browser.until("localStorage.getItem('fetchzip.list') === 'https://a.example/mine.jpg'").await;
        assert_eq!(browser.note().await, "");
        browser.reload_page().await;
        assert_eq!(browser.list().await, "https://a.example/mine.jpg");
    });
}

#[test]
fn a_changed_fragment_fills_the_list_of_an_open_page() {
    with_page(async |browser| {
        browser.hash("#urls=https://a.example/1.jpg").await;
        browser.until_note("The list came with the link").await;
        assert_eq!(browser.list().await, "https://a.example/1.jpg");
        // Any other fragment is none of its business.
        browser.hash("#runs").await;
        browser.hash("#urls=https://a.example/2.jpg").await;
        browser.until("document.getElementById('list').value === 'https://a.example/2.jpg'").await;
    });
}

#[test]
fn a_link_is_not_opened_during_a_run_and_says_so() {
    with_page(async |browser| {
        browser.fill_paths(&["/image/1/64x48.jpg?key=k&gate=g"]).await;
        let list = browser.list().await;
        browser.press("Fetch").await;
        browser.origin.wait("k", "inFlight=1");
        browser.hash("#urls=https://a.example/1.jpg").await;
        browser.until_note("The link was not opened, since a run is using the list.").await;
        browser.origin.open_gate("g");
        browser.until_run("done").await;
        assert_eq!(browser.list().await, list);
    });
}

#[test]
fn a_list_file_of_any_form_is_fetched_without_credentials_and_referrer() {
    let csv = "Name,Picture\na,https://a.example/1.jpg\n";
    let html = "<html><body><img src='pictures/2.jpg'></body></html>";
    let utf16: Vec<u8> =
        "\u{feff}https://a.example/3.jpg".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let site = Site::page().with("list.csv", csv).with("page.html", html).with("utf16.txt", utf16);
    with_page_of(site, async |browser| {
        for (file, plan) in [
            ("list.csv", "CSV, 2 columns, addresses in “Picture” · 1 URL"),
            ("page.html", "HTML · 1 URL from 1 origin"),
            ("utf16.txt", "1 URL from 1 origin"),
        ] {
            let address = format!("{}{file}", browser.address);
            browser.open_with(&format!("#list={address}")).await;
            browser.until_note(&format!("The list is from {address}")).await;
            let plan = serde_json::to_string(plan).unwrap();
            browser.until(&format!("document.getElementById('plan').textContent.startsWith({plan})")).await;
            browser.until_run("idle").await;
        }
        // A list of another origin, percent-encoded.
        browser.execute("document.cookie = 'a=b'", vec![]).await;
        let hex: String = "https://a.example/4.jpg".bytes().map(|byte| format!("{byte:02x}")).collect();
        let address = browser.origin.url(&format!("/bytes?hex={hex}&type=text/plain&key=list"));
        let address = address.replace("127.0.0.1", "localhost");
        let encoded = address.replace(':', "%3A").replace('/', "%2F").replace('&', "%26");
        browser.open_with(&format!("#list={encoded}")).await;
        browser.until_note(&format!("The list is from {address}")).await;
        assert_eq!(browser.list().await, "https://a.example/4.jpg");
        let log = browser.origin.log("list");
        let headers = log[0]["headers"].to_string().to_lowercase();
        assert!(!headers.contains("referer") && !headers.contains("cookie"), "{headers}");
    });
}

#[test]
fn relative_addresses_of_a_fetched_page_are_resolved_against_it() {
    let html = "<html><body><img src='samples/01-dawn.jpg'></body></html>";
    with_page_of(Site::page().with("gallery.html", html), async |browser| {
        for settings in ["", "settings=skip-images%3Don&"] {
            browser.open_with(&format!("#{settings}list={}gallery.html", browser.address)).await;
            browser.until("document.getElementById('plan').textContent.includes('1 URL')").await;
            browser.fetch().await;
            assert_eq!(browser.save_entries().await[0].0, "01-dawn.jpg", "{settings}");
        }
    });
}

#[test]
fn a_list_that_cannot_be_had_says_why_and_leaves_the_list() {
    let large = vec![b'x'; 65_000_000];
    let site = Site::page().with("large.txt", large).with("photo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    with_page_of(site, async |browser| {
        let site = |path: &str| format!("{}{path}", browser.address);
        let refused = browser.origin.url("/image/1/64x48.jpg?cors=off").replace("127.0.0.1", "localhost");
        for (list, reason) in [
            (site("gone.txt"), "gone.txt can’t be fetched: its host answers with status 404."),
            (site("large.txt"), "large.txt is too large for a list: more than 64.0 MB."),
            (site("photo.png"), "photo.png is "),
            (refused, "its host was not reached, or does not let other sites read it (CORS)."),
            ("https://nowhere.invalid/list.txt".into(), "its host was not reached"),
            ("javascript:alert(1)".into(), "begins with https://, not \"javascript:alert(1)\"."),
            (
                "data:text/plain,https://a.example/1.jpg".into(),
                "begins with https://, not \"data:text/plain,",
            ),
            ("file:///etc/passwd".into(), "begins with https://, not \"file:///etc/passwd\"."),
            ("ftp://a.example/list.txt".into(), "begins with https://, not \"ftp://"),
            ("blob:https://a.example/1".into(), "begins with https://, not \"blob:"),
            (String::new(), "begins with https://, not \"\"."),
            ("%E0%A4%A".into(), "percent-encoding is damaged"),
        ] {
            browser.fill("https://a.example/mine.jpg").await;
            browser.until("localStorage.getItem('fetchzip.list') === 'https://a.example/mine.jpg'").await;
            browser.hash(&format!("#list={list}")).await;
            browser.until_note(reason).await;
            assert!(browser.note().await.ends_with("The list was not changed."), "{list}");
            assert_eq!(browser.list().await, "https://a.example/mine.jpg", "{list}");
            browser.hash("").await;
        }
    });
}

#[test]
fn a_list_whose_host_stands_still_is_not_waited_for() {
    with_page(async |browser| {
        // What the page sets to a minute.
        browser
            .execute(
                "const of = AbortSignal.timeout; AbortSignal.timeout = () => of.call(AbortSignal, 100);",
                vec![],
            )
            .await;
        for stalled in ["/fault/stall-head", "/fault/stall"] {
            browser.hash(&format!("#list={}", browser.origin.url(stalled))).await;
            browser
                .until_note("did not arrive within a minute. Download the file, and choose it here.")
                .await;
            browser.hash("").await;
            browser.fill("https://a.example/mine.jpg").await;
        }
    });
}

#[test]
fn a_damaged_or_endless_fragment_says_so_and_loses_nothing() {
    with_page(async |browser| {
        for (fragment, reason) in [
            ("'#urls=%E0%A4%A'", "percent-encoding is damaged"),
            ("'#urls=%'", "percent-encoding is damaged"),
            // As a page sees a fragment that is too long; Chromium does not open such an address itself.
            ("'#urls=' + 'https://a.example/1.jpg,'.repeat(430000)", "has more than 2 MB"),
        ] {
            browser.fill("https://a.example/mine.jpg").await;
            // Chromium refuses to go to more than 2 MB, so the page is told of it.
            let script = format!(
                "try {{ location.hash = {fragment}; }} catch (error) {{ void error; }}
                 return location.hash.length;"
            );
            let length = browser.execute(&script, vec![]).await.as_u64().unwrap();
            if length > 1 {
                browser.until_note(reason).await;
                assert!(browser.note().await.ends_with("The list was not changed."));
            }
            assert_eq!(browser.list().await, "https://a.example/mine.jpg");
            browser.hash("").await;
        }
    });
}

/// Has the clipboard and the system's sheet for sharing record what they get, or refuse it.
const CLIPBOARD: &str = "window.copied = [];
    const [refuses, touched, closes] = arguments;
    const written = async (text) => {
      if (refuses) throw new DOMException('not allowed', 'NotAllowedError');
      copied.push(text);
    };
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: written }, configurable: true });
    const share = async ({ url }) => {
      if (closes) throw new DOMException('closed', 'AbortError');
      copied.push(`shared ${url}`);
    };
    Object.defineProperty(navigator, 'share', { value: share, configurable: true });
    window.matchMedia = (query) => ({ matches: touched && query === '(pointer: coarse)' });";

#[test]
fn a_copied_link_brings_the_whole_list_along() {
    with_page(async |browser| {
        let list =
            "# it's my list\nhttps://a.example/my%20cat (1).jpg\nhttps://a.example/[1-3].jpg?a=b&c=100%";
        for list in [list, "https://a.example/1.jpg\nhttps://a.example/2.jpg"] {
            browser.paste(list).await;
            browser.with_clipboard(false, false, false).await;
            browser.press("Copy link").await;
            browser.until_note("Link copied, with ").await;
            let link = browser.copied().await;
            assert!(link.starts_with(&format!("{}#urls=", browser.address)), "{link}");
            browser.fill("https://a.example/other.jpg").await;
            browser.open_with(&link[link.find('#').unwrap()..]).await;
            browser.until_note("The list came with the link").await;
            assert_eq!(browser.list().await, list);
        }
    });
}

#[test]
fn a_link_with_addresses_that_look_signed_comes_with_a_warning() {
    with_page(async |browser| {
        const WARNING: &str = "Some addresses look signed: anyone who gets the link can use them too.";
        let list = |query: &str| format!("https://a.example/1.jpg?w=3\nhttps://b.example/2.jpg?{query}=abc");
        for query in ["X-Amz-Signature", "token", "sig"] {
            browser.paste(&list(query)).await;
            for (refuses, says) in
                [(false, "Link copied, with 2 URLs. "), (true, "Copy this link, with 2 URLs. ")]
            {
                browser.with_clipboard(refuses, false, false).await;
                browser.press("Copy link").await;
                browser.until_note(&format!("{says}{WARNING}")).await;
            }
        }
        browser.with_clipboard(false, true, false).await;
        browser.press("Copy link").await;
        browser.until_note(WARNING).await;
        browser.paste(&list("width")).await;
        browser.with_clipboard(false, false, false).await;
        browser.press("Copy link").await;
        browser.until_note("Link copied, with 2 URLs.").await;
        assert!(!browser.text().await.contains("look signed"));
    });
}

#[test]
fn a_copied_link_brings_the_settings_along_but_none_that_are_the_user_s_own() {
    with_page(async |browser| {
        browser.paste("https://a.example/1.jpg?a=b&c=d\nhttps://a.example/2.jpg").await;
        browser.choose("Sequential").await;
        browser.open_more_options().await;
        browser.name_by("100% {index+1}&{name}").await;
        browser.execute("const at = document.getElementById('filter-width'); at.value = '800-'; at.dispatchEvent(new Event('change'))", vec![]).await;
        browser.relay("https://relay.example/?").await;
        browser.with_clipboard(false, false, false).await;
        browser.press("Copy link").await;
        browser.until_note("Link copied, with 2 URLs.").await;
        let link = browser.copied().await;
        assert!(
            link.starts_with(&format!("{}#settings=", browser.address)) && link.contains("&urls="),
            "{link}"
        );
        assert!(!link.contains("relay"), "{link}");
        let list = browser.list().await;
        browser.press("Forget").await;
        browser.relay("https://mine.example/?").await;
        browser.until("document.activeElement.value === 'https://mine.example/?'").await;
        browser.press_keys(&[TAB]).await;
        browser.open_with(&link[link.find('#').unwrap()..]).await;
        browser
            .until_note("The list came with the link; nothing has been fetched yet. It also set the mode, names and filters; Undo brings back yours.")
            .await;
        assert_eq!(browser.list().await, list);
        assert!(browser.the("radio", "Sequential").await.is_selected().await.unwrap());
        let values =
            "return ['names', 'filter-width', 'relay'].map((id) => document.getElementById(id).value)";
        assert_eq!(
            browser.execute(values, vec![]).await,
            json!(["100% {index+1}&{name}", "800-", "https://mine.example/?"])
        );
        browser.until("document.getElementById('more').open").await;
        // What a link has no setting for is as in the beginning, the mode included.
        browser.open_with("#settings=names%3Da&urls=https://a.example/3.jpg").await;
        browser.until("document.getElementById('names').value === 'a'").await;
        assert!(browser.the("radio", "Concurrent").await.is_selected().await.unwrap());
        // No link decides what the zip discloses, or how long the page is busy with its list.
        let hostile = "mode=sequential\nat-once=5000\nrecord-whole=on\nfilter-address=/(a+)+$/\nrelay=x";
        let address = format!("https://a.example/{}", "a".repeat(40));
        let encode = "return encodeURIComponent(arguments[0])";
        let encoded = browser.execute(encode, vec![hostile.into()]).await;
        browser.open_with(&format!("#settings={}&urls={address}", encoded.as_str().unwrap())).await;
        browser.until("document.getElementById('at-once').value === '1000'").await;
        let values = "return ['filter-address', 'relay', 'record-whole'].map((id) => {
            const { type, checked, value } = document.getElementById(id);
            return type === 'checkbox' ? checked : value;
        })";
        assert_eq!(browser.execute(values, vec![]).await, json!(["", "https://mine.example/?", false]));
        assert!(browser.the("radio", "Sequential").await.is_selected().await.unwrap());
        // What was there comes back, the settings included.
        browser.press("Undo").await;
        assert_eq!(browser.list().await, "https://a.example/3.jpg");
        assert!(browser.the("radio", "Concurrent").await.is_selected().await.unwrap());
        browser.until("document.getElementById('names').value === 'a'").await;
        // Damaged settings cost no list.
        browser.open_with("#settings=%E0%A4%A&urls=https://a.example/3.jpg").await;
        browser.until_note("The list came with the link").await;
        assert_eq!(browser.list().await, "https://a.example/3.jpg");
    });
}

#[test]
fn a_link_to_a_table_has_its_addresses() {
    with_page(async |browser| {
        browser.paste("Name,Picture\na,https://a.example/a[1-2].jpg\nb,https://a.example/b.jpg\n").await;
        browser.with_clipboard(false, false, false).await;
        browser.press("Copy link").await;
        browser.until_note("Link copied, with 2 URLs. Of the list, it has the addresses alone.").await;
        let link = browser.copied().await;
        browser.open_with(&link[link.find('#').unwrap()..]).await;
        browser.until_note("The list came with the link").await;
        browser.until("document.getElementById('plan').textContent.includes('2 URLs from 1 origin')").await;
        assert_eq!(browser.list().await, "https://a.example/a%5B1-2%5D.jpg\nhttps://a.example/b.jpg");
    });
}

#[test]
fn where_the_clipboard_is_refused_the_link_is_shown_and_selected() {
    with_page(async |browser| {
        browser.press("Copy link").await;
        browser.until_note("There is no address to share yet.").await;
        browser.fill("https://a.example/1.jpg").await;
        browser.with_clipboard(true, false, false).await;
        browser.press("Copy link").await;
        browser.until_note("This browser does not let the page copy. Copy this link, with 1 URL.").await;
        let field = browser.the("textbox", "Link").await;
        let link = field.prop("value").await.unwrap().unwrap();
        assert_eq!(link, format!("{}#urls=https%3A//a.example/1.jpg", browser.address));
        let selected = "const field = document.activeElement;
            return field.value.slice(field.selectionStart, field.selectionEnd)";
        assert_eq!(browser.execute(selected, vec![]).await, link);
        // It goes when the link is in the clipboard.
        browser.with_clipboard(false, false, false).await;
        browser.press("Copy link").await;
        browser.until_note("Link copied, with 1 URL.").await;
        assert!(browser.all("textbox", "Link").await.is_empty());
    });
}

#[test]
fn a_list_that_is_too_long_for_a_link_is_offered_as_a_file() {
    with_page(async |browser| {
        let list = "https://a.example/a-picture.jpg\n".repeat(300);
        browser.paste(&list).await;
        browser.with_clipboard(false, false, false).await;
        browser.press("Copy link").await;
        browser.until_note("and not every program passes on more than 8,000.").await;
        assert_eq!(browser.execute("return copied", vec![]).await, json!([]));
        let field = browser.the("textbox", "Link").await;
        let link = field.prop("value").await.unwrap().unwrap();
        assert_eq!(link, format!("{}#list=https://", browser.address));
        browser.press("Save the list as a file").await;
        let file = browser.downloaded("list.txt").await;
        assert_eq!(std::fs::read_to_string(file).unwrap(), list);
    });
}

#[test]
fn where_a_finger_points_the_link_is_shared() {
    with_page(async |browser| {
        browser.fill("https://a.example/1.jpg").await;
        browser.with_clipboard(false, true, false).await;
        browser.press("Copy link").await;
        browser.until("copied.length === 1").await;
        let link = format!("{}#urls=https%3A//a.example/1.jpg", browser.address);
        assert_eq!(browser.copied().await, format!("shared {link}"));
        // Who closes the sheet wants nothing else.
        browser.with_clipboard(false, true, true).await;
        browser.press("Copy link").await;
        browser.press("Copy link").await;
        assert_eq!(browser.execute("return copied", vec![]).await, json!([]));
    });
}

/// A page of another site with images in all places.
const GALLERY: &str = r#"<!doctype html><html lang="en"><head><title>gallery</title>
    <meta property="og:image" content="/i/og.jpg">
    <style>.hero { background-image: url("i/hero.jpg"), url(i/second.png); }
    .before::before { content: ""; background: url(i/before.gif); }</style></head><body>
    <img src="i/small.jpg" srcset="i/small.jpg 480w, i/large.jpg 1200w, i/middle.jpg 800w">
    <picture><source srcset="i/p-1.avif, i/p-2.avif 2x"><img src="i/p.jpg"></picture>
    <img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" data-src="i/lazy.jpg">
    <img src="i/plain.jpg"><img src="i/plain.jpg"><img src=""><img>
    <a href="i/full.PNG?x=1,2">full</a> <a href="next.html">next</a> <a href="javascript:void 0">no</a>
    <div class="hero before"></div><video poster="i/poster.jpg"></video><input type="image" src="i/input.png">
    <div id="host"></div><iframe srcdoc="<img src='i/frame.jpg'>"></iframe>
    <script>host.attachShadow({ mode: "open" }).innerHTML = "<img src='i/shadow.jpg'>";</script>
    </body></html>"#;

#[test]
fn the_bookmark_of_the_help_page_collects_the_images_of_another_page() {
    if !requires(Capability::OpenedTabs) {
        return;
    }
    with_page_of(Site::page().with("gallery.html", GALLERY), async |browser| {
        browser.client.goto(&format!("{}help.html", browser.address)).await.unwrap();
        browser.until("document.getElementById('bookmarklet').href.startsWith('javascript:')").await;
        let code = browser.execute("return document.getElementById('bookmarklet').href", vec![]).await;
        let field = browser.execute("return document.getElementById('bookmarklet-code').value", vec![]).await;
        assert_eq!(code, field);
        browser.client.goto(&format!("{}gallery.html", browser.address)).await.unwrap();
        browser.until("document.querySelector('iframe').contentDocument?.images.length === 1").await;
        let before = browser.client.windows().await.unwrap();
        browser.run_bookmark(&code).await;
        let mut windows = before.clone();
        let opened = async || browser.client.windows().await.unwrap();
        browser.until_met("another tab", async || opened().await.len() > before.len()).await;
        windows = opened().await.into_iter().filter(|window| !windows.contains(window)).collect();
        browser.client.switch_to_window(windows.remove(0)).await.unwrap();
        browser.until_ready().await;
        browser.until_note("The list came with the link").await;
        let expected = [
            "i/og.jpg",
            "i/large.jpg",
            "i/p-2.avif",
            "i/lazy.jpg",
            "i/plain.jpg",
            "i/full.PNG?x=1,2",
            "i/hero.jpg",
            "i/second.png",
            "i/before.gif",
            "i/poster.jpg",
            "i/input.png",
            "i/shadow.jpg",
            "i/frame.jpg",
        ];
        let expected: Vec<_> = expected.iter().map(|path| format!("{}{path}", browser.address)).collect();
        let list = browser.list().await;
        assert_eq!(list.lines().collect::<Vec<_>>(), expected);
        browser.until("document.getElementById('plan').textContent.includes('13 URLs')").await;
        browser.until_run("idle").await;
    });
}

#[test]
fn the_bookmark_knows_its_page_wherever_that_is_hosted() {
    with_page_of(Site::page().with_page_below("deep"), async |browser| {
        browser.client.goto(&format!("{}deep/help.html", browser.address)).await.unwrap();
        browser.until("document.getElementById('bookmarklet').href.startsWith('javascript:')").await;
        let address =
            "return decodeURIComponent(document.getElementById('bookmarklet').href).includes(arguments[0])";
        let page = format!("(\"{}deep/\")", browser.address);
        assert_eq!(browser.execute(address, vec![page.into()]).await, true);
        let examples = "return document.querySelector('.example').textContent";
        let example = browser.execute(examples, vec![]).await;
        assert!(example.as_str().unwrap().starts_with(&format!("{}deep/#urls=https://", browser.address)));
        // A click has nothing to collect here, and runs nothing.
        browser.click("link", "Images to fetchzip").await;
        browser.until("document.getElementById('bookmarklet-note').textContent.includes('Drag it')").await;
    });
}

#[test]
fn a_page_without_images_is_told_so_by_the_bookmark() {
    with_page_of(Site::page().with("empty.html", "<!doctype html><title>x</title>"), async |browser| {
        browser.client.goto(&format!("{}help.html", browser.address)).await.unwrap();
        browser.until("document.getElementById('bookmarklet').href.startsWith('javascript:')").await;
        let code = browser.execute("return document.getElementById('bookmarklet').href", vec![]).await;
        browser.client.goto(&format!("{}empty.html", browser.address)).await.unwrap();
        browser.execute("window.alert = (text) => (window.said = text)", vec![]).await;
        browser.run_bookmark(&code).await;
        let said = browser.execute("return window.said", vec![]).await;
        assert_eq!(said, "fetchzip found no images on this page.");
    });
}

impl Browser {
    /// Loads the page anew with a fragment.
    async fn open_with(&self, fragment: &str) {
        // From another document: otherwise it would be a change of the fragment alone.
        self.until("(localStorage.getItem('fetchzip.list') ?? '') === document.getElementById('list').value")
            .await;
        self.client.goto(&format!("{}demo.json", self.address)).await.unwrap();
        self.client.goto(&format!("{}{fragment}", self.address)).await.unwrap();
        self.until_ready().await;
    }

    /// Changes the fragment of the open page.
    async fn hash(&self, fragment: &str) {
        self.execute("location.hash = arguments[0]", vec![fragment.into()]).await;
    }

    async fn reload_page(&self) {
        self.client.refresh().await.unwrap();
        self.until_ready().await;
    }

    /// Sets what the clipboard and the system's sheet for sharing do.
    async fn with_clipboard(&self, refuses: bool, is_touched: bool, closes: bool) {
        self.execute(CLIPBOARD, vec![refuses.into(), is_touched.into(), closes.into()]).await;
    }

    /// The text that was copied last.
    async fn copied(&self) -> String {
        self.execute("return copied.at(-1)", vec![]).await.as_str().unwrap().to_owned()
    }

    /// Runs a bookmark's `javascript:` address, as a click on it does.
    async fn run_bookmark(&self, address: &Value) {
        let script = "(0, eval)(decodeURIComponent(arguments[0].slice('javascript:'.length)))";
        self.execute(script, vec![address.clone()]).await;
    }
}
