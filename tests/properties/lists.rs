use fetchzip::plan::{Choice, Form, Item, ListReader, MAX_URLS, Plan, Rejected};
use naughty_strings::BLNS;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;
use crate::text::CrateText;
use support::archive::hostile::{HOSTILE, LINES};

/// A piece of a URL, what it stands for first and last, and how many that are.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    first: String,
    last: String,
    count: u128,
}

fn numbers() -> impl Strategy<Value = Piece> {
    let largest = prop_oneof![4 => Just(60_u64), 1 => Just(u64::MAX)];
    let bounds = largest.prop_flat_map(|largest| (0..=largest, 0..=largest));
    (bounds, 1..9_u64, 0..4_usize, prop_oneof![Just('-'), Just(':')]).prop_map(
        |((a, b), step, zeros, dash)| {
            let (from, to) = (a.min(b), a.max(b));
            let width = if zeros == 0 { 0 } else { from.to_string().len() + zeros };
            let count = u128::from((to - from) / step) + 1;
            let last = from + (to - from) / step * step;
            let shown = |number: u64| format!("{number:0width$}");
            Piece {
                text: format!("[{}{dash}{to}:{step}]", shown(from)),
                first: shown(from),
                last: shown(last),
                count,
            }
        },
    )
}

fn letters() -> impl Strategy<Value = Piece> {
    (b'a'..=b'z', b'a'..=b'z', 1..4_u8).prop_map(|(a, b, step)| {
        let (from, to) = (a.min(b), a.max(b));
        let last = from + (to - from) / step * step;
        let shown = |letter| char::from(letter).to_string();
        Piece {
            text: format!("[{}-{}:{step}]", shown(from), shown(to)),
            first: shown(from),
            last: shown(last),
            count: u128::from((to - from) / step) + 1,
        }
    })
}

fn words() -> impl Strategy<Value = Piece> {
    vec("[a-zé.]{0,3}", 2..5).prop_map(|words| Piece {
        text: format!("{{{}}}", words.join(",")),
        first: words[0].clone(),
        last: words[words.len() - 1].clone(),
        count: words.len() as u128,
    })
}

fn plain() -> impl Strategy<Value = Piece> {
    "[a-zü0-9/._]{0,6}".prop_map(|text| Piece { first: text.clone(), last: text.clone(), count: 1, text })
}

fn joined(pieces: &[Piece], part: impl Fn(&Piece) -> &String) -> String {
    pieces.iter().fold("https://a.example/".to_owned(), |text, piece| text + part(piece))
}

/// A list as it is read, and the form that it was taken for.
fn read_as(text: &str) -> (Plan, Vec<Rejected>, Form) {
    let (plan, mut rejected) = (Plan::default(), Vec::new());
    let mut reader = ListReader::new(text, &Choice::default(), &CrateText);
    for read in reader.by_ref() {
        rejected.extend(read.and_then(|request| plan.push_valid(request, &CrateText)).err());
    }
    (plan, rejected, reader.understood().form)
}

fn read(text: &str) -> (Plan, Vec<Rejected>) {
    let (plan, rejected, _) = read_as(text);
    (plan, rejected)
}

fn addresses(plan: &Plan) -> Vec<&str> {
    plan.items().iter().map(Item::display_text).collect()
}

/// The lines of a list, whatever ends them.
fn lines_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

/// A line that says something: more than what surrounds URLs in other people's lists.
fn says_something(line: &str) -> bool {
    let line = line.trim_matches(is_blank);
    !line.starts_with('#')
        && line.split(" #").next().unwrap().chars().any(|c| !is_blank(c) && !",;'\"<>".contains(c))
}

