//! What requests carry: cookies, headers, methods and bodies; and that nothing of it goes to another origin.

use serde_json::{Value, json};

use super::package_driver::{PLACES, Place, with_package, with_package_over_http2, with_package_under};
use crate::browser::Browser;
use crate::browser::capability::{Capability, requires};

/// The outcome of each item: its error's kind and status, or "stored".
const OUTCOMES: &str = "return result.items.map(({ outcome, error }) =>
    error === null ? outcome : error.status ?? error.kind);";

async fn outcomes(browser: &Browser, place: Place, call: &str, args: Value) -> Value {
    browser.run(place, &format!("const result = await {call}; {OUTCOMES}"), args).await.unwrap()
}

/// The headers of the requests of a group, without those that only ask whether they may be sent.
fn headers_of(browser: &Browser, key: &str) -> Vec<Value> {
    let log = browser.origin.log(key).into_iter();
    log.filter(|request| request["method"] != "OPTIONS").map(|request| request["headers"].clone()).collect()
}

fn header<'a>(headers: &'a Value, name: &str) -> Option<&'a str> {
    headers[name].as_str()
}

#[test]
fn cookies_go_to_the_page_s_own_origin_and_elsewhere_only_on_request() {
    with_package(async |browser| {
        browser.execute("document.cookie = 'session=1; path=/'", vec![]).await;
        let path = "/image/1/64x48.jpg?cookie=session%3D1&cors=credentials";
        let own = format!("{}own{path}", browser.address);
        let other = browser.origin.url(path);
        for place in PLACES {
            for (url, request, expected) in [
                (&own, json!(null), json!(["stored"])),
                (&own, json!({ "credentials": "omit" }), json!([401])),
                (&other, json!(null), json!([401])),
                (&other, json!({ "credentials": "include" }), json!(["stored"])),
            ] {
                let args = json!({ "url": url, "request": request });
                let call = "fetchZip([args.url], { request: args.request ?? undefined })";
                assert_eq!(outcomes(browser, place, call, args).await, expected, "{place:?} {url} {request}");
            }
        }
    });
}

#[test]
fn headers_reach_the_server_by_each_way_to_give_them() {
    with_package(async |browser| {
        browser.origin.get("/control/token?token=api&value=secret");
        let path = "/image/1/64x48.jpg?bearer=api&key=";
        let calls = [
            ("none", "fetchZip([args])", json!([401])),
            ("object", "fetchZip([args], { request: { headers } })", json!(["stored"])),
            ("source", "fetchZip([{ url: args, request: { headers } }])", json!(["stored"])),
            ("request", "fetchZip([new Request(args, { headers })])", json!(["stored"])),
            ("inside", "fetchZip([{ url: new Request(args, { headers }), name: 'x' }])", json!(["stored"])),
            (
                "function",
                "fetchZip([args], { request: async () => ({ headers: new Headers(headers) }) })",
                json!(["stored"]),
            ),
            (
                "wins",
                "fetchZip([{ url: args, request: { headers } }], { request: { headers: { authorization: 'Bearer wrong' } } })",
                json!(["stored"]),
            ),
        ];
        for place in PLACES {
            for (key, call, expected) in &calls {
                let key = format!("{key}{place:?}");
                let url = browser.origin.url(&format!("{path}{key}"));
                let call = format!(
                    "(() => {{ const headers = {{ Authorization: 'Bearer secret' }}; return {call}; }})()"
                );
                assert_eq!(outcomes(browser, place, &call, json!(url)).await, *expected, "{key}");
            }
        }
    });
}

#[test]
fn a_request_counts_whole() {
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("post{place:?}");
            let url = browser.origin.url(&format!("/image/1/64x48.jpg?key={key}"));
            let call = "fetchZip([new Request(args, { method: 'POST', body: new URLSearchParams({ id: '7' }) }),
                { url: args, request: { method: 'POST', body: new Uint8Array(9) } }], { mode: 'sequential' })";
            assert_eq!(outcomes(browser, place, call, json!(url)).await, json!(["stored", "stored"]));
            let log: Vec<_> =
                browser.origin.log(&key).into_iter().filter(|r| r["method"] == "POST").collect();
            let first = &log[0]["headers"];
            assert_eq!(header(first, "content-length"), Some("4"));
            assert!(header(first, "content-type").unwrap().starts_with("application/x-www-form-urlencoded"));
            assert_eq!(header(&log[1]["headers"], "content-length"), Some("9"));
        }
    });
}

