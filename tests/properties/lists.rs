use fetchzip::plan::{MAX_URLS, Plan, parse_list};
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

/// A line that says something: more than what surrounds URLs in other people's lists.
fn says_something(line: &str) -> bool {
    let line = line.trim_start_matches('\u{feff}').trim();
    !line.starts_with('#') && line.chars().any(|c| !c.is_whitespace() && !",;'\"<>".contains(c))
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
        let text = joined(&pieces, |piece| &piece.text);
        let count = pieces.iter().fold(1_u128, |count, piece| count.saturating_mul(piece.count));
        let requests = parse_list(&text);
        if count <= MAX_URLS as u128 {
            prop_assert_eq!(requests.len() as u128, count);
            prop_assert_eq!(&requests[0].text, &joined(&pieces, |piece| &piece.first));
            prop_assert_eq!(&requests[requests.len() - 1].text, &joined(&pieces, |piece| &piece.last));
            prop_assert!(requests.iter().all(|request| request.glob_error.is_none()));
        } else {
            prop_assert_eq!(requests.len(), 1);
            let told = count.min(u64::MAX.into());
            let reason = requests[0].glob_error.clone().unwrap();
            prop_assert!(reason.contains(&format!("expands to {told} URLs")), "{}", reason);
        }
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn no_line_of_a_list_is_lost(lines in vec(line(), 0..12)) {
        let list = lines.join("\n");
        let requests = parse_list(&list);
        let plan = Plan::new(requests.clone(), &CrateText);
        prop_assert_eq!(plan.len(), requests.len());
        // Pasted HTML has no lines of its own.
        if requests.iter().all(|request| request.line.is_some()) && !list.contains('<') {
            for (index, line) in list.lines().enumerate().filter(|(_, line)| says_something(line)) {
                let is_there = requests.iter().any(|request| request.line == Some(index + 1));
                prop_assert!(is_there, "{line:?} is lost");
            }
        }
        for item in plan.items() {
            // What is no address says why, and what it was.
            if let Err(error) = &item.address {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}

/// What must hold of any text that somebody pastes.
fn check(text: &str) {
    let plan = Plan::new(parse_list(text), &CrateText);
    for item in plan.items() {
        match &item.address {
            Ok(address) => {
                let is_fetched =
                    ["http://", "https://", "data:"].iter().any(|start| address.href.starts_with(start));
                assert!(is_fetched, "{text:?} would ask for {}", address.href);
            }
            Err(error) => {
                let message = error.to_string();
                assert!((1..400).contains(&message.len()), "{text:?}: {message}");
            }
        }
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
        for item in Plan::new(parse_list(line), &CrateText).items() {
            let message = item.address.as_ref().unwrap_err().to_string();
            assert!(
                !item.display_text().contains("secret"),
                "{line:?} is shown as {:?}",
                item.display_text()
            );
            assert!(!message.contains("secret"), "{line:?}: {message}");
        }
    }
    assert!(lines.count() > 9);
}

#[test]
fn no_hostile_line_costs_another() {
    for text in LINES.iter().chain(HOSTILE).chain(BLNS).filter(|text| !text.contains('<')) {
        let list = format!("https://a.example/before.jpg\n{text}\nhttps://a.example/after.jpg");
        let plan = Plan::new(parse_list(&list), &CrateText);
        let texts: Vec<_> = plan.items().iter().map(fetchzip::plan::Item::display_text).collect();
        assert_eq!(texts.first(), Some(&"https://a.example/before.jpg"), "{text:?}");
        assert_eq!(texts.last(), Some(&"https://a.example/after.jpg"), "{text:?}");
    }
}

#[test]
fn a_list_of_a_hundred_thousand_lines_is_taken_whole() {
    let line = |number: usize| format!("https://{}.example/{number}.jpg\n", number % 7);
    let list: String = (0..MAX_URLS).map(line).collect();
    let plan = Plan::new(parse_list(&list), &CrateText);
    assert_eq!((plan.len(), plan.origins().len()), (100_000, 7));
    assert!(plan.items().iter().all(|item| item.address.is_ok()));
    assert_eq!(plan.items()[99_999].line, Some(100_000));
}

#[test]
fn a_glob_that_would_give_millions_is_counted_and_makes_nothing() {
    let list = "https://a.example/[1-1000]/[1-1000]/{a,b,c}.jpg\nhttps://a.example/x.jpg";
    let requests = parse_list(list);
    assert_eq!(requests.len(), 2);
    let reason = requests[0].glob_error.as_deref().unwrap();
    assert_eq!(reason, "line 1 expands to 3000000 URLs, and the limit is 100000 per list; split it up");
    assert_eq!(requests[1].glob_error, None);
}
