//! Why images failed, for all of one reason together, and what the user can do.

use super::nouns::{HOST, IMAGE, LINE};
use super::numbers::count;
use crate::text::text;

/// Images that failed for one reason.
#[derive(Clone, Copy, Debug)]
pub struct Images<'a> {
    /// Their number.
    pub number: usize,
    /// The origin of the first.
    pub host: &'a str,
    /// The number of their origins.
    pub hosts: usize,
    /// The origin of the relay that was asked for them, if it was one.
    pub relay: Option<&'a str>,
}

/// Lines of the list that are not addresses, with what is wrong with the first.
pub fn lines(lines: usize, first: &str) -> String {
    text![count(lines, LINE), " of the list; the first: ", first]
}

/// Images that a run had not fetched when it was stopped.
pub fn stopped(images: usize) -> String {
    text![count(images, IMAGE), " not fetched because the run was stopped"]
}

impl Images<'_> {
    /// For an error that says all: `3 images from https://a.example: the server answered 503 …`.
    pub fn failed(&self, error: &str) -> String {
        self.with(error)
    }

    /// For what is a file, but not an image.
    pub fn are_other_files(&self, error: &str) -> String {
        self.with(&text![error, ", or choose Keep files that are no images under More options"])
    }

    /// For an address that has the image itself.
    pub fn are_unreadable_data(&self) -> String {
        self.with("the data: address can’t be read: check it")
    }

    /// For a refusal by a host that lets other images be read.
    pub fn are_refused(&self) -> String {
        self.with(
            "refused, broken off, or an error page without CORS. Other images of the host could be read: open one \
             of these in a tab to see what it is",
        )
    }

    /// For a host in a network that a page of the web is kept from.
    pub fn are_in_a_closer_network(&self) -> String {
        self.with_server(
            " is on this machine or in a private network, and this page is not. Browsers let a page reach it only \
             with your permission, or not at all (Local Network Access); open fetchzip from a host in the same \
             network instead. It may also be switched off",
        )
    }

    /// For a host that does not answer.
    pub fn are_out_of_reach(&self) -> String {
        self.with_server(match self.relay {
            Some(_) => " can’t be reached: check that it is running, and try again",
            None => " can’t be reached: check the addresses and the connection, and try again",
        })
    }

    /// For a host that does not let other sites read its images.
    pub fn are_kept_from_pages(&self) -> String {
        self.with_server(match self.relay {
            Some(_) => {
                " answers, but does not let this page read it (CORS). Have it let this page read its responses"
            }
            None => {
                " answers, but does not let this page read it (CORS). The browser extension of fetchzip may read it. \
                 Or ask the host to let other sites read its images, or name a relay of your own under More options"
            }
        })
    }

    /// For what the extension may not read yet.
    pub fn need_permission(&self) -> String {
        self.with("needs your permission. The browser asks you for it when you press Allow")
    }

    /// For addresses of `http:` on a page of `https:`.
    pub fn are_mixed_content(&self) -> String {
        self.with(
            "not asked for: this page is on https:, and browsers let it read nothing from http: (mixed content). \
             Write https: in the addresses, or name a relay of your own under More options",
        )
    }

    fn with(&self, reason: &str) -> String {
        let images = count(self.number, IMAGE);
        match self.hosts {
            1 => text![images, " from ", self.host, ": ", reason],
            hosts => text![images, " from ", count(hosts, HOST), ": ", reason],
        }
    }

    /// With a reason that begins with what was asked.
    fn with_server(&self, reason: &str) -> String {
        self.with(&match (self.relay, self.hosts) {
            (Some(relay), _) => text!["the relay ", relay, reason],
            (None, 1) => text!["the host", reason],
            (None, _) => text!["each host", reason],
        })
    }
}
