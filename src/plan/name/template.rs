//! Entry-name templates: `{path}/{index}-{name}`.

use super::fields::{Field, FieldError};
use crate::text::{Append, add, display_by_append};

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTemplate {
    source: String,
    parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Its own text, in which a slash separates folders.
    Text(String),
    /// A field, and what stands for it where it is empty.
    Field(Field, Option<String>),
}

/// The text is not a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The text.
    pub template: String,
    /// The content of the first braces that name no field, or everything after a brace that is not
    /// closed.
    pub field: String,
    /// What is wrong with it.
    pub error: FieldError,
}

impl Append for TemplateError {
    fn append_to(&self, whole: &mut String) {
        let Self { template, field, error } = self;
        add!(whole, "\"", template, "\" contains {", field);
        match error {
            FieldError::NotClosed => add!(whole, " without a closing brace; write {{ for a brace"),
            FieldError::Unknown => add!(
                whole,
                "}; the fields are {name}, {stem}, {ext}, {host}, {path}, {index}, {query.KEY}, {glob.1}, \
                 {col.NAME}, {title}, {date}, {type}, {width}, {height} and {sha256:8}"
            ),
        }
    }
}

display_by_append!(TemplateError);

impl std::error::Error for TemplateError {}

impl Default for NameTemplate {
    fn default() -> Self {
        Self { source: "{name}".into(), parts: vec![Part::Field(Field::Name, None)] }
    }
}

impl NameTemplate {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// If a field does not exist, or a brace is not closed.
    pub fn parse(template: &str) -> Result<Self, TemplateError> {
        let wrong = |field: &str, error| TemplateError {
            template: template.to_owned(),
            field: field.to_owned(),
            error,
        };
        let (mut parts, mut text, mut rest) = (Vec::new(), String::new(), template);
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            if let Some(after) = after.strip_prefix('{') {
                text.push('{');
                rest = after;
                continue;
            }
            let Some((inside, tail)) = after.split_once('}') else {
                return Err(wrong(after, FieldError::NotClosed));
            };
            let (name, fallback) = match inside.split_once('|') {
                Some((name, fallback)) => (name, Some(fallback.to_owned())),
                None => (inside, None),
            };
            let field = Field::parse(name).ok_or_else(|| wrong(inside, FieldError::Unknown))?;
            parts.push(Part::Text(std::mem::take(&mut text)));
            parts.push(Part::Field(field, fallback));
            rest = tail;
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        Ok(Self { source: template.to_owned(), parts })
    }

    /// The text that it was parsed from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the columns that it uses.
    pub fn columns(&self) -> Vec<String> {
        let column = |field: &Field| match field {
            Field::Column(name) => Some(name.clone()),
            _ => None,
        };
        self.fields().filter_map(column).collect()
    }

    /// Whether it has a field that is made of the SHA-256 of the bytes.
    pub fn uses_sha256(&self) -> bool {
        self.fields().any(|field| matches!(field, Field::Sha256(_)))
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Its fields, in order.
    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field(field, _) => Some(field),
            Part::Text(_) => None,
        })
    }

    /// The fields whose values the list gives, in order.
    pub(crate) fn list_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields().filter(|field| field.is_of_list())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_a_template_is_kept() {
        for source in
            ["", "{name}", "a-{index} {stem}.{ext}", "{host}}{name}x", "{{{col.A|b}", "{date:%Y-%m}"]
        {
            assert_eq!(NameTemplate::parse(source).unwrap().source(), source);
        }
        assert_eq!(NameTemplate::default(), {
            let parts = vec![Part::Field(Field::Name, None)];
            NameTemplate { source: "{name}".into(), parts }
        });
    }

    #[test]
    fn a_field_that_does_not_exist_is_named() {
        let error = NameTemplate::parse("{index}-{nmae}").unwrap_err().to_string();
        assert!(
            error.starts_with("\"{index}-{nmae}\" contains {nmae}; the fields are {name}, {stem}"),
            "{error}"
        );
        let error = NameTemplate::parse("a{name").unwrap_err().to_string();
        assert_eq!(error, "\"a{name\" contains {name without a closing brace; write {{ for a brace");
        for template in [
            "{}",
            "{size}",
            "{sha256:0}",
            "{sha256:65}",
            "{sha256x}",
            "{index:x}",
            "{glob.0}",
            "{col.}",
            "{query.}",
            "{date:}",
        ] {
            assert!(NameTemplate::parse(template).is_err(), "{template}");
        }
        for template in ["name}", "{{name}", "{index+1:4}", "{index:4+1}", "{col.a|}", "{glob.12}"] {
            assert!(NameTemplate::parse(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn a_template_knows_the_columns_that_it_needs() {
        let template = NameTemplate::parse("{col.SKU}/{col.Title|x} {title}").unwrap();
        assert_eq!(template.columns(), ["SKU", "Title"]);
        assert_eq!(template.list_fields().count(), 3);
    }
}