#[test]
fn headers_methods_and_credentials_go_over_http_2_after_their_preflight() {
    if !requires(Capability::Proxy) {
        return;
    }
    with_package_over_http2(async |browser, host| {
        browser.origin.get("/control/token?token=api&value=secret");
        for place in PLACES {
            let key = format!("multiplexed{place:?}");
            let url =
                format!("{host}/image/1/64x48.jpg?bearer=api&wants=x-key%3D7&cors=credentials&key={key}");
            let call = "(() => {
                const headers = { Authorization: 'Bearer secret', 'X-Key': '7' };
                return fetchZip(
                  [args, new Request(args, { method: 'POST', body: 'four', headers, credentials: 'include' })],
                  { request: { headers, credentials: 'include' }, mode: 'sequential' });
            })()";
            let sent = outcomes(browser, place, call, json!(url)).await;
            assert_eq!(sent, json!(["stored", "stored"]), "{place:?}");
            let log = browser.origin.log(&key);
            let sent: Vec<_> = log.iter().map(|request| (&request["protocol"], &request["method"])).collect();
            let [h2, options, get, post] = ["HTTP/2", "OPTIONS", "GET", "POST"].map(|text| json!(text));
            assert_eq!(sent, [(&h2, &options), (&h2, &get), (&h2, &options), (&h2, &post)], "{place:?}");
            assert_eq!(header(&log[3]["headers"], "content-length"), Some("4"), "{place:?}");
            // Without them it is refused, so they are what counted.
            assert_eq!(outcomes(browser, place, "fetchZip([args])", json!(url)).await, json!([401]));
        }
    });
}

#[test]
fn a_request_that_cannot_be_sent_is_refused_by_name_before_any_is() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg?key=refused");
        let other = format!("{}/image/1/64x48.jpg?key=refused", browser.origin.cross);
        let cases = [
            ("[url, used]", "urls[1] must be a Request"),
            ("[new Request(url, { mode: 'no-cors' })]", "urls[0] must be a Request"),
            ("[url], { request: 5 }", "options.request must be an object"),
            ("[url], { request: { credentials: 'always' } }", "options.request.credentials"),
            ("[url], { request: { mode: 'no-cors' } }", "options.request.mode"),
            ("[{ url, request: { body: 5 } }]", "urls[0].request.body"),
            ("[{ url, request: { headers: { 'a b': 'secret' } } }]", "urls[0].request.headers"),
            ("[{ url, request: { headers: { a: 'secret\\u0000' } } }]", "urls[0].request.headers"),
            ("[url, other], { request: { headers: { a: 'secret' } } }", "of one origin"),
            ("[url, other], { request: { credentials: 'include' } }", "of one origin"),
            ("[{ url, fallbacks: [other], request: { headers: { a: 'secret' } } }]", "urls[0] has headers"),
        ];
        for (arguments, message) in cases {
            let body = format!(
                "const {{ url, other }} = args; const used = new Request(url, {{ method: 'POST', body: 'x' }});
                 await used.text(); await fetchZip({arguments})"
            );
            let args = json!({ "url": url, "other": other });
            let rejection = browser.run(Place::Page, &body, args).await.expect_err(arguments);
            assert_eq!(rejection.class, "TypeError", "{arguments}: {rejection:?}");
            assert!(rejection.message.contains(message), "{arguments}: {rejection:?}");
            assert!(!rejection.message.contains("secret"), "{rejection:?}");
            if message == "of one origin" {
                assert!(
                    rejection.message.contains(&browser.origin.cross),
                    "it names the second: {rejection:?}"
                );
            }
        }
        assert_eq!(browser.origin.counters("refused")["requests"], 0);
    });
}

