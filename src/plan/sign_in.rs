//! Hosts that are asked as the user: requests to them carry the user's cookies. Only the browser extension can
//! do that, and only for hosts that the user has named.

/// The hosts, and how gently they are asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignIn {
    /// The hosts, as the URL standard serialises them.
    pub hosts: Vec<String>,
    /// The most requests at once to each of their origins. An account that asks for too much may be closed.
    pub at_once: usize,
}

impl SignIn {
    /// Whether a host is one of them.
    pub fn includes(&self, host: &str) -> bool {
        self.hosts.iter().any(|own| own == host)
    }

    /// The most requests at once to an origin; `None` if its host is none of them.
    pub fn limit_of(&self, origin: &str) -> Option<usize> {
        self.includes(host_of(origin)).then_some(self.at_once)
    }
}

/// The host of an origin: `a.example` of `https://a.example:8080`.
fn host_of(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_limited_on_each_of_its_ports_and_no_other_host_is() {
        let hosts = vec!["a.example".to_owned(), "[::1]".to_owned()];
        let sign_in = SignIn { hosts, at_once: 4 };
        for origin in ["https://a.example", "http://a.example:8080", "http://[::1]", "http://[::1]:81"] {
            assert_eq!(sign_in.limit_of(origin), Some(4), "{origin}");
        }
        for origin in ["https://b.a.example", "https://a.example.org", "https://example", "data:", ""] {
            assert_eq!(sign_in.limit_of(origin), None, "{origin}");
        }
    }
}
