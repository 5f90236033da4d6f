//! `parseList` in a page, in a worker and in Node: every example of `tests/lists/examples/` gives what the file
//! beside it says, as it does on the page, whose browser parses HTML and XML itself.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::environment;
use crate::examples::{Example, decoded, examples};
use crate::package_driver::{PLACES, with_package};
use fetchzip::plan::Form;

/// What only the page can be asked for: the failed images of a record, and several columns.
const ONLY_ON_THE_PAGE: [&str; 3] = ["csv-chosen-columns", "record", "record-failed"];

#[test]
fn every_example_gives_the_same_in_a_page_and_in_a_worker() {
    with_package(async |browser| {
        const BODY: &str = "const { parseList } = await import(new URL('pkg/fetchzip.js', location));
             return args.map((list) => parseList(...list));";
        for place in PLACES {
            let results = browser.run(place, BODY, calls()).await.expect("every list is read");
            check(results.as_array().unwrap());
        }
    });
}

#[test]
fn every_example_gives_the_same_in_node() {
    let results = in_node(
        "const lists = JSON.parse(readFileSync('lists.json', 'utf8'));
         console.log(JSON.stringify(lists.map((list) => parseList(...list))));",
    );
    check(results.as_array().unwrap());
}

#[test]
fn a_source_has_what_the_list_says_of_it() {
    let results = in_node(
        r#"console.log(JSON.stringify([
            parseList("SKU,image\n17,https://a.example/17.jpg\n", { form: "auto" }),
            parseList("a,b\nhttps://a.example/1,https://a.example/2\n", { column: "B" }),
            parseList('[{"a": {"src": "https://a.example/1.jpg"}, "__proto__": "x", "n": 5}]', { column: "src" }),
            parseList("https://a.example/1\thttp://:\thttps://b.example/1\n  out=cat.jpg\n"),
            parseList("https://a.example/[1-2].jpg", { expand: false }),
            parseList("![A cat](cat.jpg)", { base: new URL("https://a.example/b/") }),
            parseList("<!doctype html>\n<p>\n<img src='1.jpg'>\n<img src='2.jpg'>"),
            parseList("<!-- Größe -->\n<img src=1.jpg alt='&Eacute;t&eacute;'>", { base: "https://a.example" }),
            parseList(""),
        ]));"#,
    );
    let a = |path: &str| format!("https://a.example/{path}");
    let nothing = json!([]);
    let relative = "the address is relative; enter the address of the page that it is from";
    let expected = json!([
        {
            "sources": [{ "url": a("17.jpg"), "columns": { "SKU": "17", "image": a("17.jpg") } }],
            "form": "csv", "columns": ["SKU", "image"], "rejected": nothing,
        },
        {
            "sources": [{ "url": a("2"), "columns": { "a": a("1"), "b": a("2") } }],
            "form": "csv", "columns": ["a", "b"], "rejected": nothing,
        },
        {
            "sources": [{ "url": a("1.jpg"), "columns": { "a.src": a("1.jpg"), "__proto__": "x", "n": "5" } }],
            "form": "json", "columns": ["a.src", "__proto__", "n"], "rejected": nothing,
        },
        {
            "sources": [{ "url": a("1"), "name": "cat.jpg", "fallbacks": ["https://b.example/1"] }],
            "form": "aria2", "columns": [],
            "rejected": [{
                "line": 1, "text": "http://:",
                "message": "not a URL: \"http://:\"; write the full address, such as https://example.org/cat.jpg",
            }],
        },
        { "sources": [{ "url": a("[1-2].jpg") }], "form": "text", "columns": [], "rejected": nothing },
        {
            "sources": [{ "url": a("b/cat.jpg"), "title": "A cat" }],
            "form": "markdown", "columns": [], "rejected": nothing,
        },
        {
            "sources": nothing, "form": "html", "columns": [],
            "rejected": [
                { "line": 3, "text": "1.jpg", "message": relative },
                { "line": 4, "text": "2.jpg", "message": relative },
            ],
        },
        {
            "sources": [{ "url": a("1.jpg"), "title": "Été" }],
            "form": "html", "columns": [], "rejected": nothing,
        },
        { "sources": nothing, "form": "text", "columns": [], "rejected": nothing },
    ]);
    for (result, expected) in results.as_array().unwrap().iter().zip(expected.as_array().unwrap()) {
        assert_eq!(result, expected);
    }
}

#[test]
fn an_argument_that_makes_no_sense_is_named() {
    let results = in_node(
        r#"const calls = [
            [5], [undefined], ["", 5], ["", { form: "xml" }], ["", { form: 5 }], ["", { base: "a/b" }],
            ["", { base: {} }], ["", { expand: "no" }], ["", { column: 1 }],
            ["a,b\n1,https://a.example/", { column: "c" }],
        ];
        console.log(JSON.stringify(calls.map((call) => {
            try {
                return parseList(...call);
            } catch (error) {
                return `${error.name}: ${error.message}`;
            }
        })));"#,
    );
    let expected = [
        "TypeError: text must be a string, not 5",
        "TypeError: text must be a string, not undefined",
        "TypeError: options must be an object, not 5",
        "RangeError: options.form must be \"auto\", \"text\", \"csv\", \"json\", \"html\", \"markdown\" or \"aria2\", not xml",
        "TypeError: options.form must be a string, not 5",
        "RangeError: options.base must be an absolute URL, not a/b",
        "TypeError: options.base must be a string or a URL, not [object Object]",
        "TypeError: options.expand must be true or false, not no",
        "TypeError: options.column must be a string, not 1",
        "RangeError: options.column must be a column of the list (\"a\", \"b\"), not c",
    ];
    assert_eq!(results, json!(expected));
}

