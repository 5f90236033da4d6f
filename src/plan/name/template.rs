//! Entry-name templates: `{index}-{name}`.

use crate::text::{Append, add, display_by_append};

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameTemplate(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Name,
    Stem,
    Extension,
    Host,
    Index,
}

/// The values of a template's fields for one item.
pub struct Fields<'a> {
    /// The name without its extension.
    pub stem: &'a str,
    /// The extension without its dot; empty if it is not known yet.
    pub extension: &'a str,
    /// The host.
    pub host: &'a str,
    /// The item's number, padded.
    pub index: &'a str,
}

/// The text is not a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The text.
    pub template: String,
    /// The content of the first braces that name no field, or everything after a brace that is not
    /// closed.
    pub field: String,
}

impl Append for TemplateError {
    fn append_to(&self, whole: &mut String) {
        let Self { template, field } = self;
        add!(
            whole,
            "\"",
            template,
            "\" contains {",
            field,
            "}; the fields are {name}, {stem}, {ext}, {host} and {index}"
        )
    }
}

display_by_append!(TemplateError);

impl std::error::Error for TemplateError {}

impl Default for NameTemplate {
    fn default() -> Self {
        Self(vec![Part::Name])
    }
}

impl NameTemplate {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// If a field does not exist, or a brace is not closed.
    pub fn parse(template: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((text, after)) = rest.split_once('{') {
            parts.push(Part::Text(text.to_owned()));
            let (field, tail) = after.split_once('}').unwrap_or((after, ""));
            let is_closed = after.len() > field.len();
            parts.push(match field {
                "name" if is_closed => Part::Name,
                "stem" if is_closed => Part::Stem,
                "ext" if is_closed => Part::Extension,
                "host" if is_closed => Part::Host,
                "index" if is_closed => Part::Index,
                _ => return Err(TemplateError { template: template.to_owned(), field: field.to_owned() }),
            });
            rest = tail;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The text that it was parsed from.
    pub fn source(&self) -> String {
        let texts = self.0.iter().map(|part| match part {
            Part::Text(own) => own,
            Part::Name => "{name}",
            Part::Stem => "{stem}",
            Part::Extension => "{ext}",
            Part::Host => "{host}",
            Part::Index => "{index}",
        });
        texts.collect()
    }

    /// Fills the template for one item.
    pub(super) fn fill(&self, fields: &Fields<'_>) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(own) => text.push_str(own),
                Part::Stem => text.push_str(fields.stem),
                Part::Extension => text.push_str(fields.extension),
                Part::Host => text.push_str(fields.host),
                Part::Index => text.push_str(fields.index),
                Part::Name => {
                    text.push_str(fields.stem);
                    if !fields.extension.is_empty() {
                        text.push('.');
                        text.push_str(fields.extension);
                    }
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_of_a_template_parses_to_the_same_template() {
        for source in ["", "{name}", "a-{index} {stem}.{ext}", "{host}}{name}x"] {
            let template = NameTemplate::parse(source).unwrap();
            assert_eq!(template.source(), source);
        }
        assert_eq!(NameTemplate::default().source(), "{name}");
    }

    #[test]
    fn a_field_that_does_not_exist_is_named() {
        let error = NameTemplate::parse("{index}-{nmae}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"{index}-{nmae}\" contains {nmae}; the fields are {name}, {stem}, {ext}, {host} and {index}"
        );
        assert!(NameTemplate::parse("{name").is_err());
        assert!(NameTemplate::parse("name}").is_ok());
    }
}
