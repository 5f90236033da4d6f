//! Reads a text from its beginning.

/// What is left of a text.
#[derive(Clone, Copy, Debug)]
pub struct Scanner<'a>(pub &'a str);

impl<'a> Scanner<'a> {
    /// The next character.
    pub fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }

    /// Reads this text if it is next; returns whether it was.
    pub fn eat(&mut self, text: &str) -> bool {
        match self.0.strip_prefix(text) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// Reads up to the first of the characters at which `is_end`, or to the end of the text.
    pub fn take(&mut self, is_end: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(is_end).unwrap_or(self.0.len());
        self.take_bytes(end)
    }

    /// Reads up to this text and past it; `None`, and nothing is read, if it does not occur.
    pub fn take_until(&mut self, end: &str) -> Option<&'a str> {
        let (before, after) = self.0.split_once(end)?;
        self.0 = after;
        Some(before)
    }

    /// Reads this many bytes, which must end between two characters; otherwise everything.
    pub fn take_bytes(&mut self, count: usize) -> &'a str {
        let (before, after) = self.0.split_at_checked(count).unwrap_or((self.0, ""));
        self.0 = after;
        before
    }
}
