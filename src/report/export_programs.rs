//! A list for programs that fetch without a browser: aria2, and img2dataset, which can share the work
//! among several machines.

use super::record::push_string;
use crate::plan::{EntryName, EntryNames, Item, ItemId, NameTemplate, Plan, TextMap, WebText, folded};
use crate::text::{add, text};
use crate::words::exports;

/// A program that a list is exported for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// An input file of aria2: each address, and below it the name of its file
    /// (<https://aria2.github.io/manual/en/html/aria2c.html#input-file>).
    Aria2,
    /// JSON Lines with the columns `url`, `caption` and `name`. Not CSV, in which img2dataset reads the
    /// caption `007` as a number, and a spreadsheet runs what looks like a formula.
    Img2dataset,
}

/// A command for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it runs, and what that needs.
    pub title: &'static str,
    /// The command line, for any shell.
    pub line: String,
}

/// A list in the form of a program, ready to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramInput {
    /// The file's content.
    pub text: String,
    /// The commands that read it.
    pub commands: Vec<Command>,
    /// The number of items that are in the file.
    pub exported: usize,
    /// The number of items that are not, since they have no address that another program could request.
    pub left_out: usize,
}

/// A list that is being written for a program, item by item, so that a page can do other things between.
#[derive(Debug)]
pub struct ProgramList<'a, W> {
    program: Program,
    plan: &'a Plan,
    /// The names of the items that are in an archive already.
    known: &'a [Option<EntryName>],
    expected: EntryNames<'a, W>,
    web: &'a W,
    /// The files so far, folded, each with the number that its next namesake tries first, and the folders,
    /// each with 0.
    taken: TextMap,
    text: String,
    exported: usize,
    left_out: usize,
    has_captions: bool,
}

impl Program {
    /// The name of the exported file.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Aria2 => "aria2.txt",
            Self::Img2dataset => "img2dataset.jsonl",
        }
    }

    /// The commands that read the exported file.
    pub fn commands(self, has_captions: bool) -> Vec<Command> {
        let command = |title, line| Command { title, line };
        match self {
            Self::Aria2 => {
                let line = "aria2c --input-file=aria2.txt --dir=images --max-concurrent-downloads=16 \
                            --auto-file-renaming=false --continue=true";
                vec![command("aria2", line.to_owned())]
            }
            Self::Img2dataset => {
                let captions = if has_captions { " --caption_col caption" } else { "" };
                let line = |distributor: &str| {
                    text![
                        "img2dataset --url_list img2dataset.jsonl --input_format jsonl --url_col url",
                        captions,
                        " --save_additional_columns \"[name]\" --output_folder dataset --output_format \
                         webdataset --resize_mode no --skip_reencode True --number_sample_per_shard 1000 \
                         --processes_count 4 --thread_count 16",
                        distributor
                    ]
                };
                vec![
                    command(exports::IMG2DATASET_ON_THIS_MACHINE, line("")),
                    command(exports::ON_PYSPARK, line(" --distributor pyspark")),
                    command(exports::ON_RAY, line(" --distributor ray")),
                ]
            }
        }
    }
}

impl<'a, W: WebText> ProgramList<'a, W> {
    /// An empty list. `known` has the names of the items that are in an archive already, or is empty.
    pub fn new(
        program: Program,
        plan: &'a Plan,
        template: &'a NameTemplate,
        known: &'a [Option<EntryName>],
        web: &'a W,
    ) -> Self {
        let mut list = Self {
            program,
            plan,
            known,
            expected: EntryNames::new(plan, template, web),
            web,
            taken: TextMap::default(),
            text: String::new(),
            exported: 0,
            left_out: 0,
            has_captions: false,
        };
        for name in known.iter().flatten() {
            list.claim(&list.spelled(name.as_str()));
        }
        list
    }

