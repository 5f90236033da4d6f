//! Which addresses of a list are asked for.

use super::Address;
use super::name::extension_of;

/// Conditions on an address; an empty one lets every address pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressFilter {
    /// The address, which is all ASCII, contains this text, whatever its case.
    pub text: String,
    /// Its host is one of these, or a subdomain of one.
    pub hosts: Vec<String>,
    /// The extension of its path is one of these.
    pub extensions: Vec<String>,
}

impl AddressFilter {
    /// Whether an address is asked for.
    pub fn admits(&self, address: &Address) -> bool {
        let Self { text, hosts, extensions } = self;
        let is_of_host = |host: &String| {
            let rest = address.host.strip_suffix(host.to_ascii_lowercase().as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let has_extension = |extension: &String| {
            let wanted = extension.trim_start_matches('.');
            extension_of(address).is_some_and(|own| own.eq_ignore_ascii_case(wanted))
        };
        (text.is_empty() || address.href.to_ascii_lowercase().contains(&text.to_ascii_lowercase()))
            && (hosts.is_empty() || hosts.iter().any(is_of_host))
            && (extensions.is_empty() || extensions.iter().any(has_extension))
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::tests::NativeText;
    use super::*;

    #[test]
    fn each_condition_counts() {
        let address = Address::parse("https://img.a.example/Photos/cat.JPG?size=.png", &NativeText).unwrap();
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let cases = [
            ("", &[][..], &[][..], true),
            ("photos/", &[], &[], true),
            ("photos/dog", &[], &[], false),
            ("", &["b.example", "A.example"], &[], true),
            ("", &["img.a.example"], &[], true),
            ("", &["mg.a.example"], &[], false),
            ("", &[], &["png", ".jpg"], true),
            ("", &[], &["png"], false),
            ("cat", &["a.example"], &["gif"], false),
        ];
        for (text, hosts, extensions, admits) in cases {
            let filter =
                AddressFilter { text: text.into(), hosts: texts(hosts), extensions: texts(extensions) };
            assert_eq!(filter.admits(&address), admits, "{filter:?}");
        }
    }
}
