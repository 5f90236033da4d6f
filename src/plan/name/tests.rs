//! Tests of entry names.

use super::super::Request;
use super::super::address::tests::NativeText;
use super::super::tests::plan_of;
use super::*;
use crate::image::{FileType, Format};

fn names_by(template: &str, plan: &Plan, format: Format) -> Vec<String> {
    let template = NameTemplate::parse(template).unwrap();
    let mut names = EntryNames::new(plan, &template, &NativeText);
    (0..plan.len()).map(|id| names.claim(id, &ImageFacts::new(0, 0, format)).to_string()).collect()
}

fn names(urls: &[&str]) -> Vec<String> {
    names_by("{name}", &plan_of(urls.iter().copied()), Format::Jpeg)
}

/// The entry name of a JPEG for which this name was given.
fn given(name: &str) -> String {
    let request = Request { name: Some(name.into()), ..Request::new("https://a.example/x") };
    names_by("{name}", &Plan::new([request], &NativeText), Format::Jpeg).remove(0)
}

#[test]
fn an_entry_of_the_caller_s_own_keeps_its_name() {
    let named = |name: &str| {
        let request = Request { name: Some(name.into()), is_own_data: true, ..Request::default() };
        names_by("{name}", &Plan::new([request], &NativeText), Format::Png).remove(0)
    };
    for name in ["LICENSE", "photo.jpg", "notes.txt", "v1.2", "index.php", "data/album.json"] {
        assert_eq!(named(name), name);
    }
    assert_eq!((named("../a:b."), named("")), ("a_b".into(), "image-0.png".into()));
}

#[test]
fn picsum_ten_times_is_image_0_to_9() {
    let expected: Vec<_> = (0..10).map(|n| format!("image-{n}.jpg")).collect();
    assert_eq!(names(&["https://picsum.photos/200/300"; 10]), expected);
    assert_eq!(names(&["https://a.example/photos/48213"]), ["48213.jpg"], "a number alone is a name");
}

#[test]
fn numbers_have_one_width() {
    let plan = plan_of(["https://a.example/"; 11]);
    let names = names_by("{name}", &plan, Format::Png);
    assert_eq!((names[0].as_str(), names[10].as_str()), ("image-00.png", "image-10.png"));
}

#[test]
fn a_name_comes_from_the_last_segment_decoded_once() {
    let cases = [
        (
            "https://images.unsplash.com/photo-1516117172878-fd2c41f4a759?w=1",
            "photo-1516117172878-fd2c41f4a759.jpg",
        ),
        ("https://a.example/a/b%20c.jpg", "b c.jpg"),
        ("https://a.example/%2541.jpg", "%41.jpg"),
        ("https://a.example/%E2%82%AC.jpeg", "€.jpeg"),
        ("https://a.example/%FF%FE.jpg", "%FF%FE.jpg"),
        ("https://a.example/..%2f..%2fetc%2fpasswd", "_.._etc_passwd.jpg"),
        ("https://a.example/%00.jpg", "jpg.jpg"),
        ("https://a.example/dir/", "image-0.jpg"),
        ("https://a.example/media/B94kUq7CcAA5_GN.jpg:orig", "B94kUq7CcAA5_GN.jpg"),
        ("https://a.example/cat.jpg;jsessionid=0A1B2C3D.node1", "cat.jpg"),
        ("https://a.example/%DA%A9%E2%80%8C%D9%87.jpg", "\u{6a9}\u{200c}\u{647}.jpg"),
    ];
    for (url, name) in cases {
        assert_eq!(names(&[url]), [name], "{url}");
    }
}

#[test]
fn the_format_decides_the_extension() {
    let cases = [
        ("a.JPG", "a.JPG"),
        ("a.jpeg", "a.jpeg"),
        ("a.png", "a.jpg"),
        ("a.php", "a.jpg"),
        ("a", "a.jpg"),
        ("a.v2", "a.v2.jpg"),
        ("archive.tar", "archive.tar.jpg"),
        ("a.", "a.jpg"),
        ("a.jpg.png", "a.jpg"),
        ("a.JPEG.webp", "a.JPEG"),
        ("a.png.webp", "a.jpg"),
    ];
    for (name, expected) in cases {
        assert_eq!(given(name), expected, "{name}");
    }
}

