//! Which files of a folder or of a zip may be lists, judged by their names: nobody reads ten thousand
//! photographs to find one list among them.

use crate::image::Format;

/// The extensions of lists, and of zips, which may hold lists.
const LISTS: &str = "txt text lst list log urls csv tsv tab psv json jsonl ndjson html htm xhtml xml rss \
    atom rdf md markdown rst bb bbcode aria2 zip";

/// Why a file of a folder or of a zip is not read, in words that follow its name; `None` if it is read. A
/// name without an extension says nothing, and the content decides.
pub fn reason_against(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    // Of macOS, Windows and version control: no user means these.
    if path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX") || name == "desktop.ini" {
        return Some("hidden");
    }
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    match extension.as_str() {
        _ if LISTS.split(' ').any(|list| list == extension) => None,
        _ if Format::is_image_extension(&extension) => Some("an image"),
        "xlsx" | "xlsm" | "xls" | "ods" | "numbers" => Some("a spreadsheet; export it as CSV"),
        _ => Some("not a list by its name"),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    /// What the system offers to open with the installed page is what the page reads.
    #[test]
    fn the_manifest_of_the_page_names_the_same_extensions() {
        let manifest: serde_json::Value =
            serde_json::from_str(include_str!("../../../www/manifest.webmanifest")).unwrap();
        let extensions = |values: Vec<&serde_json::Value>| {
            let names = values.into_iter().filter_map(|value| value.as_str()?.strip_prefix('.'));
            let mut names: Vec<_> = names.map(str::to_owned).collect();
            names.sort();
            names
        };
        let mut expected: Vec<_> = LISTS.split_whitespace().collect();
        expected.sort_unstable();
        let opened = manifest["file_handlers"][0]["accept"].as_object().unwrap();
        let opened = opened.values().flat_map(|names| names.as_array().unwrap()).collect();
        assert_eq!(extensions(opened), expected);
        let shared = manifest["share_target"]["params"]["files"][0]["accept"].as_array().unwrap();
        assert_eq!(extensions(shared.iter().collect()), expected);
    }

    #[test]
    fn a_name_says_what_is_not_a_list() {
        for list in ["a.txt", "x/y/A.CSV", "list.json", "page.html", "urls", "more.zip", "v1.2.md"] {
            assert_eq!(reason_against(list), None, "{list}");
        }
        for (name, reason) in [
            ("a.jpg", "an image"),
            ("x/logo.SVG", "an image"),
            ("prices.xlsx", "a spreadsheet; export it as CSV"),
            ("a.exe", "not a list by its name"),
            ("a.", "not a list by its name"),
            (".DS_Store", "hidden"),
            ("__MACOSX/._a.csv", "hidden"),
            (".git/config.txt", "hidden"),
        ] {
            assert_eq!(reason_against(name), Some(reason), "{name}");
        }
    }
}
