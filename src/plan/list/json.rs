//! JSON and JSON Lines. Every object is a record whose fields are its columns; what a list has that is not
//! an object is a record of one value.

use std::mem::discriminant;
use std::rc::Rc;

use super::columns::{Column, HIDDEN, SAMPLE, is_hidden, is_named, no_address, of_images, position_of};
use super::document::{JsonShape, ListWeb};
use super::lines::{Lines, trimmed};
use super::output::Output;
use super::prose::addresses_with_spaces;
use super::request::Request;
use crate::plan::TextMap;
use crate::text::text;

/// Objects inside objects that are read as fields of the outer one.
const MAX_DEPTH: usize = 32;

/// Reads JSON, one record at each step.
pub struct JsonReader<'a, V> {
    records: Records<'a, V>,
    /// The columns so far, each named by the path of its field.
    pub columns: Vec<Column>,
    /// The number of each column, by its name.
    numbers: TextMap,
    /// The columns of which the addresses are taken.
    pub chosen: Vec<usize>,
    /// Whether the user chose them.
    is_chosen: bool,
    /// The columns whose values requests carry.
    kept: Vec<(Option<usize>, Rc<str>)>,
    /// Whether requests carry all values.
    keeps_all: bool,
    /// Whether only records are read whose outcome is a failure.
    only_failed: bool,
    /// The entry that is being read: its number, and the requests that there were before it.
    entry: Option<(usize, usize)>,
}

impl<'a, V: Clone> JsonReader<'a, V> {
    /// Reads a value.
    pub fn of_value<W: ListWeb<Json = V>>(value: V, chosen: &[usize], only_failed: bool, web: &W) -> Self {
        let mut records = Records { stack: Vec::new(), lines: None, entry: 0 };
        records.begin(value, web);
        Self::new(records, chosen, only_failed, web)
    }

    /// Reads a value from each line.
    pub fn of_lines<W: ListWeb<Json = V>>(
        text: &'a str,
        chosen: &[usize],
        only_failed: bool,
        web: &W,
    ) -> Self {
        let records = Records { stack: Vec::new(), lines: Some(Lines::of(text)), entry: 0 };
        Self::new(records, chosen, only_failed, web)
    }

    fn new<W: ListWeb<Json = V>>(
        records: Records<'a, V>,
        chosen: &[usize],
        only_failed: bool,
        web: &W,
    ) -> Self {
        let is_chosen = !chosen.is_empty();
        let mut reader = Self {
            records: records.clone(),
            columns: Vec::new(),
            numbers: TextMap::default(),
            chosen: chosen.to_vec(),
            is_chosen,
            kept: Vec::new(),
            keeps_all: false,
            only_failed,
            entry: None,
        };
        let mut sample = records;
        for _ in 0..SAMPLE {
            match sample.next(web) {
                None => break,
                Some(Step::Record { cells, .. }) => cells.own.iter().for_each(|(name, value)| {
                    let number = reader.number_of(name);
                    reader.columns.get_mut(number).into_iter().for_each(|column| column.push(value));
                }),
                Some(_) => {}
            }
        }
        if !is_chosen {
            reader.chosen = of_images(&reader.columns);
        }
        reader
    }

    /// Has requests carry the values of these columns.
    pub fn keep(&mut self, names: &[String]) {
        let kept = names.iter().map(|name| (position_of(&self.columns, name), Rc::from(name.as_str())));
        self.kept = kept.collect();
    }

    /// Has requests carry the values of all fields.
    pub fn keep_all(&mut self) {
        self.keeps_all = true;
    }

    fn number_of(&mut self, name: &str) -> usize {
        self.numbers.get(name).unwrap_or_else(|| {
            let number = self.columns.len();
            self.columns.push(Column::new(name));
            self.numbers.set(name.to_owned(), number);
            number
        })
    }