#[test]
fn an_extension_that_names_the_same_format_is_kept_as_it_was_written() {
    let cases = [
        (Format::Jpeg, &["jpe", "JFIF", "pjpeg", "mpo"][..]),
        (Format::Tiff, &["dng", "NEF", "cr2", "arw", "orf", "rw2", "pef"]),
        (Format::Ico, &["cur"]),
    ];
    for (format, extensions) in cases {
        for extension in extensions {
            let plan = plan_of([format!("https://a.example/a0001.{extension}").as_str()]);
            assert_eq!(names_by("{name}", &plan, format), [format!("a0001.{extension}")]);
        }
    }
    assert_eq!(given("a0001.dng"), "a0001.jpg", "a JPEG");
}

#[test]
fn a_template_fills_its_fields() {
    let plan = plan_of(["https://picsum.photos/200/cat.png", "https://[::1]:8/dog"]);
    let cases = [
        ("{index}-{name}", ["0-cat.jpg", "1-dog.jpg"]),
        ("{host} {stem}.{ext}", ["picsum.photos cat.jpg", "[__1] dog.jpg"]),
        ("{host}-{index}", ["picsum.photos-0.jpg", "[__1]-1.jpg"]),
        ("x", ["x.jpg", "x (2).jpg"]),
        ("", ["image-0.jpg", "image-1.jpg"]),
    ];
    for (template, expected) in cases {
        assert_eq!(names_by(template, &plan, Format::Jpeg), expected, "{template}");
    }
}

#[test]
fn names_are_unique_whatever_their_case_and_normalisation() {
    let urls = [
        "https://a.example/Cat.jpg",
        "https://a.example/cat.JPG",
        "https://b.example/cat%20(2).jpg",
        "https://b.example/cat.jpg",
        "https://a.example/%C3%A9.jpg",
        "https://a.example/e%CC%81.jpg",
        "https://a.example/ΜΑΣ.jpg",
        "https://a.example/μας.jpg",
    ];
    let expected = [
        "Cat.jpg",
        "cat (2).JPG",
        "cat (2) (2).jpg",
        "cat (3).jpg",
        "\u{e9}.jpg",
        "\u{e9} (2).jpg",
        "ΜΑΣ.jpg",
        "μας (2).jpg",
    ];
    assert_eq!(names(&urls), expected);
}

#[test]
fn a_name_has_at_most_200_bytes_and_keeps_its_extension() {
    let long = format!("https://a.example/{}.jpg", "é".repeat(300));
    let names = names(&[&long, &long]);
    assert!(names.iter().all(|name| name.len() <= 200), "{names:?}");
    assert!(names[0].ends_with("é.jpg") && names[1].ends_with("é (2).jpg"), "{names:?}");
}

#[test]
fn ten_thousand_namesakes_are_named_in_linear_time() {
    let plan = plan_of(["https://a.example/cat.jpg"; 10_000]);
    let names = names_by("{name}", &plan, Format::Jpeg);
    assert_eq!(names[9_999], "cat (10000).jpg");
}

#[test]
fn a_given_name_is_preferred_and_sanitised() {
    let cases = [
        ("../../x.jpg", "x.jpg"),
        ("cats/old/./x.jpg", "cats/old/x.jpg"),
        ("/CON/x", "_CON/x.jpg"),
        ("C:\\d.jpg", "C__d.jpg"),
        ("CON", "_CON.jpg"),
        ("con.jpg", "_con.jpg"),
        ("LPT¹.old.jpg", "_LPT¹.old.jpg"),
        ("a\u{202E}gpj.exe", "agpj.exe.jpg"),
        ("a\u{200B}\0\n.jpg", "a.jpg"),
        (" .hidden. ", "hidden.jpg"),
        ("...", "x.jpg"),
        ("a .jpg", "a.jpg"),
        ("\u{200d}a\u{200c} \u{200c}b\u{200d}.\u{200c}jpg\u{200c}", "a b.jpg"),
    ];
    for (name, expected) in cases {
        assert_eq!(given(name), expected, "{name:?}");
    }
}

