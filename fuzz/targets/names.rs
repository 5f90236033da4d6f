//! Names three images by a template, with values from a list.

#![no_main]

#[path = "../../tests/text/mod.rs"]
mod text;

use fetchzip::image::{Format, ImageFacts};
use fetchzip::plan::{EntryNames, NameTemplate, Plan, Request};
use libfuzzer_sys::fuzz_target;
use text::CrateText;

fuzz_target!(|input: (&str, &str, &str, Option<i64>)| {
    let (template, value, segment, modified) = input;
    let Ok(template) = NameTemplate::parse(template) else { return };
    assert_eq!(NameTemplate::parse(template.source()).as_ref(), Ok(&template));
    let request = Request {
        title: Some(value.to_owned()),
        globs: vec![value.to_owned()],
        cells: template.columns().iter().map(|name| (name.as_str().into(), value.to_owned())).collect(),
        ..Request::new(format!("https://a.example/{segment}"))
    };
    let given = Request { name: Some(value.to_owned()), ..request.clone() };
    let plan = Plan::new([request.clone(), given, request], &CrateText);
    let mut names = EntryNames::new(&plan, &template, &CrateText);
    let mut taken = Vec::new();
    for id in 0..plan.len() {
        let image = ImageFacts { modified: modified.map(|time| time >> 20), ..ImageFacts::new(0, 0, Format::Png) };
        let name = names.claim(id, &image).as_str().to_lowercase();
        for part in name.split('/') {
            assert!(!part.is_empty() && part != "." && part != ".." && part.len() <= 300, "{name:?}");
            assert!(!part.contains(['\\', ':', '\0']), "{name:?}");
        }
        assert!(!taken.contains(&name), "{name:?} is there twice");
        taken.push(name);
    }
});