    /// Reads the next record; false at the end.
    pub fn step<W: ListWeb<Json = V>>(&mut self, web: &W, out: &mut Output) -> bool {
        match self.records.next(web) {
            None => {
                self.end_entry(out);
                false
            }
            Some(Step::NotJson { line, text }) => {
                self.end_entry(out);
                out.reject(Some(line), text, "this line is not JSON");
                true
            }
            Some(Step::Record { entry, cells }) => {
                if self.entry.is_none_or(|(number, _)| number != entry) {
                    self.end_entry(out);
                    self.entry = Some((entry, out.count()));
                }
                self.read(entry, &cells, out);
                true
            }
        }
    }

    fn read(&mut self, entry: usize, cells: &Cells, out: &mut Output) {
        let values = || cells.own.iter().chain(cells.inherited.iter());
        if self.only_failed && values().any(|(name, value)| name.ends_with("outcome") && value != "failed") {
            self.entry = None;
            return;
        }
        let mut kept = Vec::new();
        for (number, own) in &self.kept {
            let column = number.and_then(|number| self.columns.get(number));
            // A field that is not in the sample is known only by what the user calls it.
            let is_kept =
                |path: &str| column.map_or_else(|| is_named(path, own), |column| column.name == path);
            let value = values().find(|(path, _)| is_kept(path));
            kept.extend(value.map(|(_, value)| (Rc::clone(own), value.clone())));
        }
        if self.keeps_all {
            kept.extend(values().map(|(name, value)| (Rc::from(name.as_str()), value.clone())));
        }
        for (name, value) in &cells.own {
            let found = addresses_with_spaces(value);
            if found.is_empty() {
                continue;
            }
            if is_hidden(value) {
                out.reject(Some(entry), value, HIDDEN);
                self.entry = None;
                continue;
            }
            let is_new = self.numbers.get(name).is_none();
            let number = self.number_of(name);
            if is_new && let Some(column) = self.columns.get_mut(number) {
                // It is not in the sample: it counts if it is as good as those that are chosen.
                column.push(value);
                if !self.is_chosen && of_images(&self.columns).contains(&number) {
                    self.chosen.push(number);
                }
            }
            if self.chosen.contains(&number) {
                let line = self.records.lines.is_some().then_some(entry);
                for found in found {
                    let cells = kept.clone();
                    out.push(Request { line, cells, ..Request::new(found.text) });
                }
            }
        }
    }

    /// Rejects the entry that was read, if it named no address.
    fn end_entry(&mut self, out: &mut Output) {
        let Some((number, before)) = self.entry.take() else { return };
        if out.count() == before && !out.is_full {
            out.reject(Some(number), &text!["entry ", number], no_address(&self.columns, &self.chosen));
        }
    }
}

/// The values of a record, each with the path of its field.
#[derive(Clone, Debug, Default)]
struct Cells {
    own: Vec<(String, String)>,
    /// Those of the objects around it.
    inherited: Rc<Vec<(String, String)>>,
}

enum Step<'a> {
    /// A record of the list's entry with this number, or of the line.
    Record {
        entry: usize,
        cells: Cells,
    },
    NotJson {
        line: usize,
        text: &'a str,
    },
}

/// A walk through values, which never goes deeper into Rust's stack than a few objects.
#[derive(Clone)]
struct Records<'a, V> {
    stack: Vec<Frame<V>>,
    /// The lines that have a value each.
    lines: Option<Lines<'a>>,
    entry: usize,
}

/// What is walked through.
#[derive(Clone)]
enum Items<V> {
    List(V),
    /// The values of an object whose names are keys rather than fields.
    Values(Rc<Vec<V>>),
}

/// A list that is being walked through, or a value that waits.
#[derive(Clone)]
struct Frame<V> {
    list: Items<V>,
    next: usize,
    length: usize,
    path: String,
    inherited: Rc<Vec<(String, String)>>,
    /// Whether its elements are the entries of the whole.
    is_outermost: bool,
}

