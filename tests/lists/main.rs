//! Lists as people have them: each file in `examples/` is read, and must give what the file beside it says.
//!
//! - `examples`: the files, and what must come out; the page's tests read the same
//! - `documents`: the examples of `docs/lists.md`
//! - `without_browser`: the same by the readers of HTML and XML that `parseList` has

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't continue has failed")]

mod documents;
mod examples;
#[path = "../text/own_documents.rs"]
mod own_documents;
#[path = "../text/documents.rs"]
mod parsers;
#[path = "../text/mod.rs"]
mod text;
mod without_browser;

use examples::{decoded, examples};
use fetchzip::plan::{Choice, ListReader, ListWeb, Plan};
use text::CrateText;

#[test]
fn every_example_is_read_as_the_file_beside_it_says() {
    let examples = examples();
    assert!(examples.len() > 40, "{}", examples.len());
    let mut wrong = String::new();
    for example in &examples {
        let (read, expected) = (read(&decoded(&example.bytes), &example.choice), &example.expected);
        if read != *expected {
            wrong += &format!("── {}\n{read}── instead of\n{expected}", example.name);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Every example in a text of its own must not depend on how its lines end.
#[test]
fn lines_may_end_in_any_way() {
    for example in examples().into_iter().filter(|example| example.has_lines) {
        let text = decoded(&example.bytes).replace("\r\n", "\n").replace('\r', "\n");
        for end in ["\n", "\r\n", "\r"] {
            let text = text.replace('\n', end);
            assert_eq!(read(&text, &example.choice), example.expected, "{} with {end:?}", example.name);
        }
    }
}

#[test]
fn a_field_counts_wherever_it_appears_first() {
    let line = |number| match number {
        299 => "{\"url\":\"https://a.example/299.jpg\",\"info\":{\"sku\":\"last\"}}".to_owned(),
        _ => format!("{{\"url\":\"https://a.example/{number}.jpg\"}}"),
    };
    let text = (0..300).map(line).collect::<Vec<_>>().join("\n");
    let choice = Choice { kept_columns: vec!["SKU".into()], ..Choice::default() };
    let requests: Vec<_> = ListReader::new(&text, &choice, &CrateText).map(Result::unwrap).collect();
    let cells: Vec<_> = requests.iter().flat_map(|request| request.cells.clone()).collect();
    assert_eq!(cells, [("SKU".into(), "last".to_owned())]);
    assert_eq!(requests[299].cells, cells);
}

#[test]
fn a_hundred_thousand_rows_are_read_whole() {
    let forms: [(&str, &dyn Fn(usize) -> String); 3] = [
        ("", &|number| format!("https://a.example/{number}.jpg")),
        ("sku,url,title\n", &|number| format!("{number},https://a.example/{number}.jpg,\"a, b\"")),
        ("", &|number| format!("{{\"id\":{number},\"url\":\"https://a.example/{number}.jpg\"}}")),
    ];
    for (head, line) in forms {
        let lines: Vec<_> = (0..100_000).map(line).collect();
        let text = format!("{head}{}", lines.join("\n"));
        let mut reader = ListReader::new(&text, &Choice::default(), &CrateText);
        let urls: Vec<_> = reader.by_ref().map(|read| read.unwrap().text).collect();
        assert_eq!(urls.len(), 100_000, "{head}{}", lines[0]);
        assert_eq!(urls[99_999], "https://a.example/99999.jpg");
    }
}

/// What a list gives, in the notation of the expected files.
fn read(text: &str, choice: &Choice) -> String {
    read_with(text, choice, &CrateText)
}

/// The same with these parsers.
fn read_with(text: &str, choice: &Choice, web: &impl ListWeb) -> String {
    let plan = Plan::default();
    let mut lines = Vec::new();
    let mut reader = ListReader::new(text, choice, web);
    for read in reader.by_ref() {
        let read = read.and_then(|request| {
            let (name, title) = (request.name.clone(), request.title.clone());
            plan.push_valid(request, web)?;
            Ok((name, title))
        });
        lines.push(match read {
            Ok((name, title)) => {
                let item = plan.items().iter().last().unwrap();
                let mut address = item.address.clone().unwrap().href;
                for fallback in &item.fallbacks {
                    address += &format!(" or {}", fallback.address.href);
                }
                let name = name.map(|name| format!(" as {name}")).unwrap_or_default();
                let title = title.map(|title| format!(" “{title}”")).unwrap_or_default();
                format!("{address}{name}{title}")
            }
            Err(rejected) => {
                let line = rejected.line.map(|line| line.to_string()).unwrap_or_default();
                format!("- {line}: {}", rejected.reason)
            }
        });
    }
    let description = reader.understood().description();
    let first = if description.is_empty() { "Text".to_owned() } else { description };
    format!("{first}\n{}", lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}
