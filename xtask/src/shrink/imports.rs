//! Short names for the functions that the wasm imports from its script.
//!
//! wasm-bindgen's names, such as `__wbg_new_5502aad30c185fc8`, are in both files, and hashes don't
//! compress. Functions that the wasm no longer imports are removed from the script.
//!
//! Functions of other modules become imports from the script, too. wasm-bindgen passes on the whole module, once for
//! each of its functions: as the same key of one object.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use regex_lite::Regex;

use crate::wasm::Module;

/// The text around the functions in a script that wasm-bindgen wrote with `--target web`.
const OPENING: &str = "    const import0 = {\n        __proto__: null,\n";
const CLOSING: &str = "\n    };\n";

/// Renames the imports in the module, and returns the script with the same names.
///
/// # Errors
///
/// The script has another form than this version of wasm-bindgen writes, or lacks an import.
pub fn shorten(module: &mut Module, script: &str) -> Result<String> {
    let unexpected = |what: &str| {
        anyhow!("wasm-bindgen's script is not as expected: {what} (xtask/src/shrink/imports.rs)")
    };
    let (before, rest) = script.split_once(OPENING).ok_or_else(|| unexpected("it has no `import0`"))?;
    let (inside, after) = rest.split_once(CLOSING).ok_or_else(|| unexpected("`import0` has no end"))?;
    let mut functions = functions(inside)?;
    let (own, after) = own_module(after).ok_or_else(|| unexpected("`import0` belongs to no module"))?;
    let (others, after) = other_modules(after)?;

    let mut kept = String::new();
    for (index, import) in module.imports.iter_mut().enumerate() {
        let function = if import.module == own {
            functions.remove(import.name.as_str()).map(str::to_owned)
        } else {
            others.get(&import.module).map(|variable| format!(" {variable}.{},", import.name))
        };
        let function = function.ok_or_else(|| unexpected(&format!("it has no `{}`", import.name)))?;
        import.name = short_name(index);
        import.module = OWN.to_owned();
        kept.push_str(&format!("        {}:{function}\n", import.name));
    }
    Ok(format!("{before}{OPENING}{kept}{CLOSING}{after}"))
}

/// The new name of the script as a module of imports.
const OWN: &str = "_";

/// The name by which the wasm imports `import0`, and the text with the new name in its place.
fn own_module(text: &str) -> Option<(&str, String)> {
    let (before, after) = text.split_once(": import0,")?;
    let (before, name) = before.strip_suffix('"')?.rsplit_once('"')?;
    Some((name, format!("{before}\"{OWN}\": import0,{after}")))
}

/// The variable of each other module that the script passes on, by the module's name, and the text without them.
fn other_modules(text: String) -> Result<(BTreeMap<String, String>, String)> {
    let passed_on = Regex::new(r#"(?m)^ {8}"([^"]+)": (import[1-9][0-9]*),\n"#)?;
    let modules =
        passed_on.captures_iter(&text).map(|found| (found[1].to_owned(), found[2].to_owned())).collect();
    Ok((modules, passed_on.replace_all(&text, "").into_owned()))
}

/// The text of each function of the object after the colon, by its name. A line that begins a function
/// is indented by eight spaces.
fn functions(inside: &str) -> Result<BTreeMap<&str, &str>> {
    let begin = Regex::new(r"(?m)^ {8}([\w$]+):")?;
    let begins = begin.captures_iter(inside).filter_map(|found| Some((found.get(0)?, found.get(1)?)));
    let begins: Vec<_> = begins.collect();
    let ends = begins.iter().skip(1).map(|(line, _)| line.start()).chain([inside.len()]);
    let functions = begins.iter().zip(ends);
    Ok(functions.map(|((line, name), end)| (name.as_str(), inside[line.end()..end].trim_end())).collect())
}

/// `a` to `z`, `A` to `Z`, then `aa`, `ba` and so on.
fn short_name(index: usize) -> String {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut name = String::new();
    let mut left = index + 1;
    while left > 0 {
        left -= 1;
        name.push(char::from(LETTERS[left % LETTERS.len()]));
        left /= LETTERS.len();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::{Import, tests::module_of};

    const SCRIPT: &str = "function __wbg_get_imports() {\n    const import0 = {\n        __proto__: null,\n        \
                          __wbg_a_0: function(arg0) {\n            return arg0;\n        },\n        \
                          __wbg_b_1: function() {\n            throw 1;\n        },\n    };\n    return {\n        \
                          __proto__: null,\n        \"./a_bg.js\": import0,\n    };\n}\n";

    #[test]
    fn an_import_has_the_same_short_name_in_both_files() {
        let mut module = module_of(&[], b"");
        let script = shorten(&mut module, SCRIPT).unwrap();
        let import = &module.imports[0];
        assert_eq!((import.module.as_str(), import.name.as_str()), ("_", "a"));
        assert!(script.contains("        a: function() {\n            throw 1;\n        },\n"), "{script}");
        assert!(script.contains("\"_\": import0,"), "{script}");
        assert!(!script.contains("return arg0"), "an unused function stayed: {script}");
    }

    #[test]
    fn functions_of_other_modules_are_imports_from_the_script() {
        let mut module = module_of(&[], b"");
        module.imports[0] = Import { module: "./other.js".into(), name: "two".into() };
        // One line for each function, as wasm-bindgen writes it.
        let lines = "        \"./other.js\": import1,\n        \"./other.js\": import2,\n";
        let own = "        \"./a_bg.js\": import0,\n";
        let script = shorten(&mut module, &SCRIPT.replace(own, &(own.to_owned() + lines))).unwrap();
        assert_eq!(module.imports[0], Import { module: "_".into(), name: "a".into() });
        assert!(script.contains("        a: import2.two,\n"), "{script}");
        assert!(!script.contains("other.js"), "the module is still passed on: {script}");
    }

    #[test]
    fn a_script_of_another_form_is_refused() {
        for script in ["", &SCRIPT.replace("__wbg_b_1", "__wbg_c_1"), &SCRIPT.replace("import0", "imports")] {
            assert!(shorten(&mut module_of(&[], b""), script).is_err(), "{script}");
        }
    }

    #[test]
    fn short_names_differ() {
        let mut names: Vec<String> = (0..3000).map(short_name).collect();
        assert_eq!((names[0].as_str(), names[51].as_str(), names[52].as_str()), ("a", "Z", "aa"));
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 3000);
    }
}
