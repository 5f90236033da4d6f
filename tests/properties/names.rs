use std::collections::HashSet;

use fetchzip::image::{FileType, Format, ImageFacts};
use fetchzip::plan::{EntryNames, NameTemplate, Plan, Request, file_name_of};
use naughty_strings::BLNS;
use proptest::collection::vec;
use proptest::prelude::*;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::cases;
use crate::text::CrateText;
use support::archive::hostile::{HOSTILE, LINES};

/// The first rule that a name breaks, of Windows ("Naming Files, Paths, and Namespaces"), macOS, Linux
/// and the readers of archives.
fn fault(name: &str) -> Option<&'static str> {
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(' ').to_uppercase();
    let numbered = ["COM", "LPT"].iter().find_map(|device| stem.strip_prefix(device));
    let is_device = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
        || numbered.is_some_and(|number| number.chars().count() == 1 && "0123456789¹²³".contains(number));
    let misleads = |c: char| matches!(u32::from(c), 0xAD | 0x61C | 0x200B | 0x200E | 0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFEFF);
    let chars: Vec<char> = name.chars().collect();
    // What is not ASCII may be a letter or an emoji.
    let joins = |c: &char| !c.is_ascii_punctuation() && !c.is_whitespace() && !is_joiner(*c);
    let is_stray = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        is_joiner(chars[at]) && !(before.is_some_and(joins) && chars.get(at + 1).is_some_and(joins))
    };
    let rules = [
        (name.is_empty(), "is empty"),
        (name.len() > 200, "is too long"),
        (name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']), "has what Windows refuses"),
        (name.chars().any(char::is_control), "has control characters"),
        (name.chars().any(misleads), "has characters that can't be seen"),
        ((0..chars.len()).any(is_stray), "has a joiner that joins nothing"),
        (name.starts_with(['.', ' ']), "is hidden"),
        (name.ends_with(['.', ' ']), "ends in what Windows drops"),
        (is_device, "is a device"),
        (!is_nfc(name), "is not NFC"),
    ];
    rules.into_iter().find(|(is_broken, _)| *is_broken).map(|(_, fault)| fault)
}

/// The same for a name in folders.
fn fault_of_path(path: &str) -> Option<&'static str> {
    if path.len() > 200 { Some("is too long") } else { path.split('/').find_map(fault) }
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// The name as file systems compare it: some by lower case, some by upper case, some by both.
fn folded(name: &str) -> [String; 4] {
    let (lower, upper) = (name.to_lowercase(), name.to_uppercase());
    let (upper_of_lower, lower_of_upper) = (lower.to_uppercase(), upper.to_lowercase());
    [lower, upper, upper_of_lower, lower_of_upper].map(|text| text.nfc().collect())
}

/// Names a list of files of one type, and panics if a name breaks a rule.
fn check(requests: Vec<Request>, template: &str, file_type: impl Into<FileType>) {
    let file_type = file_type.into();
    let plan = Plan::new(requests, &CrateText);
    let template = NameTemplate::parse(template).unwrap();
    let mut names = EntryNames::new(&plan, &template, &CrateText);
    let mut taken: [HashSet<String>; 4] = Default::default();
    for (id, item) in plan.items().iter().enumerate() {
        let expected = names.expected(id);
        assert!(expected.is_empty() || fault_of_path(&expected).is_none(), "{expected:?}");
        let name = names.claim(id, &ImageFacts::new(0, 0, file_type.clone()));
        let name = name.as_str();
        assert_eq!(fault_of_path(name), None, "{name:?} from {:?} or {:?}", item.name, item.text);
        if let FileType::Image(format) = file_type {
            let extension = name.rsplit_once('.').map(|(_, extension)| extension);
            assert!(extension.is_some_and(|extension| format.accepts_extension(extension)), "{name:?}");
        }
        for (taken, folded) in taken.iter_mut().zip(folded(name)) {
            assert!(taken.insert(folded), "{name:?} is there twice");
        }
    }
}

/// Each text as a name and as a URL's last segment, as it is and percent-encoded to the last byte.
fn requests_for(text: &str) -> [Request; 4] {
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    [
        Request { name: Some(text.to_owned()), ..Request::new("https://a.example/photo") },
        Request {
            title: Some(text.to_owned()),
            cells: vec![("A".into(), text.to_owned())],
            ..Request::new(format!("https://a.example/{encoded}/x"))
        },
        Request::new(format!("https://a.example/{text}")),
        Request::new(format!("https://a.example/{encoded}")),
    ]
}

/// Text with more of the characters that the rules are about than random text has.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[./\\\\:*?\"<>| ~$-]{1,3}",
        "(?i)(con|nul|aux|prn|com[0-9¹]|lpt[1-3³])",
        "[\u{0}-\u{1f}\u{7f}-\u{a0}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}-\u{206f}\u{feff}]",
        "(\\.jpg|\\.JPEG|\\.png|\\.php|\\.|\\.tar\\.gz)",
        "(é|e\u{301}|ß|ẞ|ss|İ|ı|K|\u{212a}|Å|\u{212b}|ﬁ|fi|ς|σ|Σ|ſ|한|\u{1112}\u{1161}\u{11ab}|\u{37e})",
        "[\u{200c}\u{200d}]{1,2}",
        "[کهक्👩🏽]",
        "(:orig|:large|;jsessionid=1|;v=2)",
        "[a-c]{1,2}",
        "%[0-9a-fA-F]{2}",
        any::<String>(),
        "ü{90,110}",
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn file_type() -> impl Strategy<Value = FileType> {
    let others = ["application/pdf", "text/html", "application/octet-stream"];
    prop_oneof![
        prop::sample::select(&[Format::Jpeg, Format::Tiff, Format::Svg][..]).prop_map(FileType::Image),
        prop::sample::select(others.to_vec()).prop_map(|media_type| FileType::Other(media_type.into())),
    ]
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn anything_becomes_a_name_that_every_system_takes(
        texts in vec(hostile_text(), 1..24),
        template in prop::sample::select(&["{name}", "{stem}.{ext}", "{host} {index} {name}", "{index}", "{ext}", "", "{path}/{name}", "{title|x}/{col.A|y}/{stem}"][..]),
        file_type in file_type(),
    ) {
        check(texts.iter().flat_map(|text| requests_for(text)).collect(), template, file_type);
        for text in &texts {
            let name = file_name_of(text, &CrateText);
            prop_assert!(name.is_empty() || fault(&name).is_none(), "{name:?}");
        }
    }
}

#[test]
fn the_big_list_of_naughty_strings_becomes_valid_names() {
    assert!(BLNS.len() > 400);
    check(BLNS.iter().flat_map(|text| requests_for(text)).collect(), "{name}", Format::Png);
}

#[test]
fn our_own_hostile_names_become_valid_names() {
    check(HOSTILE.iter().chain(LINES).flat_map(|text| requests_for(text)).collect(), "{name}", Format::WebP);
}
