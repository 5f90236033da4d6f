//! HTML and XML by the crate's own readers, compared with what stands for a browser's: html5ever and roxmltree.

use std::collections::HashSet;

use fetchzip::documents::{html_elements, xml_elements};
use fetchzip::plan::{Choice, Element, ListWeb};
use proptest::prelude::*;

use crate::examples::{decoded, examples};
use crate::own_documents::OwnDocuments;
use crate::read_with;
use crate::text::CrateText;

/// Those of `src/plan/list/html.rs`, and what they are asked for.
const SELECTORS: &str =
    "x-base,link,meta,img,amp-img,source,video,input,a,area,x-style,image,[x-style],[data-bg]";
const NAMES: &str = "loc,url,enclosure,content,thumbnail,image,link,img,encoded,description,summary";
const AROUND: [&str; 5] = ["picture", "noscript", "video,audio", "template", "image"];

#[test]
fn every_example_gives_the_same_without_a_browser() {
    for example in examples() {
        let read = read_with(&decoded(&example.bytes), &example.choice, &OwnDocuments);
        assert_eq!(read, example.expected, "{}", example.name);
    }
}

/// What each line is about is said by it.
#[test]
fn html_has_the_same_elements_as_in_a_browser() {
    let cases = [
        "<span x-style=2><picture><h1><h1></h1></span><video poster=1>",
        "<picture><h1></h2><img src=1></picture>",
        "<li><x-style><p><noscript><li>-->",
        "<noscript><title></title><noscript><img src=1>",
        "<img alt='a > b' src=1><img alt=\"c > d\" src=2><img src=a>b<img src=x/y/>",
        "<IMG SRC=1 src=2 data-x Alt = 'é &amp; &eacute;&notin;&#8364;&copy=1'><img/src='1'/alt=2>",
        "<img src='never closed><img src=2>",
        "<img src=1 <img src=2><img src=3",
        "<!-- <img src=1> --><img src=2><!--><img src=3>--><!---><img src=4><!-- a --!><img src=5><!-- <img>",
        "<!doctype html><?php <img src=1> ?><img src=2></ img src=3><img src=4><!x <img src=5>",
        "<script><img src=1></script><img src=2><script>'<!-- <script> </script> <img src=3>' //--></script><img>",
        "<title><img src=1></title ><textarea><img src=2></textarea x=y><iframe><img src=3></iframe><img src=4>",
        "<p><script>never closed <img src=1></scripty>",
        "<body><noscript><img src=1></noscript><img src=2><noscript><img src=3>",
        "<head><noscript><link href=1><img src=2></noscript></head><img src=3>",
        "<head><meta content=1>text<noscript><img src=2></noscript>",
        "<template><img src=1></template><img src=2><template><p><img src=3></template><img src=4>",
        "<picture><source srcset=1><img src=2></picture><img src=3><picture><source srcset=4><p><img src=5>",
        "<div><picture><img src=1></div><img src=2><picture><div></picture><img src=3></div></picture><img src=4>",
        "<p><picture><img src=1><p><img src=2><ul><li><video><source><li><source></ul><source>",
        "<table><tr><td><noscript><img src=1><td><img src=2><tr><td><picture></table><img src=3>",
        "<b><picture></b><img src=1></picture><a href=1><div></a><img src=2></div><img src=3>",
        "<video poster=1><source src=2></video><audio><source src=3></audio><source src=4>",
        "<svg><image href=1></image><image href=3/><title><img src=4></title><img src=5></svg><image src=6>",
        "<svg><![CDATA[<img src=1>]]></svg><![CDATA[<img src=2>]]><svg/><image src=3><svg><a href=4><p><image src=5>",
        "<svg><style><img src=1></style></svg><svg><foreignObject><div></svg><image src=2>",
        "<x-style>a { background: url(&quot;1&quot;) } <b>c</b></x-style><i x-style='background:url(2)'>d</i>",
        "<p data-bg=1><i data-bg=2></i><input type=image src=3><area href=4><amp-img src=5></amp-img>",
        "a < b <3 <img src=1> <<img src=2> </3> & &amp <",
        "<img alt='a\r\nb\rc'><img\r\nsrc=1\r\n>",
        "<form><picture></form><img src=1><a href=1><a href=2><img src=3></a>",
    ];
    for html in cases {
        assert_eq!(own_html(html), browser_html(html), "{html}");
    }
}

#[test]
fn xml_has_the_same_elements_as_in_a_browser() {
    let cases = [
        "<a/>",
        "<?xml version='1.0'?><!-- a --><a xmlns:image='i'><image:image><image:loc> x&amp;y </image:loc></image:image></a>",
        "<a><loc>1<![CDATA[<img src=2>]]>&#65;</loc><enclosure url='a&lt;\n&#10;b' type=\"c\"/></a><?x y?><!--z-->",
        "<!DOCTYPE rss PUBLIC '-//N//DTD>' \"http://a.example/rss.dtd\" [ <!ELEMENT a (b)> ]><a><url>1</url></a>",
        "<a><image:loc>1</image:loc></a>",
        "<a xmlns:i='1'><b/></a><c i:d='1'/>",
        "<a xmlns:i='1' i:b='2'><i:loc/></a>",
        "<a><loc></a></loc>",
        "<a>",
        "<a/><b/>",
        "text<a/>",
        "<a/>text",
        "",
        "<a b='1' b='2'/>",
        "<a b='<'/>",
        "<a b=1/>",
        "<a b='1'c='2'/>",
        "<a>&nbsp;</a>",
        "<a>&amp</a>",
        "<a>]]></a>",
        "<a><!-- -- --></a>",
        "<a>\u{1}</a>",
        "<a><?xml version='1.0'?></a>",
        "<1/>",
        "<a:b:c/>",
        "< a/>",
        "<a></ a>",
        "<a>\r\n<loc>1\r2</loc></a >",
    ];
    for xml in cases {
        assert_eq!(own_xml(xml), browser_xml(xml), "{xml}");
    }
}

