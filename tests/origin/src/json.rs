//! JSON, as much of it as this server writes.

use std::fmt::Write;

/// An object under construction: `object().text("a", "b").number("n", 1).end()`.
#[derive(Debug)]
pub struct Object(String);

/// Begins an object.
pub fn object() -> Object {
    Object("{".to_owned())
}

impl Object {
    /// Adds a string.
    pub fn text(self, name: &str, value: &str) -> Self {
        self.raw(name, &quote(value))
    }

    /// Adds a number, or null.
    pub fn number(self, name: &str, value: impl Into<Option<f64>>) -> Self {
        match value.into() {
            Some(value) => self.raw(name, &value.to_string()),
            None => self.raw(name, "null"),
        }
    }

    /// Adds a count.
    pub fn count(self, name: &str, value: u64) -> Self {
        self.raw(name, &value.to_string())
    }

    /// Adds what is JSON already.
    pub fn raw(mut self, name: &str, json: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0 += &quote(name);
        self.0.push(':');
        self.0 += json;
        self
    }

    /// The object's text.
    pub fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// An array of what is JSON already.
pub fn array(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    format!("[{}]", items.join(","))
}

/// A string with its quotes (RFC 8259, section 7).
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            control if control < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_json() {
        let text =
            object().text("a\"b", "\\\n é").count("n", 3).number("none", None).raw("list", &array([])).end();
        assert_eq!(text, r#"{"a\"b":"\\\u000a é","n":3,"none":null,"list":[]}"#);
    }
}