#[test]
fn the_expected_name_is_known_before_the_bytes() {
    let plan = plan_of(["https://a.example/photo-1", "https://a.example/cat.jpg"]);
    let template = NameTemplate::default();
    let names = EntryNames::new(&plan, &template, &NativeText);
    assert_eq!((names.expected(0), names.expected(1)), ("photo-1".into(), "cat.jpg".into()));
}

/// Names of PNGs that were last modified at 2026-11-29 03:04:05, by a template.
fn filled(template: &str, plan: &Plan) -> Vec<String> {
    let template = NameTemplate::parse(template).unwrap();
    let mut names = EntryNames::new(plan, &template, &NativeText);
    let image = ImageFacts {
        modified: Some(1_795_921_445),
        dimensions: Some(Dimensions { width: 640, height: 480 }),
        sha256: Some(Box::new([0xAB; 32])),
        ..ImageFacts::new(0, 0, Format::Png)
    };
    let claim = |id| names.claim(id, &image).to_string();
    (0..plan.len()).map(claim).collect()
}

#[test]
fn every_field_has_its_value() {
    let request = Request {
        title: Some("A cat / sitting".into()),
        globs: vec!["07".into(), "x".into()],
        cells: vec![("SKU".into(), " 4711 ".into()), ("Empty".into(), String::new())],
        ..Request::new("https://a.example:8443/photos/old%20ones/a%2Fb/cat.jpg?id=5&q=a+b%21#x")
    };
    let plan = Plan::new([request, Request::new("https://b.example/dog")], &NativeText);
    let cases = [
        ("{name}", "cat.png"),
        ("{stem}-{ext}", "cat-png.png"),
        ("{host}", "a.example.png"),
        ("{path}/{name}", "photos/old ones/a_b/cat.png"),
        ("{index}", "0.png"),
        ("{index:4}", "0000.png"),
        ("{index+1}", "1.png"),
        ("{index+1:3}", "001.png"),
        ("{index:3+9}", "009.png"),
        ("{query.id} {query.q}", "5 a b!.png"),
        ("{query.none|no query}", "no query.png"),
        ("{glob.1}{glob.2}{glob.3|z}", "07xz.png"),
        ("{col.SKU}/{col.Empty|none}", "4711/none.png"),
        ("{title}", "A cat _ sitting.png"),
        ("{date}", "2026-11-29.png"),
        ("{date:%Y-%m}/{date:%H.%M.%S%%%d}", "2026-11/03.04.05%29.png"),
        ("{type}", "png.png"),
        ("{width}x{height}", "640x480.png"),
        ("{sha256:8}", "abababab.png"),
        ("{{{stem}}", "{cat}.png"),
        ("a//./b/../{stem}", "a/b/cat.png"),
    ];
    for (template, name) in cases {
        assert_eq!(filled(template, &plan)[0], name, "{template}");
    }
    assert_eq!(filled("{path}/{name}", &plan)[1], "dog.png");
    let disposed =
        ImageFacts { file_name: Some("Käse: 1.jpeg".into()), ..ImageFacts::new(0, 0, Format::Jpeg) };
    for (template, name) in [("{name}", "Käse_ 1.jpeg"), ("{stem}-{host}.{ext}", "Käse_ 1-a.example.jpeg")]
    {
        let template = NameTemplate::parse(template).unwrap();
        let mut names = EntryNames::new(&plan, &template, &NativeText);
        assert_eq!(names.claim(0, &disposed).as_str(), name);
    }
    assert_eq!(filled("{sha256}", &plan)[0], "ab".repeat(32) + ".png");
    assert_eq!(names_by("{date|undated} {stem}", &plan, Format::Png)[0], "undated cat.png");
    assert_eq!(names_by("{width|?}{sha256:8|none} {stem}", &plan, Format::Png)[0], "_none cat.png");
}

