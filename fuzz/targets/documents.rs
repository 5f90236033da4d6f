//! Reads the input as HTML and as XML without a browser's parser.

#![no_main]

#[path = "../../tests/text/documents.rs"]
mod documents;
#[path = "../../tests/text/mod.rs"]
mod text;

use fetchzip::documents::{html_elements, xml_elements};
use fetchzip::plan::{Element, ListWeb};
use libfuzzer_sys::fuzz_target;
use text::CrateText;

const SELECTORS: &str = "link,meta,img,source,video,a,x-style,image,[x-style],[data-bg]";
const NAMES: &str = "loc,url,content,image,link,img,a";

fuzz_target!(|text: &str| {
    let elements = html_elements(text, SELECTORS);
    assert!(elements.len() <= text.matches('<').count());
    let Some(elements) = xml_elements(text, NAMES) else { return };
    // What is well-formed here is so for the other reader, which also reads declarations of entities, and does not
    // know the prefix that needs none.
    if text.contains("<!DOCTYPE") || text.contains("xml") {
        return;
    }
    let others = CrateText.xml_elements(text, NAMES).expect("it is well-formed");
    assert_eq!(elements.len(), others.len());
    for (element, other) in elements.iter().zip(&others) {
        assert_eq!((element.name(), element.text()), (other.name(), other.text()));
        for name in ["url", "href", "a"] {
            assert_eq!(element.attribute(name), other.attribute(name));
        }
    }
});
