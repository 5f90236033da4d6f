//! Rows of text.

/// A table of names and numbers.
#[derive(Clone, Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table with these headings.
    pub fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|text| (*text).to_owned()).collect()] }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<String>) {
        self.rows.push(row);
    }

    /// Columns for a terminal: numbers aligned to the right, words to the left; empty columns left out.
    pub fn columns(&self) -> String {
        let shown: Vec<usize> = (0..self.rows[0].len()).filter(|column| self.has_content(*column)).collect();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for column in &shown {
                let cell = row.get(*column).map_or("", String::as_str);
                let pad = " ".repeat(width(*column) - cell.chars().count());
                let between = if line.is_empty() && *column == 0 { "" } else { "  " };
                line += between;
                match self.is_of_words(*column) {
                    true => line += &format!("{cell}{pad}"),
                    false => line += &format!("{pad}{cell}"),
                }
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }

    /// A Markdown table, as GitHub understands it.
    pub fn markdown(&self) -> String {
        let line = |row: &Vec<String>| format!("| {} |\n", row.join(" | "));
        let mut text = line(&self.rows[0]);
        text += &format!("|{}\n", " --- |".repeat(self.rows[0].len()));
        text.extend(self.rows[1..].iter().map(line));
        text
    }

    /// The first cell that is not empty decides.
    fn is_of_words(&self, column: usize) -> bool {
        let mut cells = self.rows[1..].iter().filter_map(|row| row.get(column));
        let first = cells.find(|cell| !cell.is_empty());
        !first.is_some_and(|cell| cell.starts_with(|first: char| first.is_ascii_digit() || first == '-'))
    }

    fn has_content(&self, column: usize) -> bool {
        column == 0 || self.rows[1..].iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(&["", "wall", "nothing"]);
        table.push(vec!["floor".to_owned(), "1.5".to_owned(), String::new()]);
        table.push(vec!["×".to_owned(), "10.25".to_owned(), String::new()]);
        table
    }

    #[test]
    fn empty_columns_are_left_out_on_a_terminal() {
        assert_eq!(table().columns(), "        wall\nfloor    1.5\n×      10.25\n");
    }

    #[test]
    fn words_are_aligned_to_the_left_and_numbers_to_the_right() {
        let mut table = Table::new(&["n", "verdict", "ms"]);
        table.push(vec!["a".to_owned(), "met".to_owned(), "7".to_owned()]);
        assert_eq!(table.columns(), "n  verdict  ms\na  met       7\n");
    }

    #[test]
    fn markdown_has_a_separator_below_the_headings() {
        let expected = "|  | wall | nothing |\n| --- | --- | --- |\n| floor | 1.5 |  |\n| × | 10.25 |  |\n";
        assert_eq!(table().markdown(), expected);
    }
}