#[test]
fn a_file_that_is_no_image_has_the_extension_of_its_source_under_any_template() {
    let given = |name: &str, url: &str| Request { name: Some(name.into()), ..Request::new(url) };
    let requests = [
        Request::new("https://a.example/clip.mkv"),
        Request::new("https://a.example/report"),
        given("Manual", "https://a.example/manual.odt"),
        given("figures.csv", "https://a.example/download.bin"),
        Request::new("https://files.example.com/"),
    ];
    let plan = Plan::new(requests, &NativeText);
    let named = |template: &str, media_type: &str| {
        let template = NameTemplate::parse(template).unwrap();
        let mut names = EntryNames::new(&plan, &template, &NativeText);
        let file = ImageFacts::new(0, 0, FileType::Other(media_type.into()));
        (0..plan.len()).map(|id| names.claim(id, &file).to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        named("{name}", "application/pdf"),
        ["clip.mkv", "report.pdf", "Manual.odt", "figures.csv", "image-4.pdf"]
    );
    assert_eq!(
        named("{index}", "application/octet-stream"),
        ["0.mkv", "1", "Manual.odt", "figures.csv", "4"]
    );
    assert_eq!(named("{stem}-{type}.{ext}", "application/pdf")[..2], ["clip-pdf.mkv", "report-pdf.pdf"]);
    assert_eq!(named("{host}", "application/pdf")[4], "files.example.com.pdf");
    assert_eq!(named("CON", "application/octet-stream")[1], "_CON");

    let template = NameTemplate::default();
    let mut names = EntryNames::new(&plan, &template, &NativeText);
    let file_type = FileType::Other("application/octet-stream".into());
    let disposed = ImageFacts { file_name: Some("Käse.xyz".into()), ..ImageFacts::new(0, 0, file_type) };
    assert_eq!(names.claim(0, &disposed).as_str(), "Käse.xyz");
}

#[test]
fn a_field_that_is_empty_without_a_fallback_is_found_before_the_run() {
    let with = |cells: &[(&str, &str)]| Request {
        cells: cells.iter().map(|(name, value)| ((*name).into(), (*value).to_owned())).collect(),
        ..Request::new("https://a.example/x.jpg")
    };
    let plan = Plan::new([with(&[("SKU", "1")]), with(&[("SKU", "")]), with(&[])], &NativeText);
    let first = |template: &str| {
        let template = NameTemplate::parse(template).unwrap();
        let names = EntryNames::new(&plan, &template, &NativeText);
        (0..plan.len()).find_map(|id| Some((id, names.empty_field(id)?.clone())))
    };
    assert_eq!(first("{col.SKU}"), Some((1, Field::Column("SKU".into()))));
    assert_eq!(first("{title} {col.SKU}"), Some((0, Field::Title)));
    assert_eq!(first("{col.SKU|x} {date} {type} {path} {name}"), None);
}

#[test]
fn a_file_and_a_folder_never_have_one_name() {
    let named = |name: &str| Request { name: Some(name.into()), ..Request::new("https://a.example/x.png") };
    let given = ["a.png", "A.png/b", "a.png/b", "c/d.png/e", "C/D", "c/d.png", "f/", "f/"];
    let plan = Plan::new(given.map(named), &NativeText);
    let expected = [
        "a.png",
        "A.png_/b.png",
        "a.png_/b (2).png",
        "c/d.png/e.png",
        "C/D (2).png",
        "c/d (3).png",
        "f/x.png",
        "f/x (2).png",
    ];
    assert_eq!(filled("{name}", &plan), expected);
}

#[test]
fn a_name_in_folders_has_at_most_200_bytes_in_all() {
    let deep = vec!["ordner"; 60].join("/");
    let long = format!("https://a.example/{deep}/{}.jpg", "é".repeat(300));
    let plan = plan_of([long.as_str(), long.as_str()]);
    for name in filled("{path}/{name}", &plan) {
        assert!(name.len() <= 200 && name.matches('/').count() == 17, "{name}");
    }
}

#[test]
fn a_folder_alone_is_not_expected_as_a_name() {
    let request = Request { name: Some("cats/".into()), ..Request::new("https://a.example/x.png") };
    let plan = Plan::new([request], &NativeText);
    let template = NameTemplate::parse("{ext}").unwrap();
    let plain = Plan::new(
        [Request { name: Some("cats/".into()), ..Request::new("https://a.example/") }],
        &NativeText,
    );
    let expected = |plan: &Plan| EntryNames::new(plan, &template, &NativeText).expected(0);
    assert_eq!((expected(&plan), expected(&plain)), ("cats/png".into(), "cats/image-0".into()));
}
