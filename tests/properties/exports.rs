use std::time::Duration;

use fetchzip::plan::{Choice, Form, ListReader, NameTemplate, Plan, Request};
use fetchzip::report::{Program, ProgramList, Rows, failed_list};
use fetchzip::run::{Event, EventKind, FetchError};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;
use crate::text::CrateText;

/// What a URL may contain and a list may take for something else.
const PIECES: [&str; 40] = [
    "a",
    "7",
    "cat.jpg",
    "/",
    ".",
    ",",
    ";",
    "|",
    ":",
    "!",
    "?",
    "&",
    "=",
    "#",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "[1-3]",
    "[a-c]",
    "[001:100]",
    "{a,b}",
    "{1..3}",
    "{-,_}",
    "'",
    "\"",
    "`",
    "*",
    "\\",
    "<",
    ">",
    "%20",
    "ü",
    "日",
    "](",
    "https://b.example/",
    "..",
    "$",
];

fn addresses() -> impl Strategy<Value = Vec<String>> {
    let address = vec(proptest::sample::select(&PIECES[..]), 0..8)
        .prop_map(|pieces| format!("https://a.example/{}", pieces.concat()));
    let data = proptest::sample::select(vec![
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=".to_owned(),
        "data:image/svg+xml,%3Csvg%3E{a,b}[1-3]%3C/svg%3E".to_owned(),
    ]);
    // Markdown and BBCode are told by these, wherever they are.
    let is_text = |address: &String| !address.contains("![") && !address.contains("[/img]");
    vec(prop_oneof![9 => address.prop_filter("plain text", is_text), 1 => data], 1..8)
}

fn plan_of(addresses: &[String]) -> Plan {
    Plan::new(addresses.iter().map(|address| Request::new(address.as_str())), &CrateText)
}

fn hrefs(plan: &Plan) -> Vec<&str> {
    plan.items().iter().map(|item| item.display_text()).collect()
}

/// The plan of a list, which must be readable as a whole, and its form.
fn read(list: &str) -> (Plan, Form) {
    let mut reader = ListReader::new(list, &Choice::default(), &CrateText);
    let requests: Vec<_> = reader.by_ref().map(Result::unwrap).collect();
    (Plan::new(requests, &CrateText), reader.understood().form)
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn a_list_of_failed_images_reads_as_the_same_addresses(addresses in addresses(), status in 300_u16..600) {
        let plan = plan_of(&addresses);
        let mut rows = Rows::new(plan.len());
        for item in 0..plan.len() {
            let error = if item % 2 == 0 { FetchError::http(status) } else { FetchError::Network };
            rows.apply(&Event { at: Duration::ZERO, item, kind: EventKind::Failed { error } });
        }
        let list = failed_list(&plan, &rows);
        let (read, _) = read(&list);
        // A list of words without a letter is the exception: its first brace is percent-encoded.
        let with_braces = |plan: &Plan| hrefs(plan).join("\n").replace("%7B", "{").replace("%5B", "[");
        prop_assert_eq!(with_braces(&read), with_braces(&plan), "{}", list);
    }

    #[test]
    fn an_export_for_aria2_reads_as_the_same_addresses_with_names_of_their_own(addresses in addresses()) {
        let plan = plan_of(&addresses);
        let template = NameTemplate::default();
        let mut list = ProgramList::new(Program::Aria2, &plan, &template, &[], &CrateText);
        (0..plan.len()).for_each(|item| list.push(item));
        let input = list.finish();
        let requested: Vec<_> = hrefs(&plan)
            .into_iter()
            .filter(|href| !href.starts_with("data:"))
            .map(|href| href.split('#').next().unwrap())
            .collect();
        prop_assert_eq!(input.exported, requested.len());
        if requested.is_empty() {
            return Ok(());
        }
        let (read, form) = read(&input.text);
        prop_assert_eq!(form, Form::Aria2);
        prop_assert_eq!(hrefs(&read), requested);
        let mut names: Vec<_> = read.items().iter().map(|item| item.name.clone().unwrap()).collect();
        names.sort();
        names.dedup();
        prop_assert_eq!(names.len(), input.exported);
    }
}