    /// Writes the next item.
    pub fn push(&mut self, id: ItemId) {
        let item = &self.plan.items()[id];
        // What the user's filters leave out is not asked for elsewhere, either.
        if item.left_out.is_some() {
            return;
        }
        let Some(address) = item.address.as_ref().ok().filter(|address| !address.is_data()) else {
            self.left_out += 1;
            return;
        };
        self.exported += 1;
        let name = match self.known.get(id) {
            Some(Some(name)) => self.spelled(name.as_str()),
            _ => {
                let expected = self.spelled(&self.expected.expected(id));
                self.claim(&expected)
            }
        };
        // No request contains the fragment, which aria2 would send.
        let address = address.href.split('#').next().unwrap_or_default();
        match self.program {
            Program::Aria2 => {
                self.text.push_str(address);
                for fallback in &item.fallbacks {
                    let address = fallback.address.href.split('#').next().unwrap_or_default();
                    add!(&mut self.text, "\t", address);
                }
                add!(&mut self.text, "\n  out=", name, "\n");
            }
            Program::Img2dataset => self.push_row(address, item, &name),
        }
    }

    fn push_row(&mut self, address: &str, item: &Item, name: &str) {
        self.text.push_str("{\"url\":");
        push_string(&mut self.text, address);
        if let Some(title) = item.title.as_deref().filter(|title| !title.is_empty()) {
            self.has_captions = true;
            self.text.push_str(",\"caption\":");
            push_string(&mut self.text, &caption(title));
        }
        self.text.push_str(",\"name\":");
        push_string(&mut self.text, name);
        self.text.push_str("}\n");
    }

    /// The whole list, after its last item.
    pub fn finish(self) -> ProgramInput {
        ProgramInput {
            text: self.text,
            commands: self.program.commands(self.has_captions),
            exported: self.exported,
            left_out: self.left_out,
        }
    }

    /// A name as the program has to be given it. aria2 replaces one variable in the names of files.
    fn spelled(&self, name: &str) -> String {
        match self.program {
            Program::Aria2 => name.replace("${HOME}", "$HOME"),
            Program::Img2dataset => name.to_owned(),
        }
    }

    /// Takes a name; numbered, if it is taken already.
    fn claim(&mut self, name: &str) -> String {
        let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
        let mut path = String::new();
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            path += folder;
            while self.number_of(&path).is_some_and(|number| number > 0) {
                path.push('_');
            }
            self.taken.set(folded(&path, self.web), 0);
            path.push('/');
        }
        let plain = text![path, file];
        let Some(mut number) = self.number_of(&plain) else {
            self.taken.set(folded(&plain, self.web), 2);
            return plain;
        };
        number = number.max(2);
        let (stem, extension) = match file.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, text![".", extension]),
            _ => (file, String::new()),
        };
        loop {
            let numbered = text![path, stem, " (", number, ")", extension];
            number += 1;
            if self.number_of(&numbered).is_none() {
                self.taken.set(folded(&plain, self.web), number);
                self.taken.set(folded(&numbered, self.web), 2);
                return numbered;
            }
        }
    }

    fn number_of(&self, name: &str) -> Option<usize> {
        self.taken.get(&folded(name, self.web))
    }
}