#[test]
fn the_first_call_compiles_the_module_and_an_import_does_not() {
    let results = in_node(
        "const compilations = [compiled];
         for (const list of ['a', 'b']) {
             parseList(list);
             compilations.push(compiled);
         }
         console.log(JSON.stringify(compilations));",
    );
    assert_eq!(results, json!([0, 1, 1]));
}

/// Runs a module in Node that has `parseList` from the installed package, and returns the JSON that it prints.
fn in_node(script: &str) -> Value {
    let project = TempDir::new().unwrap();
    let modules = project.path().join("node_modules");
    fs::create_dir(&modules).unwrap();
    std::os::unix::fs::symlink(environment::package(), modules.join("fetchzip")).unwrap();
    fs::write(project.path().join("lists.json"), calls().to_string()).unwrap();
    let imports = "import { readFileSync } from 'node:fs';
         let compiled = 0;
         const { Module } = WebAssembly;
         WebAssembly.Module = class extends Module { constructor(...wasm) { super(...wasm); compiled++; } };
         const { parseList } = await import('fetchzip');\n";
    fs::write(project.path().join("script.mjs"), format!("{imports}{script}")).unwrap();
    let output = Command::new("node").arg("script.mjs").current_dir(project.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn all() -> Vec<Example> {
    let (left_out, all): (Vec<_>, Vec<_>) =
        examples().into_iter().partition(|example| ONLY_ON_THE_PAGE.contains(&example.name.as_str()));
    assert_eq!(left_out.len(), ONLY_ON_THE_PAGE.len());
    all
}

/// The arguments of a call for each example.
fn calls() -> Value {
    let calls = all().into_iter().map(|Example { choice, bytes, .. }| {
        assert!(choice.columns.is_empty() && !choice.only_failed, "there is no such option");
        let mut options = json!({ "expand": !choice.keeps_ranges });
        if !choice.page.is_empty() {
            options["base"] = choice.page.into();
        }
        if let Some(form) = choice.form {
            options["form"] = name_of(form.title()).into();
        }
        json!([decoded(&bytes), options])
    });
    calls.collect()
}

fn check(results: &[Value]) {
    let examples = all();
    assert!(examples.len() > 40);
    assert_eq!(results.len(), examples.len());
    for (result, example) in results.iter().zip(examples) {
        let (understood, lines) = example.expected.split_once('\n').unwrap();
        let mut understood = understood.split(", ");
        assert_eq!(result["form"], name_of(understood.next().unwrap()), "{}", example.name);
        let count = understood.next().and_then(|columns| columns.split(' ').next()?.parse().ok());
        assert_eq!(result["columns"].as_array().unwrap().len(), count.unwrap_or(0), "{}", example.name);
        let (rejected, sources): (Vec<_>, Vec<_>) = lines.lines().partition(|line| line.starts_with("- "));
        assert_eq!(result["sources"].as_array().unwrap().iter().map(source).collect::<Vec<_>>(), sources);
        let found = result["rejected"].as_array().unwrap();
        assert_eq!(found.len(), rejected.len(), "{}", example.name);
        for (found, expected) in found.iter().zip(rejected) {
            let (line, message) = expected.strip_prefix("- ").unwrap().split_once(": ").unwrap();
            assert_eq!(found["message"], message, "{}", example.name);
            // The page has no line for what is in a whole document.
            assert!(
                line.is_empty() || found["line"] == line.parse::<u64>().unwrap(),
                "{found}: {}",
                example.name
            );
            assert!(found["line"].as_u64().unwrap() >= 1, "{found}");
        }
    }
}

/// A source in the notation of the expected files.
fn source(source: &Value) -> String {
    let part = |name: &str, before: &str, after: &str| {
        source[name].as_str().map(|text| format!("{before}{text}{after}")).unwrap_or_default()
    };
    let fallbacks = source["fallbacks"].as_array().into_iter().flatten();
    let fallbacks: String = fallbacks.map(|address| format!(" or {}", address.as_str().unwrap())).collect();
    part("url", "", "") + &fallbacks + &part("name", " as ", "") + &part("title", " “", "”")
}

/// The name of a form in the package, by its title on the page.
fn name_of(title: &str) -> &str {
    match title {
        "CSV" => "csv",
        "Text" => "text",
        "JSON" | "JSON Lines" => "json",
        "HTML" => "html",
        "XML" => "xml",
        "Markdown" => "markdown",
        "BBCode" => "bbcode",
        "reStructuredText" => "rst",
        "aria2 input file" => "aria2",
        other => panic!("{other} of {:?}", Form::ALL),
    }
}