#[test]
fn headers_do_not_follow_a_redirect_to_another_origin() {
    with_package(async |browser| {
        let target = "/image/1/64x48.jpg?key=there";
        let to = |origin: &str| {
            let target: String =
                format!("{origin}{target}").bytes().map(|byte| format!("%{byte:02X}")).collect();
            browser.origin.url(&format!("/fault/redirect?to={target}"))
        };
        let away = to(&browser.origin.cross);
        for place in PLACES {
            // Browsers remove this one themselves.
            let call = "fetchZip([args], { request: { headers: { Authorization: 'Bearer secret' } } })";
            assert_eq!(outcomes(browser, place, call, json!(away)).await, json!(["stored"]), "{place:?}");
            let call = "fetchZip([args], { request: { headers: { 'X-Key': 'secret' } } })";
            assert_eq!(outcomes(browser, place, call, json!(away)).await, json!(["request"]), "{place:?}");
            let sent = json!(headers_of(browser, "there")).to_string();
            assert!(!sent.contains("secret"), "{sent}");
            // Within its origin it does.
            browser.origin.get("/control/reset?key=there");
            let call = "fetchZip([args], { request: { headers: { 'X-Key': 'secret' } } })";
            let here = to(&browser.origin.http);
            assert_eq!(outcomes(browser, place, call, json!(here)).await, json!(["stored"]), "{place:?}");
            let last = headers_of(browser, "there").pop().unwrap();
            assert_eq!(header(&last, "x-key"), Some("secret"));
            browser.origin.get("/control/reset?key=there");
        }
    });
}

#[test]
fn a_request_s_own_signal_ends_its_own_item() {
    with_package(async |browser| {
        for place in PLACES {
            let key = format!("own{place:?}");
            let args = json!({
                "held": browser.origin.url(&format!("/image/1/64x48.jpg?key={key}&gate=never")),
                "other": browser.origin.url("/image/2/64x48.jpg"),
                "arrived": format!("{}/control/wait?key={key}&inFlight=1", browser.origin.cross),
            });
            let call = "(async () => {
                const controller = new AbortController();
                const run = fetchZip([new Request(args.held, { signal: controller.signal }), args.other]);
                await fetch(args.arrived);
                controller.abort();
                return run;
            })()";
            let ended = outcomes(browser, place, call, args).await;
            assert_eq!(ended[1], "stored", "{place:?}: {ended}");
            assert!(ended[0] == "stopped" || ended[0] == "skipped", "{place:?}: {ended}");
        }
    });
}

#[test]
fn what_requests_carry_is_read_before_the_first_call_returns() {
    with_package(async |browser| {
        let args = json!({
            "url": browser.origin.url("/image/1/64x48.jpg?key=read"),
            "module": format!("{}pkg/fetchzip.js?first", browser.address),
        });
        let call = "(async () => {
            const { fetchZip: first } = await import(args.module);
            const common = { 'X-Common': 'old' }, own = new Headers({ 'X-Own': 'old' });
            const body = new TextEncoder().encode('old'), lastModified = new Date(Date.UTC(2020, 1, 2));
            const run = first([
                { url: args.url, request: { method: 'POST', headers: own, body } },
                { name: 'a.txt', data: 'a', lastModified },
            ], { request: { headers: common } });
            common['X-Common'] = 'new';
            own.set('X-Own', 'new');
            body.fill(0);
            lastModified.setTime(0);
            const result = await run;
            globalThis.zip = await base64(result.blob);
            return result;
        })()";
        assert_eq!(outcomes(browser, Place::Page, call, args).await, json!(["stored", "stored"]));
        let headers = headers_of(browser, "read").remove(0);
        assert_eq!((header(&headers, "x-common"), header(&headers, "x-own")), (Some("old"), Some("old")));
        assert_eq!(header(&headers, "content-length"), Some("3"));
        let year = browser
            .run(Place::Page, "return atob(zip).includes(String.fromCharCode(0x42, 0x50))", json!({}))
            .await;
        assert_eq!(year.unwrap(), true, "2020-02-02 in the date of MS-DOS");
    });
}

