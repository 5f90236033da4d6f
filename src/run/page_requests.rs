//! Requests that a page makes itself, beside its runs: they wait in the same queue of the browser's.
//!
//! A page sees of its own requests only that they have ended (`src/api/entry/page_requests.js`), and says so on the
//! channel of the [tabs](super::other_tabs). Its messages begin as theirs do, and have of each request the origin's
//! number, when it began and when it ended, in seconds since 1970.

use std::time::Duration;

use super::other_tabs::HEAD;
use crate::seconds::seconds;

/// Stands where a tab's message says whether it asks.
const ENDED: f64 = 2.0;

/// A page's request that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Stands for the origin's text.
    pub origin: u32,
    /// When it was made.
    pub begun: Duration,
    /// When its answer was complete, or its connection failed.
    pub ended: Duration,
}

/// The requests that a message tells of; `None` if it is a message of another form.
pub fn page_requests(message: &[f64]) -> Option<impl Iterator<Item = PageRequest>> {
    let (&[_, ENDED], requests) = message.split_first_chunk::<HEAD>()? else { return None };
    let request = |&[origin, begun, ended]: &[f64; 3]| PageRequest {
        origin: origin as u32,
        begun: seconds(begun),
        ended: seconds(ended),
    };
    Some(requests.as_chunks().0.iter().map(request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_of_requests_that_have_ended() {
        let request = |origin, begun, ended| PageRequest {
            origin,
            begun: Duration::from_secs(begun),
            ended: Duration::from_secs(ended),
        };
        let read = |message: &[f64]| page_requests(message).map(Iterator::collect::<Vec<_>>);
        let message = [0.0, ENDED, 7.0, 1.0, 3.0, 8.0, 2.0, 4.0];
        assert_eq!(read(&message), Some(vec![request(7, 1, 3), request(8, 2, 4)]));
        assert_eq!(read(&message[..7]), Some(vec![request(7, 1, 3)]));
        assert_eq!(read(&[0.5, 1.0, 7.0, 1.0, 1.0, 0.0, 0.0]), None);
        assert_eq!(read(&[0.5]), None);
    }
}
