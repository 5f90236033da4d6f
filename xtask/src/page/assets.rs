//! What the page consists of, which `www/index.html` says to Trunk in `<link data-trunk …>`.

use anyhow::{Context as _, Result, bail};
use regex_lite::Regex;

/// A part of the page. Paths are relative to `www`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asset {
    /// A program of this package, compiled with these features.
    Program { name: String, features: String },
    /// A file that is copied into a folder of the page, or beside it.
    File { path: String, folder: Option<String> },
    /// A folder that is copied with its files.
    Folder(String),
}

/// The parts that a page names.
///
/// # Errors
///
/// A link is of another kind, or lacks an attribute.
pub fn named_in(page: &str) -> Result<Vec<Asset>> {
    let (link, attribute) = (Regex::new("<link data-trunk ([^>]*)>")?, Regex::new(r#"([a-z-]+)="([^"]*)""#)?);
    let links = link.captures_iter(page).map(|found| {
        let (whole, [attributes]) = found.extract();
        let optional = |wanted: &str| {
            let mut all = attribute.captures_iter(attributes).map(|found| found.extract().1);
            all.find_map(|[name, value]| (name == wanted).then(|| value.to_owned()))
        };
        let value = |wanted: &str| {
            optional(wanted).with_context(|| format!("`{whole}` in www/index.html has no {wanted}"))
        };
        Ok(match value("rel")?.as_str() {
            "rust" => Asset::Program { name: value("data-bin")?, features: value("data-cargo-features")? },
            "copy-file" => Asset::File { path: value("href")?, folder: optional("data-target-path") },
            "copy-dir" => Asset::Folder(value("href")?),
            other => bail!("www/index.html has a link of a kind that is not built: {other}"),
        })
    });
    links.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_link_is_read_and_links_of_the_browser_are_not() {
        let page = r#"<link rel="icon" href="icon.svg">
            <link data-trunk rel="rust" href="../Cargo.toml" data-bin="page" data-cargo-features="all">
            <link data-trunk rel="copy-file" href="../src/a.js">
            <link data-trunk rel="copy-file" href="b.js" data-target-path="sub">
            <link data-trunk rel="copy-dir" href="samples">"#;
        let program = Asset::Program { name: "page".into(), features: "all".into() };
        let file = |path: &str, folder: Option<&str>| Asset::File {
            path: path.into(),
            folder: folder.map(str::to_owned),
        };
        let expected =
            [program, file("../src/a.js", None), file("b.js", Some("sub")), Asset::Folder("samples".into())];
        assert_eq!(named_in(page).unwrap(), expected);
    }

    #[test]
    fn a_link_that_can_not_be_built_is_an_error_that_names_it() {
        for (link, named) in [
            (r#"<link data-trunk rel="sass" href="a.scss">"#, "sass"),
            (r#"<link data-trunk rel="copy-file">"#, "href"),
            (r#"<link data-trunk href="a.js">"#, "rel"),
        ] {
            assert!(named_in(link).unwrap_err().to_string().contains(named), "{link}");
        }
    }
}