#[test]
fn long_rows_of_torn_pieces_take_linear_time() {
    for piece in [
        "<img src='",
        "<!--",
        "<!---->",
        "</script",
        "<div>",
        "</p>",
        "&amp",
        "<a b=",
        "<svg>",
        "<script><!--",
        "<b><p>",
    ] {
        html_elements(&piece.repeat(30_000), SELECTORS);
        xml_elements(&piece.repeat(30_000), NAMES);
    }
    xml_elements(&"<a>".repeat(100_000), NAMES);
}

proptest! {
    // No file of failures: one that is found becomes a case above.
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Pieces of what the readers tell apart, in any order.
    #[test]
    fn any_html_has_the_same_elements_as_in_a_browser(html in html()) {
        prop_assert_eq!(own_html(&html), browser_html(&html));
    }

    #[test]
    fn any_xml_has_the_same_elements_as_in_a_browser(xml in xml()) {
        prop_assert_eq!(own_xml(&xml), browser_xml(&xml));
    }
}

/// No link is open around a block: a browser would move the block, and neither this nor a list cares.
fn html() -> impl Strategy<Value = String> {
    let pieces = [
        "<img src=1>",
        "<img alt='a > b'>",
        "<a href=\"1&amp;2\"></a>",
        "<picture>",
        "</picture>",
        "<source>",
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<li>",
        "<ul>",
        "</ul>",
        "<noscript>",
        "</noscript>",
        "<video poster=1>",
        "</video>",
        "<span x-style=2>",
        "</span>",
        "<x-style>",
        "</x-style>",
        "<template>",
        "</template>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<title>",
        "</title>",
        "&eacute",
        "&notit;",
        "&#x80;",
        "text",
        " ",
        "\r\n",
        "<",
        ">",
        "\"",
        "'",
        "=",
        "/",
        "&",
        "<meta content=3>",
        "<h1>",
        "</h1>",
        "<dl>",
        "<dd>",
        "</dl>",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..30).prop_map(|pieces| pieces.concat())
}

fn xml() -> impl Strategy<Value = String> {
    let pieces = [
        "<loc>",
        "</loc>",
        "<i:url a='1'>",
        "</i:url>",
        "<image url=\"2&amp;\"/>",
        "text",
        " ",
        "\n",
        "&lt;",
        "&#65;",
        "&",
        "<!-- a -->",
        "<![CDATA[",
        "]]>",
        "<?x y?>",
        "<b i:c='1' d = '2'>",
        "</b>",
        "'",
        "<",
        ">",
        "-",
    ];
    let inside = prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..8);
    inside.prop_map(|pieces| format!("<a xmlns:i='i'>{}</a>", pieces.concat()))
}

/// What lists can see of an element.
type Seen = (String, Vec<Option<String>>, Option<String>, Vec<bool>);

fn own_html(html: &str) -> Vec<Seen> {
    seen(&html_elements(html, SELECTORS), &["x-style"])
}

fn browser_html(html: &str) -> Vec<Seen> {
    seen(&CrateText.html_elements(html, SELECTORS), &["x-style"])
}

fn own_xml(xml: &str) -> Option<Vec<Seen>> {
    xml_elements(xml, NAMES).map(|elements| seen(&elements, &NAMES.split(',').collect::<Vec<_>>()))
}

fn browser_xml(xml: &str) -> Option<Vec<Seen>> {
    let elements = CrateText.xml_elements(xml, NAMES)?;
    Some(seen(&elements, &NAMES.split(',').collect::<Vec<_>>()))
}

/// The text only of the elements whose text is asked for. Where blocks are in links, a browser repeats the links;
/// of equal ones, the first counts.
fn seen(elements: &[impl Element], with_text: &[&str]) -> Vec<Seen> {
    const ATTRIBUTES: [&str; 13] = [
        "src", "srcset", "href", "alt", "type", "url", "content", "poster", "data-bg", "x-style", "data-x",
        "b", "a",
    ];
    let seen = elements.iter().map(|element| {
        let name = element.name();
        let attributes: Vec<_> = ATTRIBUTES.iter().map(|name| element.attribute(name)).collect();
        let text = with_text.contains(&name.as_str()).then(|| element.text());
        let around = AROUND.iter().map(|names| element.is_inside(names)).collect();
        (name, attributes, text, around)
    });
    let mut seen: Vec<_> = seen.collect();
    let mut links = HashSet::new();
    seen.retain(|(name, attributes, ..)| name != "a" || links.insert(attributes.clone()));
    seen
}

#[test]
fn a_choice_of_a_page_s_address_counts() {
    let choice = Choice { page: "https://a.example/b/".into(), ..Choice::default() };
    assert_eq!(read_with("<img src=1.jpg>", &choice, &OwnDocuments), "HTML\nhttps://a.example/b/1.jpg\n");
}
