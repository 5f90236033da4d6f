use fetchzip::plan::{MOST_URLS, Plan, parse_list};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::archive::text::CrateText;
use crate::cases;

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
        if count <= MOST_URLS as u128 {
            prop_assert_eq!(requests.len() as u128, count);
            prop_assert_eq!(&requests[0].text, &joined(&pieces, |piece| &piece.first));
            prop_assert_eq!(&requests[requests.len() - 1].text, &joined(&pieces, |piece| &piece.last));
            prop_assert!(requests.iter().all(|request| request.glob_error.is_none()));
        } else {
            prop_assert_eq!(requests.len(), 1);
            let told = count.min(u64::MAX.into());
            let reason = requests[0].glob_error.clone().unwrap();
            prop_assert!(reason.contains(&format!("stands for {told} URLs")), "{}", reason);
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