/// A title that img2dataset reads as a text. If all were dates, it would read them as such, and could write
/// none of their images; with a space behind it, none is.
fn caption(title: &str) -> String {
    let is_of_date = |byte: u8| byte.is_ascii_digit() || b"-:.+TZ ".contains(&byte);
    let is_date = title.contains('-') && title.bytes().all(is_of_date);
    text![title, if is_date { " " } else { "" }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Format, ImageFacts};
    use crate::plan::Request;
    use crate::plan::tests::{NativeText, plan_of};

    fn written(program: Program, plan: &Plan, template: &str, known: &[Option<EntryName>]) -> ProgramInput {
        let template = NameTemplate::parse(template).unwrap();
        let mut list = ProgramList::new(program, plan, &template, known, &NativeText);
        (0..plan.len()).for_each(|item| list.push(item));
        list.finish()
    }

    fn titled<'a>(items: impl IntoIterator<Item = (&'a str, &'a str)>) -> Plan {
        let request =
            |(text, title): (&str, &str)| Request { title: Some(title.to_owned()), ..Request::new(text) };
        Plan::new(items.into_iter().map(request), &NativeText)
    }

    #[test]
    fn an_address_for_aria2_has_its_name_below_it() {
        let plan = plan_of([
            "https://a.example/x/cat.jpg?w=1#part",
            "https://b.example/y/Cat.jpg",
            "data:image/gif;base64,R0lGOD",
            "https://a.example/%24%7BHOME%7D.jpg",
            "nonsense",
        ]);
        let input = written(Program::Aria2, &plan, "{name}", &[]);
        assert_eq!(
            input.text,
            "https://a.example/x/cat.jpg?w=1\n  out=cat.jpg\nhttps://b.example/y/Cat.jpg\n  \
             out=Cat (2).jpg\nhttps://a.example/%24%7BHOME%7D.jpg\n  out=$HOME.jpg\n"
        );
        assert_eq!((input.exported, input.left_out), (3, 2));
        let folders = written(Program::Aria2, &plan, "{host}/{path}/{name}", &[]).text;
        assert!(folders.contains("  out=a.example/x/cat.jpg\n"), "{folders}");
    }

    #[test]
    fn names_of_an_archive_are_kept_and_no_other_takes_them() {
        let plan = plan_of(["https://a.example/cat.jpg", "https://b.example/cat"]);
        let template = NameTemplate::default();
        let name =
            EntryNames::new(&plan, &template, &NativeText).claim(0, &ImageFacts::new(0, 0, Format::Jpeg));
        let known = [None, Some(name)];
        let input = written(Program::Aria2, &plan, "{name}", &known);
        assert_eq!(
            input.text,
            "https://a.example/cat.jpg\n  out=cat (2).jpg\nhttps://b.example/cat\n  out=cat.jpg\n"
        );
    }

    #[test]
    fn a_file_and_a_folder_do_not_have_one_name() {
        let plan = plan_of(["https://a.example/x", "https://a.example/x/x", "https://a.example/x/x"]);
        let input = written(Program::Aria2, &plan, "{path}/{name}", &[]);
        let names: Vec<_> = input.text.lines().filter_map(|line| line.strip_prefix("  out=")).collect();
        assert_eq!(names, ["x", "x_/x", "x_/x (2)"]);
    }

    #[test]
    fn a_row_for_img2dataset_has_the_columns_that_the_command_names() {
        let plan = titled([("https://a.example/1.jpg", "a \"cat\",\nü"), ("https://a.example/2.jpg", "")]);
        let input = written(Program::Img2dataset, &plan, "{name}", &[]);
        assert_eq!(
            input.text,
            "{\"url\":\"https://a.example/1.jpg\",\"caption\":\"a \\\"cat\\\",\\nü\",\"name\":\"1.jpg\"}\n\
             {\"url\":\"https://a.example/2.jpg\",\"name\":\"2.jpg\"}\n"
        );
        assert!(input.commands[0].line.contains(" --caption_col caption "));
        let without = written(Program::Img2dataset, &plan_of(["https://a.example/1.jpg"]), "{name}", &[]);
        assert!(!without.commands.iter().any(|command| command.line.contains("caption")));
    }

    #[test]
    fn the_document_has_the_commands_that_the_page_shows() {
        let document = include_str!("../../docs/exports.md");
        for (program, mark) in [(Program::Aria2, "aria2"), (Program::Img2dataset, "img2dataset")] {
            let mark = format!("\n```sh {mark}\n");
            let blocks = document.split(&mark).skip(1).map(|rest| rest.split("\n```").next().unwrap());
            let commands = program.commands(true);
            assert!(blocks.eq(commands.iter().map(|command| command.line.as_str())), "{program:?}");
        }
    }

    #[test]
    fn a_caption_is_never_read_as_a_date() {
        for title in ["2024-01-02", "2024-01-02T03:04:05Z", "2024-01-02 03:04"] {
            assert_eq!(caption(title), format!("{title} "));
        }
        for title in ["007", "", "2024-01-02 in Rome", "a - b"] {
            assert_eq!(caption(title), title);
        }
    }
}
