//! Tables with separated values, by RFC 4180, with whatever separates them.

use std::rc::Rc;

use super::columns::{Column, HIDDEN, SAMPLE, best, is_column_name, is_hidden, no_address, position_of};
use super::lines::{from, lines_of, trimmed};
use super::output::Output;
use super::prose::{addresses, addresses_with_spaces, is_address, names_image};
use super::request::Request;
use crate::text::text;

/// A record with more lines has a quote that is not closed.
const MAX_LINES: usize = 64;

/// So has a longer one, in bytes.
const MAX_BYTES: usize = 1 << 18;

/// The separator of a table with one column: the unit separator, which is in no text.
const NONE: u8 = 0x1F;

/// How a text is a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The byte between two values.
    pub separator: u8,
    /// Whether the first record names the columns.
    pub has_header: bool,
}

/// Reads a table, one record at each step.
pub struct TableReader<'a> {
    records: Records<'a>,
    /// The columns, of which the sample has counted the values.
    pub columns: Vec<Column>,
    /// The columns of which the addresses are taken.
    pub chosen: Vec<usize>,
    /// The columns whose values requests carry.
    kept: Vec<(usize, Rc<str>)>,
    /// The column that says how an image of an earlier run ended, if only the failed ones are to be read.
    outcome: Option<usize>,
}

impl<'a> TableReader<'a> {
    /// Reads a text. Without a choice of the user's, the best column is read.
    pub fn new(text: &'a str, layout: Layout, chosen: &[usize], only_failed: bool) -> Self {
        let mut records = Records::new(text, layout.separator);
        let mut columns = Vec::new();
        if layout.has_header {
            let names = records.next().unwrap_or_default().cells;
            columns.extend(names.iter().map(|name| Column::new(trimmed(name))));
        }
        for record in records.fork().take(SAMPLE) {
            for (index, cell) in record.cells.iter().enumerate() {
                while columns.len() <= index {
                    columns.push(Column::new(text!["column ", columns.len() + 1]));
                }
                if let Some(column) = columns.get_mut(index) {
                    column.push(cell);
                }
            }
        }
        let mut chosen: Vec<_> = chosen.iter().copied().filter(|index| *index < columns.len()).collect();
        if chosen.is_empty() {
            chosen = best(&columns);
            let first = chosen.first().and_then(|first| columns.get(*first)).cloned().unwrap_or_default();
            let is_one_of_several = |column: &Column| column.has_images() && column.is_numbered_like(&first);
            chosen.retain(|index| {
                columns.get(*index).is_some_and(|own| *own == first || is_one_of_several(own))
            });
        }
        let outcome = columns.iter().position(|column| column.name == "outcome").filter(|_| only_failed);
        Self { records, columns, chosen, kept: Vec::new(), outcome }
    }

    /// Has requests carry the values of these columns.
    pub fn keep(&mut self, names: &[String]) {
        let kept = names.iter();
        let kept = kept.filter_map(|name| Some((position_of(&self.columns, name)?, Rc::from(name.as_str()))));
        self.kept = kept.collect();
    }

    /// Has requests carry the values of all columns.
    pub fn keep_all(&mut self) {
        let columns = self.columns.iter().enumerate();
        self.kept = columns.map(|(index, column)| (index, Rc::from(column.name.as_str()))).collect();
    }

    /// Reads the next record; false at the end.
    pub fn step(&mut self, out: &mut Output) -> bool {
        let Some(Record { line, cells, is_torn }) = self.records.next() else { return false };
        let first = cells.first().map(String::as_str).unwrap_or_default();
        if is_torn {
            out.reject(Some(line), first, "a quotation mark in this line is not closed");
            return true;
        }
        let is_left_out = |index| cells.get(index).is_some_and(|outcome: &String| outcome != "failed");
        if self.outcome.is_some_and(is_left_out) || cells.iter().all(|cell| trimmed(cell).is_empty()) {
            return true;
        }
        let before = out.count();
        for index in &self.chosen {
            let cell = cells.get(*index).map(String::as_str).unwrap_or_default();
            if is_hidden(cell) {
                out.reject(Some(line), cell, HIDDEN);
                return true;
            }
            for found in addresses_with_spaces(trimmed(cell)) {
                let kept = self.kept.iter();
                let kept =
                    kept.filter_map(|(index, name)| Some((Rc::clone(name), cells.get(*index)?.clone())));
                out.push(Request { cells: kept.collect(), ..Request::on_line(line, found.text) });
            }
        }
        if out.count() == before && !out.is_full {
            let cell = self.chosen.first().and_then(|index| cells.get(*index));
            let shown = cell.filter(|cell| !cell.is_empty()).map_or(first, String::as_str);
            out.reject(Some(line), shown, no_address(&self.columns, &self.chosen));
        }
        true
    }
}