impl<'a, V: Clone> Records<'a, V> {
    fn begin<W: ListWeb<Json = V>>(&mut self, value: V, web: &W) {
        let length = match web.shape(&value) {
            JsonShape::List(length) => length,
            // An object is an entry as a whole.
            _ => usize::MAX,
        };
        let is_outermost = self.lines.is_none();
        self.stack.push(Frame {
            list: Items::List(value),
            next: 0,
            length,
            path: String::new(),
            inherited: Rc::default(),
            is_outermost,
        });
    }

    fn next<W: ListWeb<Json = V>>(&mut self, web: &W) -> Option<Step<'a>> {
        loop {
            let Some(frame) = self.stack.last_mut() else {
                let (number, line) = self.lines.as_mut()?.next()?;
                let line = trimmed(line);
                if line.is_empty() {
                    continue;
                }
                let Some(value) = web.parse_json(line) else {
                    return Some(Step::NotJson { line: number, text: line });
                };
                self.entry = number;
                self.begin(value, web);
                continue;
            };
            if frame.next >= frame.length {
                self.stack.pop();
                continue;
            }
            let (path, inherited) = (frame.path.clone(), Rc::clone(&frame.inherited));
            let value = match &frame.list {
                Items::List(value) if frame.length == usize::MAX => {
                    frame.length = 0;
                    value.clone()
                }
                Items::List(list) => web.element(list, frame.next),
                Items::Values(values) => values.get(frame.next)?.clone(),
            };
            frame.next += usize::from(frame.length > 0);
            if frame.is_outermost {
                self.entry = frame.next.max(1);
            }
            let mut cells = Cells { own: Vec::new(), inherited };
            let mut lists = Vec::new();
            flatten(value, &path, MAX_DEPTH, &mut cells.own, &mut lists, web);
            if !lists.is_empty() {
                let inherited = [cells.own.as_slice(), &cells.inherited].concat();
                let inherited = Rc::new(inherited);
                self.stack.extend(lists.into_iter().rev().map(|(path, list, length)| Frame {
                    list,
                    next: 0,
                    length,
                    path,
                    inherited: Rc::clone(&inherited),
                    is_outermost: false,
                }));
            }
            return Some(Step::Record { entry: self.entry, cells });
        }
    }
}

/// Takes a value apart: texts with the paths of their fields, and lists, which are walked through later.
fn flatten<W: ListWeb>(
    value: W::Json,
    path: &str,
    depth: usize,
    cells: &mut Vec<(String, String)>,
    lists: &mut Vec<(String, Items<W::Json>, usize)>,
    web: &W,
) {
    match web.shape(&value) {
        JsonShape::Null => {}
        JsonShape::Text(text) => cells.push((path.to_owned(), text)),
        JsonShape::List(length) => lists.push((path.to_owned(), Items::List(value), length)),
        JsonShape::Object(_) if depth == 0 => {}
        JsonShape::Object(fields) if has_keys(&fields, web) => {
            let values: Vec<_> = fields.into_iter().map(|(_, value)| value).collect();
            let length = values.len();
            lists.push((path.to_owned(), Items::Values(Rc::new(values)), length));
        }
        JsonShape::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name } else { text![path, ".", name] };
                flatten(value, &path, depth - 1, cells, lists, web);
            }
        }
    }
}

/// Whether the names of an object are keys, such as the numbers of articles, so that each value is a record of
/// its own: there are more than a record has fields, and all values are alike.
fn has_keys<W: ListWeb>(fields: &[(String, W::Json)], web: &W) -> bool {
    const OBJECTS: usize = 8;
    const TEXTS: usize = 100;
    if fields.len() < OBJECTS {
        return false;
    }
    let mut shapes = fields.iter().map(|(_, value)| web.shape(value));
    let Some(first) = shapes.next() else { return false };
    let least = match first {
        JsonShape::Object(_) | JsonShape::List(_) => OBJECTS,
        JsonShape::Text(_) => TEXTS,
        JsonShape::Null => return false,
    };
    fields.len() >= least && shapes.all(|shape| discriminant(&shape) == discriminant(&first))
}