/// What can't be seen, wherever it is.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(u32::from(c), 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF)
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \t]?https?://[a-z]{1,3}\\.example/[!-~]{0,20}",
        "[\"'<]?(https?://|data:|htp:|//)[ -;=-~é]{0,12}[\"'>]?[,;]?",
        "# [ -~]{0,9}",
        "[ \t,;\"'\u{feff}]{0,4}",
    ]
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn a_glob_makes_what_was_counted_or_nothing(
        pieces in vec(prop_oneof![numbers(), letters(), words(), plain()], 1..5),
    ) {
        // Punctuation at the end would be that of a sentence.
        let whole = |part: fn(&Piece) -> &String| joined(&pieces, part) + "/x";
        let count = pieces.iter().fold(1_u128, |count, piece| count.saturating_mul(piece.count));
        let reader_text = whole(|piece| &piece.text);
        let requests: Vec<_> = ListReader::new(&reader_text, &Choice::default(), &CrateText).collect();
        if count <= MAX_URLS as u128 {
            prop_assert_eq!(requests.len() as u128, count);
            prop_assert_eq!(&requests[0].as_ref().unwrap().text, &whole(|piece| &piece.first));
            prop_assert_eq!(&requests[requests.len() - 1].as_ref().unwrap().text, &whole(|piece| &piece.last));
        } else {
            prop_assert_eq!(requests.len(), 1);
            let told = count.min(u64::MAX.into());
            let reason = requests[0].as_ref().unwrap_err().reason.clone();
            prop_assert!(reason.contains(&format!("expands to {told} URLs")), "{}", reason);
        }
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn no_line_of_a_list_is_lost(lines in vec(line(), 0..12)) {
        let list = lines.join("\n");
        let (plan, rejected, form) = read_as(&list);
        // Markup is full of lines that name nothing, and a piece of HTML is one.
        if form == Form::Text && !list.contains('<') {
            let read = plan.items().iter().map(|item| item.line).chain(rejected.iter().map(|own| own.line));
            let read: Vec<_> = read.flatten().collect();
            for (index, line) in lines_of(&list).enumerate().filter(|(_, line)| says_something(line)) {
                prop_assert!(read.contains(&(index + 1)), "{line:?} is lost");
            }
        }
        for own in rejected {
            prop_assert!(!own.reason.is_empty());
        }
    }

    #[test]
    fn any_text_is_read_in_any_form(text in any::<String>(), form in 0..Form::ALL.len()) {
        let choice = Choice { form: Some(Form::ALL[form]), ..Choice::default() };
        let count = ListReader::new(&text, &choice, &CrateText).count();
        prop_assert!(count <= MAX_URLS + 1);
    }

    #[test]
    fn a_table_gives_back_what_was_put_into_it(
        cells in vec(("[ -~é\n]{0,12}", "[ -~é]{0,9}"), 1..9),
        separator in prop::sample::select(&[',', ';', '\t', '|'][..]),
    ) {
        let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
        let row = |(index, (one, two)): (usize, &(String, String))| {
            let address = format!("https://a.example/{index}.jpg");
            [quoted(one), address, quoted(two)].join(&separator.to_string())
        };
        let rows: Vec<_> = cells.iter().enumerate().map(row).collect();
        let table = format!("one{separator}image{separator}two\n{}", rows.join("\n"));
        let choice = Choice { kept_columns: vec!["one".into(), "two".into()], ..Choice::default() };
        let requests: Vec<_> = ListReader::new(&table, &choice, &CrateText).map(Result::unwrap).collect();
        prop_assert_eq!(requests.len(), cells.len());
        for (request, (one, two)) in requests.iter().zip(&cells) {
            let read: Vec<_> = request.cells.iter().map(|(_, value)| value).collect();
            prop_assert_eq!(read, [one, two], "{}", table);
        }
    }
}

/// What must hold of any text that somebody pastes.
fn check(text: &str) {
    let (plan, rejected) = read(text);
    for address in addresses(&plan) {
        let is_fetched = ["http://", "https://", "data:"].iter().any(|start| address.starts_with(start));
        assert!(is_fetched, "{text:?} would ask for {address}");
    }
    for Rejected { reason, .. } in rejected {
        assert!((1..400).contains(&reason.len()), "{text:?}: {reason}");
    }
}

#[test]
fn hostile_lines_are_addresses_that_can_be_fetched_or_say_why_not() {
    LINES.iter().chain(HOSTILE).chain(BLNS).for_each(|text| check(text));
    for text in LINES.iter().chain(HOSTILE).chain(BLNS) {
        check(&format!("https://a.example/{text}"));
        check(&format!("https://{text}/"));
    }
}

#[test]
fn no_password_is_ever_shown() {
    let lines = LINES.iter().filter(|line| line.contains("secret"));
    for line in lines.clone() {
        let (plan, rejected) = read(line);
        assert!(plan.is_empty(), "{line:?} gives {:?}", addresses(&plan));
        for Rejected { text, reason, .. } in rejected {
            assert!(!text.contains("secret"), "{line:?} is shown as {text:?}");
            assert!(!reason.contains("secret"), "{line:?}: {reason}");
        }
    }
    assert!(lines.count() > 9);
}

#[test]
fn no_hostile_line_costs_another() {
    for text in LINES.iter().chain(HOSTILE).chain(BLNS).filter(|text| !text.contains('<')) {
        let list = format!("https://a.example/before.jpg\n{text}\nhttps://a.example/after.jpg");
        let (plan, _) = read(&list);
        let texts = addresses(&plan);
        assert_eq!(texts.first(), Some(&"https://a.example/before.jpg"), "{text:?}");
        assert_eq!(texts.last(), Some(&"https://a.example/after.jpg"), "{text:?}");
    }
}

#[test]
fn a_list_of_a_hundred_thousand_lines_is_taken_whole() {
    let line = |number: usize| format!("https://{}.example/{number}.jpg\n", number % 7);
    let list: String = (0..MAX_URLS).map(line).collect();
    let (plan, _) = read(&list);
    assert_eq!((plan.len(), plan.origins().len()), (100_000, 7));
    assert_eq!(plan.items()[99_999].line, Some(100_000));
}

#[test]
fn a_glob_that_would_give_millions_is_counted_and_makes_nothing() {
    let list = "https://a.example/[1-1000]/[1-1000]/{a,b,c}.jpg\nhttps://a.example/x.jpg";
    let (plan, rejected) = read(list);
    let reason = "\"https://a.example/[1-1000]/[1-1000]/{a,b,c}.jpg\" expands to 3000000 URLs, and the limit is 100000 \
                  per list; split it up";
    assert_eq!(rejected[0].reason, reason);
    assert_eq!(addresses(&plan), ["https://a.example/x.jpg"]);
}

#[test]
fn the_rest_of_a_list_that_is_too_long_is_rejected_once() {
    let list = "https://a.example/[1-99999]\nhttps://a.example/a\nhttps://a.example/b\nc\nd";
    let (plan, rejected) = read(list);
    assert_eq!((plan.len(), rejected.len()), (MAX_URLS, 1));
    let reason = "line 3 and everything after it exceed the limit of 100000 URLs per list; split it up";
    assert_eq!((rejected[0].line, rejected[0].reason.as_str()), (Some(3), reason));
}