/// How a text is a table; `None` if it is none. One that is a list of addresses with commas in them, or
/// between them, is none.
pub fn layout_of(text: &str) -> Option<Layout> {
    if let (Some(separator), rest) = named_separator(text) {
        let sniffed = sniff(rest, separator).map(|(layout, _)| layout);
        return sniffed.or_else(|| Some(Layout { separator, has_header: has_no_address(rest) }));
    }
    let first = trimmed(lines_of(text).find(|line| !trimmed(line).is_empty())?);
    let layouts = [b'\t', b',', b';', b'|'].into_iter().filter_map(|separator| sniff(text, separator));
    let widest = layouts.max_by_key(|(_, width)| *width).map(|(layout, _)| layout);
    let is_named =
        is_column_name(first) && lines_of(text).nth(1).is_some_and(|line| is_address(trimmed(line)));
    widest.or_else(|| is_named.then_some(Layout { separator: NONE, has_header: true }))
}

/// A layout for a text that the user calls a table.
pub fn forced_layout(text: &str) -> Layout {
    layout_of(text).unwrap_or_else(|| {
        let line = lines_of(text).next().unwrap_or_default();
        let separator = [b'\t', b';', b'|'].into_iter().find(|byte| line.contains(char::from(*byte)));
        Layout { separator: separator.unwrap_or(b','), has_header: has_no_address(text) }
    })
}

/// Whether the first line has no address.
fn has_no_address(text: &str) -> bool {
    addresses(lines_of(text).next().unwrap_or_default(), &[]).is_empty()
}

/// The separator that the first line names in the way of spreadsheets, such as `sep=;`, and the text after
/// that line.
fn named_separator(text: &str) -> (Option<u8>, &str) {
    let text = text.trim_start_matches('\u{feff}');
    let end = text.find(['\n', '\r']).unwrap_or(text.len());
    let line = text.get(..end).unwrap_or_default().trim_matches('"');
    match line.as_bytes() {
        [mark @ .., separator] if mark.eq_ignore_ascii_case(b"sep=") && separator.is_ascii() => {
            (Some(*separator), from(text, end))
        }
        _ => (None, text),
    }
}

/// Tries a separator on the first records; returns the usual number of columns with the layout.
fn sniff(text: &str, separator: u8) -> Option<(Layout, usize)> {
    let records: Vec<_> = Records::new(text, separator).take(50).filter(|record| !record.is_torn).collect();
    let (first, rest) = records.split_first()?;
    let is_name =
        |cell: &String| cell.len() < 80 && addresses(cell, &[]).is_empty() && !cell.contains(":\\/");
    let has_header = first.cells.iter().all(is_name) && !rest.is_empty();
    let body = if has_header { rest } else { records.as_slice() };
    let is_wide = |records: &[Record]| {
        records.iter().filter(|record| record.cells.len() > 1).count() * 2 >= records.len().max(1)
    };
    let is_addressed = |record: &&Record| match has_header {
        true => record.cells.iter().any(|cell| !addresses(cell, &[]).is_empty()),
        false => record.cells.iter().any(|cell| is_address(trimmed(cell))),
    };
    let addressed: Vec<_> = body.iter().filter(is_addressed).collect();
    let is_usual = if has_header { !addressed.is_empty() } else { addressed.len() * 2 >= body.len() };
    if first.cells.len() < 2 || !is_wide(body) || !is_usual {
        return None;
    }
    let is_named = has_header && first.cells.iter().any(|cell| is_column_name(cell));
    // A header over addresses alone; those with a separator in them would be in pieces. After a separator and a
    // space they are a sentence, not a record.
    let is_spaced = first.cells.iter().skip(1).any(|cell| cell.starts_with(' '));
    let is_whole = |record: &Record| {
        !is_spaced && record.cells.iter().all(|cell| cell.is_empty() || is_address(trimmed(cell)))
    };
    let is_one = |record: &&&Record| is_record(record, separator) || has_header && is_whole(record);
    let is_table = is_named || addressed.iter().filter(is_one).count() * 2 > addressed.len();
    is_table.then_some((Layout { separator, has_header }, first.cells.len()))
}