#[test]
fn what_a_source_carries_reaches_no_other_origin_by_the_caller_s_function() {
    with_package(async |browser| {
        for place in PLACES {
            let args = json!({
                "of": browser.origin.url("/image/1/64x48.jpg"),
                "other": format!("{}/image/1/64x48.jpg?key=other{place:?}", browser.origin.cross),
            });
            let call = "fetchZip([
                { url: args.of, request: { headers: { Authorization: 'Bearer of' } } },
                { url: args.of, request: { credentials: 'include' } },
                { url: args.of, request: { method: 'POST', body: 'of' } },
                new Request(args.of, { headers: { 'X-Of': 'of' } }),
                args.of,
            ], { request: () => ({ url: args.other }), retries: 0 })";
            let ended = outcomes(browser, place, call, args.clone()).await;
            assert_eq!(ended, json!(["request", "request", "request", "request", "stored"]), "{place:?}");
            let log = browser.origin.log(&format!("other{place:?}"));
            assert!(log.iter().all(|request| request["method"] == "GET"), "{log:?}");
            assert!(headers_of(browser, &format!("other{place:?}")).iter().all(|headers| {
                ["authorization", "x-of", "cookie"].iter().all(|name| header(headers, name).is_none())
            }));
            let message =
                "const { items } = await fetchZip([{ url: args.of, request: { headers: { 'X-Of': 'of' } } }],
                { request: () => ({ url: args.other }) }); return items[0].error.message;";
            let message = browser.run(place, message, args).await.unwrap();
            assert!(
                message.as_str().unwrap().contains("options.request returned an address of"),
                "{message}"
            );
        }
    });
}

#[test]
fn what_the_caller_s_function_asks_instead_is_judged_by_its_own_host() {
    with_package(async |browser| {
        for place in PLACES {
            let image = "/image/1/64x48.jpg";
            let args = json!({
                "own": browser.origin.url(image),
                "refused": format!("{}{image}?cors=off", browser.origin.cross),
                "closed": "http://127.0.0.1:1/a.jpg",
            });
            // The origin of the list's addresses answers, and lets itself be read.
            let call = "fetchZip([args.own, args.own, args.own, { url: args.refused, request: { mode: 'same-origin' } }], {
                request: (url, { item }) => ({ url: [undefined, args.refused, args.closed][item] }), retries: 0 })";
            let ended = outcomes(browser, place, call, args).await;
            assert_eq!(ended, json!(["stored", "cors", "unreachable", "request"]), "{place:?}");
        }
    });
}

#[test]
fn the_mode_same_origin_is_checked_of_each_address_in_any_order() {
    with_package(async |browser| {
        let other = json!(browser.origin.url("/image/1/64x48.jpg"));
        let own = "new URL('/', location)";
        for place in PLACES {
            for (listed, expected) in [
                (format!("[{own}, args]"), ["stored", "request"]),
                (format!("[args, {own}]"), ["request", "stored"]),
            ] {
                let options = "{ request: { mode: 'same-origin' }, accept: 'all', retries: 0 }";
                let ended =
                    outcomes(browser, place, &format!("fetchZip({listed}, {options})"), other.clone()).await;
                assert_eq!(ended, json!(expected), "{place:?}");
            }
        }
    });
}

#[test]
fn a_retry_sends_no_header_to_the_origin_that_it_was_refused_for() {
    with_package(async |browser| {
        let args = json!({
            "gone": browser.origin.url("/image/1/64x48.jpg?status=404"),
            "own": browser.origin.url("/image/2/64x48.jpg"),
            "other": format!("{}/image/3/64x48.jpg?key=astray", browser.origin.cross),
        });
        for listed in ["[args.own, args.other]", "[args.gone, args.other]"] {
            let call = format!(
                "(async () => {{
                    async function* arriving() {{ yield* {listed}; }}
                    const result = await fetchZip(arriving(), {{ request: {{ headers: {{ Accept: 'image/jpeg' }} }} }});
                    return result.retry().result;
                  }})()"
            );
            let ended = outcomes(browser, Place::Page, &call, args.clone()).await;
            assert_eq!(ended.as_array().unwrap().last().unwrap(), "request", "{listed}");
        }
        assert_eq!(browser.origin.counters("astray")["requests"], 0);
    });
}

#[test]
fn requests_for_one_address_that_differ_are_not_repeated() {
    with_package(async |browser| {
        let url = browser.origin.url("/image/1/64x48.jpg?key=differ");
        let call = "(() => {
            const post = (body) => ({ url: args, request: { method: 'POST', body } });
            const listed = [args, post('one'), post('two'), post('one'), new Request(args), args,
              { url: args, request: { headers: { Accept: 'image/png' } } },
              new Request(args, { method: 'POST', body: 'one' }), new Request(args, { method: 'POST', body: 'one' })];
            async function* arriving() { yield* listed; }
            return Promise.all([listed, arriving()].map((sources) => fetchZip(sources, { skipRepeated: 'urls' })))
              .then(([{ items }, arrived]) => ({ items: [...items, ...arrived.items] }));
          })()";
        let ended = outcomes(browser, Place::Page, call, json!(url)).await;
        let (kept, out) = ("stored", "left-out");
        let expected = [kept, kept, kept, out, out, out, kept, kept, kept];
        assert_eq!(ended, json!([expected, expected].concat()));
        assert_eq!(browser.origin.counters("differ")["requests"], 12);
    });
}

