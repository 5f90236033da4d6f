//! Lists of URLs as people paste them.

use super::address::{redacted, shortened};
use super::glob::{self, GlobError};
use super::html;
use crate::text::text;

/// The most URLs in one list, after its globs are expanded.
///
/// There must be a limit, since `[0-999999999]` is quickly typed. A table of 100,000 rows still
/// scrolls smoothly, and the largest workload of the benchmark has 12,044 images.
pub const MAX_URLS: usize = 100_000;

/// One requested URL, not yet parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The text of the URL.
    pub text: String,
    /// The entry name that the caller wants.
    pub name: Option<String>,
    /// The number of its line in the list, from 1.
    pub line: Option<usize>,
    /// If set, the request fails with this reason: its glob could not be expanded, or the list is too
    /// long.
    pub glob_error: Option<String>,
}

impl Request {
    /// A request for one URL.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// Reads a list: URLs or globs, one per line or separated by spaces; lines that begin with `#` are
/// comments, and quotes and trailing commas are ignored. Of pasted HTML, the links are read.
///
/// If there are more than [`MAX_URLS`], one more request stands for all the rest and carries the error.
pub fn parse_list(text: &str) -> Vec<Request> {
    let links = html::links(text);
    if !links.is_empty() {
        let of_link = |(index, text): (usize, String)| {
            let glob_error = (index == MAX_URLS).then(|| over_limit("link", index + 1));
            Request { glob_error, ..Request::new(text) }
        };
        return links.into_iter().take(MAX_URLS + 1).enumerate().map(of_link).collect();
    }
    let mut requests = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.starts_with('#') {
            continue;
        }
        for word in words(line) {
            if requests.len() == MAX_URLS {
                let glob_error = Some(over_limit("line", index + 1));
                requests.push(Request { line: Some(index + 1), glob_error, ..Request::new(word) });
                return requests;
            }
            expand_into(&mut requests, word, index + 1);
        }
    }
    requests
}

/// The error of the one request that stands for everything beyond the limit.
fn over_limit(what: &str, number: usize) -> String {
    text![
        what,
        " ",
        number,
        " and everything after it exceed the limit of ",
        MAX_URLS,
        " URLs per list; split it up"
    ]
}

/// The URLs of a line. Unless each of its words is a URL, the line is one text, so that an address
/// with a stray space is reported as a whole.
fn words(line: &str) -> Vec<&str> {
    let pieces: Vec<_> = line.split([' ', '\t']).map(unquoted).filter(|piece| !piece.is_empty()).collect();
    let all_are_urls = pieces.iter().all(|piece| is_url(piece));
    if all_are_urls { pieces } else { vec![unquoted(line)] }
}

fn is_url(text: &str) -> bool {
    text.split(':').skip(1).any(|rest| rest.starts_with("//")) || text.starts_with("data:")
}

/// Removes what surrounds a URL in a JSON array, a CSV column or a Markdown line.
fn unquoted(text: &str) -> &str {
    let text = text.trim().trim_end_matches([',', ';']).trim();
    for (open, close) in [('"', '"'), ('\'', '\''), ('<', '>')] {
        if let Some(inside) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            return inside;
        }
    }
    text
}

fn expand_into(requests: &mut Vec<Request>, text: &str, line: usize) {
    let limit = MAX_URLS.saturating_sub(requests.len());
    // The brackets and braces of a data: URL are content.
    let texts = if text.starts_with("data:") { Ok(vec![text.to_owned()]) } else { glob::expand(text, limit) };
    let request = Request { line: Some(line), ..Request::default() };
    match texts {
        Ok(texts) => {
            requests.extend(texts.into_iter().map(|text| Request { text, ..request.clone() }));
        }
        Err(error) => {
            let reason = match error {
                GlobError::Backwards => {
                    text!["the range in \"", shortened(&redacted(text)), "\" runs backwards; swap its ends"]
                }
                GlobError::TooMany { count } => text![
                    "line ",
                    line,
                    " expands to ",
                    count,
                    " URLs, and the limit is ",
                    MAX_URLS,
                    " per list; split it up"
                ],
            };
            requests.push(Request { text: text.to_owned(), glob_error: Some(reason), ..request });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &str) -> Vec<String> {
        parse_list(list).into_iter().map(|request| request.text).collect()
    }

    #[test]
    fn lines_are_read_without_comments_blanks_and_quotes() {
        let list = "\u{feff}# pictures\r\nhttps://a.example/1.jpg\r\n\r\n  \"https://a.example/2.jpg\",\n\
                    https://a.example/3.jpg https://a.example/4.jpg\n<https://a.example/5.jpg>\n";
        let expected: Vec<_> = (1..=5).map(|n| format!("https://a.example/{n}.jpg")).collect();
        assert_eq!(texts(list), expected);
    }

    #[test]
    fn a_request_knows_its_line() {
        let requests = parse_list("\n# x\nhttps://a.example/[1-2]\nnot a url");
        let lines: Vec<_> = requests.iter().map(|request| request.line).collect();
        assert_eq!(lines, [Some(3), Some(3), Some(4)]);
        assert_eq!(requests[2].text, "not a url");
    }

    #[test]
    fn the_same_url_ten_times_is_ten_requests() {
        assert_eq!(texts(&"https://picsum.photos/200/300\n".repeat(10)).len(), 10);
    }

    #[test]
    fn a_glob_beyond_the_limit_is_one_failed_request() {
        let requests = parse_list("https://a.example/[1-999999999].jpg\nhttps://a.example/1.jpg");
        assert_eq!(requests.len(), 2);
        let reason = requests[0].glob_error.as_deref().unwrap();
        assert_eq!(reason, "line 1 expands to 999999999 URLs, and the limit is 100000 per list; split it up");
        assert_eq!(requests[1].glob_error, None);
    }

    #[test]
    fn the_rest_of_a_list_that_is_too_long_is_one_failed_request() {
        let list = "https://a.example/[1-99999]\nhttps://a.example/a\nhttps://a.example/b\nc\nd";
        let requests = parse_list(list);
        assert_eq!(requests.len(), MAX_URLS + 1);
        let [.., last, rest] = &requests[..] else { panic!("there are several") };
        assert_eq!((last.line, &last.glob_error), (Some(2), &None));
        assert_eq!((rest.line, rest.text.as_str()), (Some(3), "https://a.example/b"));
        let reason =
            "line 3 and everything after it exceed the limit of 100000 URLs per list; split it up".to_owned();
        assert_eq!(rest.glob_error, Some(reason));
        let links = "<img src=a>".repeat(MAX_URLS + 9);
        let requests = parse_list(&links);
        assert_eq!(requests.len(), MAX_URLS + 1);
        let errors = requests.iter().filter_map(|request| request.glob_error.as_deref());
        let reason =
            "link 100001 and everything after it exceed the limit of 100000 URLs per list; split it up";
        assert_eq!(errors.collect::<Vec<_>>(), [reason]);
    }

    #[test]
    fn a_fragment_is_not_a_comment_and_a_data_url_not_a_glob() {
        assert_eq!(texts("https://a.example/1.svg#{a,b}").len(), 2);
        assert_eq!(texts("data:image/svg+xml,<svg>{a,b}").len(), 1);
    }
}
