//! What a page and the module that reads its lists send each other, as bytes.
//!
//! The module is loaded when the first list is there, and shares no memory with the page. The page sends a
//! [`Choice`]; the module answers with portions of what it has read, and with what it has
//! [understood](Understood) at the end.

use std::rc::Rc;

use super::form::Form;
use super::reader::{Choice, Understood};
use super::request::{Rejected, Request};
use crate::bytes::{ByteReader, PutBytes};

/// The number that stands for no form.
const NO_FORM: u8 = u8::MAX;

/// The number that stands for no line.
const NO_LINE: u32 = u32::MAX;

impl Choice {
    /// The choice as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_form(&mut bytes, self.form);
        put_numbers(&mut bytes, &self.columns);
        bytes.put_text(Some(&self.page));
        bytes.put_u8(self.keeps_ranges.into());
        bytes.put_u8(self.only_failed.into());
        put_texts(&mut bytes, &self.kept_columns);
        bytes
    }

    /// The choice that [`to_bytes`](Self::to_bytes) wrote; `None` for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let reader = &mut ByteReader(bytes);
        Some(Self {
            form: form(reader)?,
            columns: numbers(reader)?,
            page: reader.text()??,
            keeps_ranges: reader.bool()?,
            only_failed: reader.bool()?,
            kept_columns: texts(reader)?,
        })
    }
}

impl Understood {
    /// What was understood as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_form(&mut bytes, Some(self.form));
        bytes.put_u32(self.columns.len() as u32);
        for (name, has_addresses) in &self.columns {
            bytes.put_text(Some(name));
            bytes.put_u8((*has_addresses).into());
        }
        put_numbers(&mut bytes, &self.chosen);
        bytes.put_u8(self.needs_page.into());
        bytes
    }

    /// What [`to_bytes`](Self::to_bytes) wrote; `None` for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let reader = &mut ByteReader(bytes);
        Some(Self {
            form: form(reader)??,
            columns: (0..reader.u32()?)
                .map(|_| Some((reader.text()??, reader.bool()?)))
                .collect::<Option<_>>()?,
            chosen: numbers(reader)?,
            needs_page: reader.bool()?,
        })
    }
}

/// A portion of a list, as it is written.
#[derive(Clone, Debug, Default)]
pub struct Portion {
    bytes: Vec<u8>,
}

impl Portion {
    /// Appends a request, or a piece that names no address.
    pub fn push(&mut self, read: &Result<Request, Rejected>, choice: &Choice) {
        let bytes = &mut self.bytes;
        bytes.put_u8(read.is_ok().into());
        match read {
            Ok(request) => {
                bytes.put_text(Some(&request.text));
                bytes.put_text(request.name.as_deref());
                put_line(bytes, request.line);
                bytes.put_text(request.title.as_deref());
                put_texts(bytes, &request.fallbacks);
                put_texts(bytes, &request.globs);
                bytes.put_u32(request.cells.len() as u32);
                for (name, value) in &request.cells {
                    let column = choice.kept_columns.iter().position(|kept| **kept == **name);
                    bytes.put_u32(column.unwrap_or_default() as u32);
                    bytes.put_text(Some(value));
                }
            }
            Err(rejected) => {
                put_line(bytes, rejected.line);
                bytes.put_text(Some(&rejected.text));
                bytes.put_text(Some(&rejected.reason));
            }
        }
    }

    /// Whether nothing was appended.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes so far; the portion is empty afterwards.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

/// Reads a portion. It ends at bytes that [`Portion`] did not write.
#[derive(Debug)]
pub struct PortionReader<'a> {
    reader: ByteReader<'a>,
    columns: &'a [Rc<str>],
}

impl<'a> PortionReader<'a> {
    /// A reader of these bytes; `columns` are the [kept](Choice::kept_columns) ones.
    pub fn new(bytes: &'a [u8], columns: &'a [Rc<str>]) -> Self {
        Self { reader: ByteReader(bytes), columns }
    }

    fn request(&mut self) -> Option<Request> {
        let reader = &mut self.reader;
        Some(Request {
            text: reader.text()??,
            name: reader.text()?,
            line: line(reader)?,
            title: reader.text()?,
            fallbacks: texts(reader)?,
            globs: texts(reader)?,
            cells: (0..reader.u32()?)
                .map(|_| {
                    let column = self.columns.get(reader.u32()? as usize)?;
                    Some((Rc::clone(column), reader.text()??))
                })
                .collect::<Option<_>>()?,
            is_own_data: false,
            variant: None,
        })
    }