#[test]
fn an_answer_that_a_function_uses_again_is_read_at_once() {
    with_package_under("worker-src 'none'", async |browser| {
        let args = json!([
            browser.origin.url("/image/1/64x48.jpg?key=first"),
            browser.origin.url("/image/2/64x48.jpg?key=second"),
        ]);
        let call = "(() => { const same = { headers: {} };
            return fetchZip(args, { request: (url) => {
                same.headers['X-Key'] = new URL(url).searchParams.get('key');
                return same;
            } }); })()";
        assert_eq!(outcomes(browser, Place::Page, call, args).await, json!(["stored", "stored"]));
        for key in ["first", "second"] {
            assert_eq!(header(&headers_of(browser, key)[0], "x-key"), Some(key));
        }
    });
}

#[test]
fn where_a_guarded_request_was_redirected_to_is_reported() {
    with_package(async |browser| {
        let url = browser.origin.url("/fault/redirect?to=/image/1/64x48.jpg");
        let body = "const { items } = await fetchZip([args], { request: { headers: { 'X-Key': 'k' } } });
            return [items[0].outcome, items[0].finalUrl];";
        let end = browser.origin.url("/image/1/64x48.jpg");
        assert_eq!(browser.run(Place::Page, body, json!(url)).await.unwrap(), json!(["stored", end]));
    });
}

#[test]
fn nothing_of_what_requests_carry_is_written_anywhere() {
    with_package(async |browser| {
        browser.origin.get("/control/token?token=written&value=secret-1");
        let away = format!("{}%2Fimage%2F1%2F64x48.jpg", browser.origin.cross.replace("://", "%3A%2F%2F"));
        for place in PLACES {
            let args = json!({
                // Large enough for a file of the browser's.
                "stored": browser.origin.url("/image/1/3000000b.jpg?bearer=written&cors=credentials"),
                "refused": browser.origin.url("/image/2/64x48.jpg?bearer=none"),
                "away": browser.origin.url(&format!("/fault/redirect?to={away}")),
                "posted": browser.origin.url("/fault/status/404"),
            });
            let body = "
                const written = [], put = (what) => written.push(JSON.stringify(what));
                for (const name of ['log', 'info', 'warn', 'error']) console[name] = (...texts) => written.push(...texts.map(String));
                const Authorization = 'Bearer secret-1';
                globalThis.document && (document.cookie = 'session=secret-2; path=/');
                const { blob, items } = await fetchZip([
                  { url: args.stored, request: { headers: { Authorization }, credentials: 'include' } },
                  { url: args.refused, request: { headers: { Authorization } } },
                  { url: args.away, request: { headers: { 'X-Key': 'secret-3' } } },
                  { url: args.posted, request: { method: 'POST', body: 'secret-4', headers: { 'Content-Type': 'text/secret-5' } } },
                ], { manifest: { wholeAddresses: true }, retries: 0, onEvent: put });
                put(items);
                written.push(await blob.text());
                const walk = async (folder) => {
                  for await (const [name, handle] of folder.entries()) {
                    written.push(name);
                    if (handle.kind === 'directory') await walk(handle);
                    else written.push(await (await handle.getFile()).text());
                  }
                };
                // Not every browser has it.
                const folder = await navigator.storage?.getDirectory();
                if (folder) await walk(folder);
                put(await indexedDB.databases());
                put(await caches.keys());
                put([{ ...globalThis.localStorage }, { ...globalThis.sessionStorage }]);
                const all = written.join('\\n');
                return [items.map(({ outcome, error }) => error?.status ?? error?.kind ?? outcome),
                  all.includes('manifest.csv'), all.match(/secret.{0,9}/g)];";
            let result = browser.run(place, body, args).await.unwrap();
            assert_eq!(result, json!([["stored", 401, "request", 404], true, null]), "{place:?}");
        }
    });
}
