//! Hides what signs or opens an address, in texts that are passed on.

use super::name::percent_decoded;

/// Parameters of signed addresses: of Amazon's and Google's storage, CloudFront, Azure, and those that many
/// hosts use.
const SECRET: [&str; 11] = [
    "signature",
    "key-pair-id",
    "policy",
    "sig",
    "se",
    "sp",
    "token",
    "access_token",
    "key",
    "auth",
    "awsaccesskeyid",
];

/// The beginnings of further ones.
const SECRET_PREFIXES: [&str; 2] = ["x-amz-", "x-goog-"];

/// Stands for a value that is not shown.
const HIDDEN: &str = "***";

/// An address without the values of the parameters that sign or open it.
pub fn without_secrets(href: &str) -> String {
    let (address, fragment) =
        href.split_once('#').map_or((href, None), |(address, part)| (address, Some(part)));
    let Some((path, query)) = address.split_once('?') else { return href.to_owned() };
    let mut shown = path.to_owned();
    for (number, parameter) in query.split('&').enumerate() {
        shown.push(if number > 0 { '&' } else { '?' });
        match parameter.split_once('=') {
            Some((name, value)) if is_secret(name) && !value.is_empty() => {
                shown += name;
                shown.push('=');
                shown += HIDDEN;
            }
            _ => shown += parameter,
        }
    }
    if let Some(fragment) = fragment {
        shown.push('#');
        shown += fragment;
    }
    shown
}

fn is_secret(name: &str) -> bool {
    let name = percent_decoded(name).to_ascii_lowercase();
    SECRET.contains(&name.as_str()) || SECRET_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_values_that_sign_or_open_an_address_are_hidden() {
        let cases = [
            ("https://a.example/1.jpg", "https://a.example/1.jpg"),
            ("https://a.example/1.jpg?w=3&h=4#top", "https://a.example/1.jpg?w=3&h=4#top"),
            (
                "https://a.example/1.jpg?X-Amz-Date=1&X-Amz-Signature=ab&w=3#top",
                "https://a.example/1.jpg?X-Amz-Date=***&X-Amz-Signature=***&w=3#top",
            ),
            ("https://a.example/?sig=a%3D&se=2026&sp=r", "https://a.example/?sig=***&se=***&sp=***"),
            ("https://a.example/?a%63cess_token=x&keys=1", "https://a.example/?a%63cess_token=***&keys=1"),
            ("https://a.example/?KEY=a=b&token&auth=", "https://a.example/?KEY=***&token&auth="),
            ("https://a.example/#?token=x", "https://a.example/#?token=x"),
        ];
        for (address, shown) in cases {
            assert_eq!(without_secrets(address), shown);
        }
    }
}
