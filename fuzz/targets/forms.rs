//! Parses the input as a list in each form, and with each choice that a user has.

#![no_main]

#[path = "../../tests/text/documents.rs"]
mod documents;
#[path = "../../tests/text/mod.rs"]
mod text;

use fetchzip::plan::{Choice, Form, ListReader, MAX_URLS, Plan};
use libfuzzer_sys::fuzz_target;
use text::CrateText;

fuzz_target!(|input: (u8, bool, bool, [u8; 2], &str)| {
    let (form, keeps_ranges, only_failed, columns, text) = input;
    let choice = Choice {
        form: Form::ALL.get(usize::from(form)).copied(),
        columns: columns.iter().map(|number| usize::from(*number)).filter(|number| *number < 9).collect(),
        page: "https://a.example/b/".into(),
        keeps_ranges,
        only_failed,
        kept_columns: vec!["a".into()],
    };
    let plan = Plan::default();
    for read in ListReader::new(text, &choice, &CrateText) {
        if let Err(rejected) = read.and_then(|request| plan.push_valid(request, &CrateText)) {
            assert!(!rejected.reason.is_empty());
        }
    }
    assert!(plan.len() <= MAX_URLS);
});