/// Whether what stands beside the address in a record without a header is a value of its own, and neither
/// the rest of the address nor another address.
fn is_record(record: &Record, separator: u8) -> bool {
    let cells = || record.cells.iter().map(|cell| trimmed(cell)).filter(|cell| !cell.is_empty());
    let is_of_addresses = |cell: &str| match separator {
        b'\t' => cell.split_whitespace().all(is_address),
        _ => !addresses(cell, &[]).is_empty(),
    };
    let mut others = cells().filter(|cell| !is_of_addresses(cell)).peekable();
    if others.peek().is_none() {
        return false;
    }
    let first = cells().next().unwrap_or_default();
    let is_apart =
        |cell: &str| cell.contains(char::is_whitespace) || !cell.contains(['/', '=', '.', '&', '%']);
    separator == b'\t' || !is_address(first) || names_image(first) && others.clone().all(is_apart) || {
        others.all(|cell| cell.contains(char::is_whitespace))
    }
}

/// A record of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Record {
    /// The number of its first line.
    line: usize,
    cells: Vec<String>,
    /// Whether a quote in it is not closed. Its cells are those of its first line then.
    is_torn: bool,
}

/// The records of a table. Blank lines are none.
struct Records<'a> {
    rest: &'a str,
    line: usize,
    separator: u8,
    parser: csv_core::Reader,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, separator: u8) -> Self {
        let parser = csv_core::ReaderBuilder::new().delimiter(separator).build();
        Self { rest: named_separator(text).1, line: 1, separator, parser }
    }

    /// The same records again. A clone of the parser would not know its separator (csv-core 0.1.13).
    fn fork(&self) -> Self {
        Self { line: self.line, ..Self::new(self.rest, self.separator) }
    }

    /// Skips the next bytes.
    fn skip(&mut self, length: usize) {
        let is_within_crlf = from(self.rest, length).starts_with('\n')
            && self.rest.get(..length).is_some_and(|passed| passed.ends_with('\r'));
        let length = length + usize::from(is_within_crlf);
        let (passed, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.line += line_ends(passed);
        self.rest = rest;
    }

    /// The cells of the record at the beginning of a text, and its length in bytes.
    fn parse(&mut self, text: &str) -> (Vec<String>, usize) {
        let (mut bytes, mut ends) = (vec![0; 512], vec![0; 32]);
        let (mut read, mut written, mut cells) = (0, 0, 0);
        self.parser.reset();
        loop {
            let input = text.as_bytes().get(read..).unwrap_or_default();
            let (Some(free), Some(free_ends)) = (bytes.get_mut(written..), ends.get_mut(cells..)) else {
                break;
            };
            let (result, more_read, more_written, more_cells) =
                self.parser.read_record(input, free, free_ends);
            read += more_read;
            written += more_written;
            cells += more_cells;
            match result {
                // An empty input is the end of the text.
                csv_core::ReadRecordResult::InputEmpty => {}
                csv_core::ReadRecordResult::OutputFull => bytes.resize(bytes.len() * 2, 0),
                csv_core::ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
                csv_core::ReadRecordResult::Record | csv_core::ReadRecordResult::End => break,
            }
        }
        let mut start = 0;
        let cells = ends.iter().take(cells).map(|end| {
            let cell = bytes.get(start..*end).unwrap_or_default();
            start = *end;
            // The separators are ASCII, so the values are as valid as the text.
            String::from_utf8(cell.to_vec()).unwrap_or_default()
        });
        (cells.collect(), read)
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let blank = self.rest.len() - self.rest.trim_start_matches(['\n', '\r']).len();
        self.skip(blank);
        if self.rest.is_empty() {
            return None;
        }
        let (rest, line) = (self.rest, self.line);
        let most = (0..=rest.len().min(MAX_BYTES)).rev().find_map(|end| rest.get(..end)).unwrap_or_default();
        let (cells, length) = self.parse(most);
        let own = rest.get(..length).unwrap_or_default();
        let lines = line_ends(own.trim_end_matches(['\n', '\r'])) + 1;
        let is_open = cells.last().is_some_and(|cell| cell.ends_with(['\n', '\r']));
        if lines > MAX_LINES
            || length == most.len() && most.len() < rest.len()
            || (lines > 1 || is_open) && own.matches('"').count() % 2 == 1
        {
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            let first = rest.get(..end).unwrap_or_default();
            self.skip(end);
            let cells = first.split(char::from(self.separator)).map(str::to_owned).collect();
            return Some(Record { line, cells, is_torn: true });
        }
        self.skip(length);
        Some(Record { line, cells, is_torn: false })
    }
}

/// The number of line ends in a text, CRLF being one.
fn line_ends(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_end = |(index, byte): &(usize, &u8)| {
        **byte == b'\n' || **byte == b'\r' && from(text, index + 1).as_bytes().first() != Some(&b'\n')
    };
    bytes.iter().enumerate().filter(is_end).count()
}
