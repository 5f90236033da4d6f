//! Entry names.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::package_driver::{Outcome, Place, with_package};
use support::archive::check_in_every_reader;
use support::archive::contents::{File, entries};

#[test]
fn a_template_names_entries_and_a_given_name_wins() {
    with_package(async |browser| {
        let cat = browser.origin.url("/file/cat.jpg");
        let dog = browser.origin.url("/file/a/dog.png?kind=jpg");
        let plain = json!([cat, dog]);
        let given = json!([{ "url": cat, "name": "Mine" }, { "url": dog }]);
        let cases = [
            (&plain, Value::Null, ["cat.jpg", "dog.jpg"]),
            (&plain, json!("{index}-{name}"), ["0-cat.jpg", "1-dog.jpg"]),
            (&plain, json!("{host} {stem}.{ext}"), ["127.0.0.1 cat.jpg", "127.0.0.1 dog.jpg"]),
            (&plain, json!("x"), ["x.jpg", "x (2).jpg"]),
            (&given, json!("{index}"), ["Mine.jpg", "1.jpg"]),
        ];
        for (urls, names, expected) in cases {
            let outcome = browser.fetch_zip(Place::Page, urls.clone(), json!({ "names": names })).await;
            assert_eq!(outcome.entry_names(), expected, "{names}");
            assert_eq!(names_inside(&outcome), expected, "{names}");
        }
    });
}

#[test]
fn one_picsum_url_ten_times_gives_image_0_to_9() {
    with_package(async |browser| {
        let urls = json!(vec![browser.origin.url("/200/300"); 10]);
        let outcome = browser.fetch_zip(Place::Page, urls, Value::Null).await;
        let expected: Vec<_> = (0..10).map(|number| format!("image-{number}.jpg")).collect();
        assert_eq!(names_inside(&outcome), expected);
        let mut contents: Vec<_> = entries(outcome.zip()).into_iter().map(|(_, content)| content).collect();
        contents.sort();
        contents.dedup();
        assert_eq!(contents.len(), 10, "ten different pictures");
    });
}

/// Templates, and whether they are some: as the native tests of `plan::NameTemplate` have them.
const TEMPLATES: &[(&str, bool)] = &[
    ("", true),
    ("{name}", true),
    ("a-{index} {stem}.{ext}", true),
    ("{host}}{name}x", true),
    ("{{{col.A|b}", true),
    ("{date:%Y-%m}{date}", true),
    ("{path}/{query.w|{}-{title|none}{type}{width}x{height}", true),
    ("{sha256}{sha256:8}{sha256:64}", true),
    ("name}", true),
    ("{{name}", true),
    ("{index+1:4}{index:4+1}{index:20}", true),
    ("{col.a|}{col.two words\n}", true),
    ("{glob.12}", true),
    ("{}", false),
    ("{size}", false),
    ("{sha256:0}", false),
    ("{sha256:65}", false),
    ("{sha256x}", false),
    ("{index:x}", false),
    ("{index:21}", false),
    ("{index:}", false),
    ("{glob.0}", false),
    ("{col.}", false),
    ("{query.}", false),
    ("{date:}", false),
    ("{name.x}", false),
    ("{Name}", false),
    ("{{{name", false),
    ("{a{name}", false),
];

#[test]
fn a_text_that_is_no_template_is_refused_and_no_other_is() {
    with_package(async |browser| {
        let body = "
            const results = [];
            for (const names of args) {
              results.push(await fetchZip([{ name: '', data: 'x' }], { names }).then(() => true, (error) => error.name === 'RangeError' ? false : `${error}`));
            }
            return results;";
        let (templates, are_some): (Vec<_>, Vec<_>) = TEMPLATES.iter().copied().unzip();
        let results = browser.run(Place::Page, body, json!(templates)).await.unwrap();
        assert_eq!(results, json!(are_some), "{TEMPLATES:?}");
    });
}

