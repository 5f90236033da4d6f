//! What the requests of a run carry, as the server sees it.

use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};

use super::extension_driver::{header, with_extension, with_extension_page};

/// Cookies of the server, of each kind, set by a page of its own.
async fn sign_in(browser: &Browser) {
    browser.show_page("sign-in.html", "<!doctype html><title>signed in</title>").await;
    let set = "document.cookie = 'strict=1; SameSite=Strict'; document.cookie = 'lax=1; SameSite=Lax';
        document.cookie = 'plain=1';";
    browser.execute(set, vec![]).await;
}

#[test]
fn cookies_are_sent_only_to_the_hosts_that_the_user_has_named() {
    with_extension(async |browser| {
        sign_in(browser).await;
        browser.open_extension().await;
        browser.type_list(&[browser.origin.url("/image/1/64x48.jpg?cors=off&key=unasked")]).await;
        browser.fetch().await;
        let log = browser.origin.log("unasked");
        assert!(log.iter().all(|request| header(request, "cookie").is_none()), "{log:?}");

        browser.open_more_options().await;
        browser.enter("textbox", "Use my sign-in for", "127.0.0.1, elsewhere.example").await;
        browser.type_list(&[browser.origin.url("/image/1/64x48.jpg?cors=off&key=asked")]).await;
        browser.fetch().await;
        let log = browser.origin.log("asked");
        let cookies = header(&log[0], "cookie").unwrap_or_default();
        for cookie in ["strict=1", "lax=1", "plain=1"] {
            assert!(cookies.contains(cookie), "{cookies}");
        }
    });
}

#[test]
fn no_host_that_requests_are_passed_on_to_gets_a_cookie() {
    if !requires(Capability::PermissionAnswers) {
        return;
    }
    with_extension(async |browser| {
        sign_in(browser).await;
        // The same page of the other host name, whose cookies are its own.
        let other = |address: &str| address.replace("127.0.0.1", "localhost");
        let page = browser.client.current_url().await.unwrap();
        browser.client.goto(&other(page.as_str())).await.unwrap();
        browser.execute("document.cookie = 'other=1'", vec![]).await;
        browser.open_extension().await;
        browser.open_more_options().await;
        browser.enter("textbox", "Use my sign-in for", "127.0.0.1").await;
        let target = other(&browser.origin.url("/image/1/64x48.jpg"));
        let passed_on = browser.origin.url("/fault/redirect?key=first&to=") + &target + "%3Fkey=target";
        let direct = other(&browser.origin.url("/image/2/64x48.jpg?key=target"));
        browser.type_list(&[passed_on, direct]).await;
        browser.fetch().await;
        assert!(header(&browser.origin.log("first")[0], "cookie").is_some());
        let log = browser.origin.log("target");
        assert_eq!(log.len(), 2);
        assert!(log.iter().all(|request| header(request, "cookie").is_none()), "{log:?}");
    });
}

#[test]
fn hosts_that_the_user_signs_in_to_get_four_requests_at_once_unless_another_number_is_set() {
    with_extension_page(async |browser| {
        browser.open_more_options().await;
        browser.enter("textbox", "Use my sign-in for", "127.0.0.1").await;
        let list = |key: &str| -> Vec<String> {
            (0..20)
                .map(|n| browser.origin.url(&format!("/image/{n}/800b.jpg?latency=40&key={key}")))
                .collect()
        };
        browser.type_list(&list("four")).await;
        browser.fetch().await;
        assert_eq!(browser.origin.counters("four")["mostInFlight"], 4);
        browser.enter("spinbutton", "At once", "2").await;
        browser.type_list(&list("two")).await;
        browser.fetch().await;
        assert_eq!(browser.origin.counters("two")["mostInFlight"], 2);
    });
}

#[test]
fn collected_images_carry_their_page_as_referer_and_nothing_else_does() {
    with_extension(async |browser| {
        let image = "/image/1/64x48.jpg?cors=off&key=shown";
        browser
            .show_page("gallery.html", &format!("<!doctype html><img src=\"{{{{origin}}}}{image}\">"))
            .await;
        let page = browser.client.current_url().await.unwrap().to_string();
        let tab = browser.client.window().await.unwrap();
        browser.press_toolbar_button().await;
        assert_eq!(browser.collected().await, [browser.origin.url(image)]);
        browser.until_list_is_read(1).await;
        let before = browser.origin.log("shown").len();
        browser.fetch().await;
        let log = browser.origin.log("shown");
        let fetched: Vec<_> = log[before..].iter().map(|request| header(request, "referer")).collect();
        assert_eq!(fetched, [Some(page.as_str())]);

        // The rule is gone with the run, and a list that is typed has no page.
        let rules = "return (globalThis.browser ?? chrome).declarativeNetRequest.getSessionRules();";
        assert_eq!(browser.execute_async(rules, vec![]).await, serde_json::json!([]));
        browser.type_list(&[browser.origin.url("/image/2/64x48.jpg?cors=off&key=typed")]).await;
        browser.fetch().await;
        assert_eq!(header(&browser.origin.log("typed")[0], "referer"), None);

        // During a run, what the page itself asks for is as it was.
        let own = browser.client.window().await.unwrap();
        let held = browser.origin.url("/image/4/64x48.jpg?cors=off&gate=g&key=held");
        browser.type_list(&[browser.origin.url(image), held]).await;
        browser.press("Fetch").await;
        browser.origin.wait("held", "requests=1");
        browser.client.switch_to_window(tab).await.unwrap();
        let ask = "await fetch(arguments[0], { referrerPolicy: 'no-referrer', credentials: 'omit' });";
        browser.execute_async(ask, vec![browser.origin.url("/image/3/64x48.jpg?key=page").into()]).await;
        assert_eq!(header(&browser.origin.log("page")[0], "referer"), None);
        browser.client.switch_to_window(own).await.unwrap();
        browser.origin.open_gate("g");
        browser.until_run("done").await;
    });
}

#[test]
fn rules_that_a_crash_has_left_are_removed_when_the_page_is_opened() {
    with_extension_page(async |browser| {
        let leave = "const api = globalThis.browser ?? chrome;
            const { id } = await api.tabs.getCurrent();
            const action = { type: 'modifyHeaders', requestHeaders: [{ header: 'cookie', operation: 'remove' }] };
            const rule = (id, tab) => ({ id, action, condition: { tabIds: [tab], resourceTypes: ['xmlhttprequest'] } });
            await api.declarativeNetRequest.updateSessionRules({ addRules: [rule(1, id), rule(2, 999_999)] });";
        browser.execute_async(leave, vec![]).await;
        browser.open_extension().await;
        let rules =
            "return (await (globalThis.browser ?? chrome).declarativeNetRequest.getSessionRules()).length;";
        browser
            .until_met("the rules are gone", async || browser.execute_async(rules, vec![]).await == 0)
            .await;
    });
}

#[test]
fn a_list_from_elsewhere_is_not_fetched_in_the_user_s_name() {
    with_extension_page(async |browser| {
        browser.open_more_options().await;
        browser.enter("textbox", "Use my sign-in for", "127.0.0.1").await;
        let link = browser.origin.url("/image/1/64x48.jpg?key=linked").replace('&', "%26");
        browser.execute("location.hash = `urls=${arguments[0]}`", vec![link.into()]).await;
        browser.until_list_is_read(1).await;
        let field = browser.the("textbox", "Use my sign-in for").await;
        assert_eq!(field.prop("value").await.unwrap().as_deref(), Some(""));
        let note = browser.text_of("sign-in-problem").await;
        assert!(note.contains("your sign-in is not used"), "{note}");
    });
}
