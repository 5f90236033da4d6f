//! The package's reference for readers, made from its types.
//!
//! ```text
//! src/api/types.d.ts ─▶ declarations ─▶ docs/api.md: each declaration, and what its comments say
//! ```

use anyhow::Result;
use fs_err as fs;

use crate::output::say;
use crate::workspace;

/// The package's types.
const TYPES: &str = "src/api/types.d.ts";

const REFERENCE: &str = "docs/api.md";

const HEAD: &str = "\
# The package's API

Made from [`src/api/types.d.ts`](../src/api/types.d.ts) by `cargo xtask api`. Both entries, `fetchzip` and `fetchzip/inline`, export all of it. [`package.md`](package.md) shows how to use it.
";

/// Writes the reference.
pub fn write() -> Result<()> {
    fs::write(workspace::root().join(REFERENCE), current()?)?;
    say!("wrote {REFERENCE}");
    Ok(())
}

/// The reference of the types as they are.
fn current() -> Result<String> {
    Ok(reference(&declarations(&fs::read_to_string(workspace::root().join(TYPES))?)))
}

/// An exported declaration.
#[derive(Debug, Default, PartialEq)]
struct Declaration {
    /// What its comment says, as Markdown.
    about: String,
    /// Its lines without comments.
    code: String,
    /// Its documented parts: the code of each, and what its comment says.
    parts: Vec<(String, String)>,
}

impl Declaration {
    /// Its name.
    fn name(&self) -> &str {
        const KEYWORDS: [&str; 6] = ["export", "default", "declare", "function", "interface", "type"];
        let words = self.code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.into_iter().find(|word| !word.is_empty() && !KEYWORDS.contains(word)).unwrap_or_default()
    }
}

/// The declarations of a file, in its order. Each begins at the beginning of a line, and ends with one that closes all
/// its brackets and has a semicolon or a brace at its end.
fn declarations(types: &str) -> Vec<Declaration> {
    let (mut declarations, mut current) = (Vec::new(), Declaration::default());
    // The lines of the latest comment, and the documented part that is not complete.
    let (mut comment, mut part): (Option<String>, Option<(String, String)>) = (None, None);
    let mut lines = types.lines();
    while let Some(line) = lines.next() {
        let text = line.trim();
        if text.is_empty() || text.starts_with("//") {
            continue;
        }
        if let Some(first) = text.strip_prefix("/**") {
            comment = Some(comment_text(first, &mut lines));
            continue;
        }
        if current.code.is_empty() {
            current.about = comment.take().unwrap_or_default();
        } else if let Some(about) = comment.take() {
            part = Some((String::new(), about));
        }
        current.code += line;
        current.code.push('\n');
        if let Some((code, _)) = &mut part {
            *code += line;
            code.push('\n');
            // The last part of a union may be followed by the declaration's own bracket.
            if is_closed(code) && code.trim_end().ends_with([';', '{', '"', '}', ',']) {
                current.parts.extend(part.take());
            }
        }
        if is_closed(&current.code) && text.ends_with([';', '}']) {
            current.parts.extend(part.take());
            declarations.push(std::mem::take(&mut current));
        }
    }
    declarations
}

/// What a comment says, whose first line begins with `first`; reads the others.
fn comment_text<'a>(first: &'a str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    let mut line = first;
    loop {
        let (content, is_last) = match line.trim_end().strip_suffix("*/") {
            Some(content) => (content.trim_end(), true),
            None => (line, false),
        };
        text += content.strip_prefix(' ').unwrap_or(content);
        if is_last {
            return text.trim().to_owned();
        }
        text.push('\n');
        let next = lines.next().unwrap_or("*/").trim_start();
        line = if next.starts_with("*/") { next } else { next.strip_prefix('*').unwrap_or(next) };
    }
}

/// Whether each bracket of a code is closed.
fn is_closed(code: &str) -> bool {
    let count = |letters: &[char]| code.matches(letters).count();
    count(&['(', '{', '[']) == count(&[')', '}', ']'])
}

fn reference(declarations: &[Declaration]) -> String {
    let mut text = HEAD.to_owned();
    for declaration in declarations {
        // The default export is the same as the named one.
        if declaration.code.starts_with("export {") {
            continue;
        }
        let Declaration { about, code, parts } = declaration;
        text += &format!("\n## {}\n\n", declaration.name());
        if !about.is_empty() {
            text += &format!("{}\n\n", with_throws(about));
        }
        text += &format!("```ts\n{code}```\n");
        for (code, about) in parts {
            // A part of several lines is whole in the code above.
            let first = code.trim().lines().next().unwrap_or_default();
            let name = first.trim_start_matches("| ").trim_end_matches([';', '{', ' ']);
            text += &format!(
                "\n- `{name}`: {}\n",
                with_throws(about).replace('\n', "\n  ").replace("\n  \n", "\n\n")
            );
        }
    }
    text
}

/// A comment's `@throws` as a sentence.
fn with_throws(about: &str) -> String {
    about.replace("@throws ", "Throws ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_that_of_the_types() {
        let found = fs::read_to_string(workspace::root().join(REFERENCE)).unwrap();
        assert!(found == current().unwrap(), "{REFERENCE} is of other types: run `cargo xtask api`");
    }

    #[test]
    fn a_declaration_has_its_comment_and_its_documented_parts() {
        let types = "\
// A remark.

/** A run. */
export interface Run {
  /**
   * Ends it.
   *
   * - with what is there
   */
  stop(): void;
  name: string;
  /** Of an item. */
  skip(
    item: number,
  ): void;
}

export type Kind =
  | \"a\"
  /** The second. */
  | \"b\";
/** @throws Error for nothing. */
export function start(options?: {
  /** In bytes. */
  size?: number;
}): Promise<void>;
";
        let [run, kind, start] = &declarations(types)[..] else { panic!("three declarations") };
        assert_eq!((run.name(), kind.name(), start.name()), ("Run", "Kind", "start"));
        assert_eq!(run.about, "A run.");
        assert_eq!(run.parts[0], ("  stop(): void;\n".into(), "Ends it.\n\n- with what is there".into()));
        assert_eq!(run.parts[1].0, "  skip(\n    item: number,\n  ): void;\n");
        assert_eq!(kind.parts, [("  | \"b\";\n".into(), "The second.".into())]);
        assert_eq!(start.parts, [("  size?: number;\n".into(), "In bytes.".into())]);
        let reference = reference(&declarations(types));
        assert!(reference.contains("- `stop(): void`: Ends it.\n\n  - with what is there\n"), "{reference}");
        assert!(
            reference.contains("Throws Error for nothing.\n\n```ts\nexport function start("),
            "{reference}"
        );
    }
}