#[test]
fn equal_names_are_numbered_whatever_order_they_arrive_in() {
    with_package(async |browser| {
        let urls = [
            browser.origin.url("/file/a/Cat.jpg?latency=200"),
            browser.origin.url("/file/b/cat.JPG?latency=100"),
            browser.origin.url("/file/c/cat.jpg"),
            browser.origin.url("/file/%C3%A9.jpg?latency=100"),
            browser.origin.url("/file/e%CC%81.jpg"),
        ];
        let outcome = browser.fetch_zip(Place::Page, json!(urls), Value::Null).await;
        let expected = ["Cat.jpg", "cat (2).JPG", "cat (3).jpg", "\u{e9}.jpg", "\u{e9} (2).jpg"];
        assert_eq!(names_inside(&outcome), expected);
    });
}

#[test]
fn the_bytes_decide_the_extension() {
    with_package(async |browser| {
        let kinds = [
            "jpg",
            "png",
            "webp",
            "gif",
            "bmp",
            "tiff",
            "tiff-big-endian",
            "ico",
            "svg",
            "avif",
            "heic",
            "jxl",
        ];
        let urls: Vec<_> =
            kinds.iter().map(|kind| browser.origin.url(&format!("/file/{kind}.php?kind={kind}"))).collect();
        let outcome = browser.fetch_zip(Place::Page, json!(urls), Value::Null).await;
        let expected = [
            "jpg.jpg",
            "png.png",
            "webp.webp",
            "gif.gif",
            "bmp.bmp",
            "tiff.tif",
            "tiff-big-endian.tif",
            "ico.ico",
            "svg.svg",
            "avif.avif",
            "heic.heic",
            "jxl.jxl",
        ];
        assert_eq!(names_inside(&outcome), expected);
    });
}

/// Names of URLs and names that were given, all in one archive, which no reader unpacks outside of
/// its folder.
#[test]
fn hostile_names_stay_inside_the_folder_in_every_reader() {
    with_package(async |browser| {
        let in_urls = [
            "..%2F..%2Fup.jpg",
            "..%5C..%5Cup.jpg",
            "%2Fetc%2Fpasswd",
            "C%3A%5Cd.jpg",
            "nul%00cut.jpg",
            "a%0Ab%09c.jpg",
            "%E2%80%AEgpj.exe",
            "CON",
            "aux.jpg",
            "trailing.%20.",
            "%252e%252e%252fup.jpg",
            "%FF%FE.jpg",
            "e%CC%81.jpg",
            "%C3%A9.jpg",
        ];
        let given = [
            "../../up.jpg",
            "/etc/passwd",
            "\\\\server\\share\\x",
            "a\0b.jpg",
            "\u{202E}gpj.exe",
            "...",
            "-rf",
            "~",
            "x".repeat(400).as_str(),
            "COM¹",
            "same.jpg",
            "SAME.jpg",
        ]
        .map(str::to_owned);
        let mut urls: Vec<_> =
            in_urls.iter().map(|path| json!(browser.origin.url(&format!("/file/{path}")))).collect();
        let image = browser.origin.url("/fixture/png");
        urls.extend(given.iter().map(|name| json!({ "url": image, "name": name })));
        let outcome = browser.fetch_zip(Place::Page, json!(urls), Value::Null).await;
        let expected: Vec<_> =
            entries(outcome.zip()).into_iter().map(|(name, content)| File::new(name, &content)).collect();
        assert_eq!(expected.len(), urls.len(), "{:?}", outcome.entry_names());

        let folder = TempDir::new().unwrap();
        let archive = folder.path().join("hostile.zip");
        fs::write(&archive, outcome.zip()).unwrap();
        check_in_every_reader(&archive, &expected);
    });
}

fn names_inside(outcome: &Outcome) -> Vec<String> {
    entries(outcome.zip()).into_iter().map(|(name, _)| name).collect()
}
