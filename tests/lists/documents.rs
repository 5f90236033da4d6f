//! The examples of `docs/lists.md` and `docs/names.md`.

use std::fs;
use std::path::Path;

use fetchzip::image::{Format, ImageFacts};
use fetchzip::plan::{Choice, EntryNames, ListReader, NameTemplate, Plan};

use crate::read;
use crate::text::CrateText;

#[test]
fn the_examples_of_lists_give_what_the_document_says() {
    let document = document("lists.md");
    let (lists, gives) = (blocks(&document, "list"), blocks(&document, "gives"));
    assert!(lists.len() > 10);
    assert_eq!(lists.len(), gives.len());
    for (list, gives) in lists.iter().zip(&gives) {
        assert_eq!(read(list, &Choice::default()), *gives);
    }
}

#[test]
fn the_examples_of_names_give_what_the_document_says() {
    let document = document("names.md");
    let list = &blocks(&document, "list")[0];
    let rows = document.lines().filter_map(|line| {
        let line = line.replace("\\|", "\u{1}");
        let cells: Vec<_> = line.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect();
        let code = |cell: &String| Some(cell.strip_prefix('`')?.strip_suffix('`')?.to_owned());
        Some((code(cells.get(1)?)?, code(cells.get(2)?)?))
    });
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 10);
    for (template, name) in rows {
        assert_eq!(first_name(list, &template), name, "{template}");
    }
    let range = "https://a.example/[01-20]/{front,back}.jpg";
    assert_eq!(first_name(range, "{glob.1}-{glob.2}"), "01-front.jpg");
}

/// The name of a list's first image, a JPEG.
fn first_name(list: &str, template: &str) -> String {
    let template = NameTemplate::parse(template).unwrap();
    let choice = Choice { kept_columns: template.columns(), ..Choice::default() };
    let requests: Vec<_> = ListReader::new(list, &choice, &CrateText).map(Result::unwrap).collect();
    let plan = Plan::new(requests, &CrateText);
    EntryNames::new(&plan, &template, &CrateText)
        .claim(0, &ImageFacts::new(0, 0, Format::Jpeg))
        .as_str()
        .to_owned()
}

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap()
}

/// The blocks of a document that are marked with a word.
fn blocks(document: &str, mark: &str) -> Vec<String> {
    let mark = format!("\n```{mark}\n");
    document.split(&mark).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}