    fn rejected(&mut self) -> Option<Rejected> {
        let reader = &mut self.reader;
        Some(Rejected { line: line(reader)?, text: reader.text()??, reason: reader.text()?? })
    }
}

impl Iterator for PortionReader<'_> {
    type Item = Result<Request, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.bool()? { self.request().map(Ok) } else { self.rejected().map(Err) }
    }
}

fn put_form(bytes: &mut Vec<u8>, form: Option<Form>) {
    let number = form.and_then(|form| Form::ALL.iter().position(|known| *known == form));
    bytes.put_u8(number.map_or(NO_FORM, |number| number as u8));
}

fn form(reader: &mut ByteReader<'_>) -> Option<Option<Form>> {
    let number = reader.u8()?;
    if number == NO_FORM { Some(None) } else { Form::ALL.get(usize::from(number)).copied().map(Some) }
}

fn put_line(bytes: &mut Vec<u8>, line: Option<usize>) {
    bytes.put_u32(line.and_then(|line| u32::try_from(line).ok()).unwrap_or(NO_LINE));
}

fn line(reader: &mut ByteReader<'_>) -> Option<Option<usize>> {
    let number = reader.u32()?;
    Some((number != NO_LINE).then_some(number as usize))
}

fn put_texts(bytes: &mut Vec<u8>, texts: &[String]) {
    bytes.put_u32(texts.len() as u32);
    texts.iter().for_each(|text| bytes.put_text(Some(text)));
}

fn texts(reader: &mut ByteReader<'_>) -> Option<Vec<String>> {
    (0..reader.u32()?).map(|_| reader.text()?).collect()
}

fn put_numbers(bytes: &mut Vec<u8>, numbers: &[usize]) {
    bytes.put_u32(numbers.len() as u32);
    numbers.iter().for_each(|number| bytes.put_u32(*number as u32));
}

fn numbers(reader: &mut ByteReader<'_>) -> Option<Vec<usize>> {
    (0..reader.u32()?).map(|_| Some(reader.u32()? as usize)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice() -> Choice {
        Choice {
            form: Some(Form::Aria2),
            columns: vec![0, 3],
            page: "https://a.example/".into(),
            keeps_ranges: true,
            only_failed: false,
            kept_columns: vec!["SKU".into(), "Größe".into()],
        }
    }

    #[test]
    fn a_choice_and_what_was_understood_are_read_as_they_were_written() {
        for choice in [Choice::default(), choice()] {
            assert_eq!(Choice::from_bytes(&choice.to_bytes()), Some(choice));
        }
        let understood = Understood {
            form: Form::Table,
            columns: vec![("a".into(), true), (String::new(), false)],
            chosen: vec![0],
            needs_page: true,
        };
        assert_eq!(Understood::from_bytes(&understood.to_bytes()), Some(understood));
        let bytes = choice().to_bytes();
        for end in 0..bytes.len() {
            assert_eq!(Choice::from_bytes(&bytes[..end]), None, "{end} bytes");
        }
    }

    #[test]
    fn a_portion_is_read_as_it_was_written() {
        let request = Request {
            text: "https://a.example/1.jpg".into(),
            name: Some("eins.jpg".into()),
            line: Some(7),
            title: Some("Eins".into()),
            fallbacks: vec!["https://b.example/1.jpg".into()],
            globs: vec!["1".into(), "b".into()],
            cells: vec![("Größe".into(), "4 m".into())],
            is_own_data: false,
            variant: None,
        };
        let read = [Ok(request), Err(Rejected::new(None, "x", "not a URL")), Ok(Request::new("y"))];
        let (choice, mut portion) = (choice(), Portion::default());
        read.iter().for_each(|read| portion.push(read, &choice));
        let columns: Vec<Rc<str>> = choice.kept_columns.iter().map(|name| name.as_str().into()).collect();
        let bytes = portion.take();
        assert_eq!(PortionReader::new(&bytes, &columns).collect::<Vec<_>>(), read);
        assert!(portion.is_empty());
        assert_eq!(PortionReader::new(&bytes[..9], &columns).count(), 0);
    }
}
