//! How near a host is, as far as its name tells: browsers let a page reach into a nearer network
//! than its own only after asking, or not at all (<https://wicg.github.io/local-network-access/>).

/// Where a host is. A greater one is nearer to the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Network {
    /// Anywhere, as far as can be told.
    Public,
    /// In a network of its own, such as a home's or an office's.
    Private,
    /// The machine that the browser runs on.
    ThisMachine,
}

impl Network {
    /// The network of a host as the URL standard writes it: lower case, IPv4 with dots, IPv6
    /// compressed and in brackets.
    pub fn of_host(host: &str) -> Self {
        if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return Self::of_ipv6(address);
        }
        let name = host.strip_suffix('.').unwrap_or(host);
        if name == "localhost" || name.ends_with(".localhost") {
            return Self::ThisMachine;
        }
        if name.ends_with(".local") {
            return Self::Private;
        }
        let mut parts = name.split('.').map(|part| part.parse::<u8>().ok());
        match [parts.next(), parts.next(), parts.next(), parts.next(), parts.next()] {
            [Some(Some(a)), Some(Some(b)), Some(Some(_)), Some(Some(_)), None] => Self::of_ipv4(a, b),
            _ => Self::Public,
        }
    }

    /// RFC 1122 (127/8), RFC 1918, and RFC 3927 (169.254/16).
    fn of_ipv4(first: u8, second: u8) -> Self {
        match (first, second) {
            (127, _) => Self::ThisMachine,
            (10, _) | (172, 16..=31) | (192, 168) | (169, 254) => Self::Private,
            _ => Self::Public,
        }
    }

    /// RFC 4291 (::1, fe80::/10, and IPv4 inside) and RFC 4193 (fc00::/7).
    fn of_ipv6(address: &str) -> Self {
        if address == "::1" {
            return Self::ThisMachine;
        }
        let group = |text: &str| u16::from_str_radix(text, 16).ok();
        if let Some(inside) = address.strip_prefix("::ffff:") {
            let first = inside.split(':').next().and_then(group);
            return first.map_or(Self::Public, |group| Self::of_ipv4((group >> 8) as u8, group as u8));
        }
        match address.split(':').next().and_then(group) {
            Some(first) if first & 0xFE00 == 0xFC00 || first & 0xFFC0 == 0xFE80 => Self::Private,
            _ => Self::Public,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::tests::NativeText;
    use super::super::{Address, Network};

    #[test]
    fn hosts_are_told_apart_however_their_addresses_are_written() {
        let cases = [
            ("example.org", Network::Public),
            ("localhost.example.org", Network::Public),
            ("local", Network::Public),
            ("8.8.8.8", Network::Public),
            ("172.15.0.1", Network::Public),
            ("172.32.0.1", Network::Public),
            ("192.169.0.1", Network::Public),
            ("10.0.0.1.example.org", Network::Public),
            ("[2001:db8::1]", Network::Public),
            ("[ff02::1]", Network::Public),
            ("[::ffff:8.8.8.8]", Network::Public),
            ("10.255.0.1", Network::Private),
            ("172.16.0.1", Network::Private),
            ("172.31.255.255", Network::Private),
            ("192.168.1.5", Network::Private),
            ("0xC0A80105", Network::Private),
            ("169.254.169.254", Network::Private),
            ("nas.local", Network::Private),
            ("NAS.local.", Network::Private),
            ("[fc00::1]", Network::Private),
            ("[fdff:1::]", Network::Private),
            ("[fe80::1]", Network::Private),
            ("[febf::1]", Network::Private),
            ("[::ffff:10.0.0.1]", Network::Private),
            ("127.0.0.1", Network::ThisMachine),
            ("127.255.0.9", Network::ThisMachine),
            ("2130706433", Network::ThisMachine),
            ("localhost", Network::ThisMachine),
            ("app.localhost.", Network::ThisMachine),
            ("[::1]", Network::ThisMachine),
            ("[0:0:0:0:0:0:0:1]", Network::ThisMachine),
            ("[::ffff:127.0.0.1]", Network::ThisMachine),
        ];
        for (host, network) in cases {
            let address = Address::parse(&format!("http://{host}/1.jpg"), &NativeText).unwrap();
            assert_eq!(Network::of_host(&address.host), network, "{host}, as {}", address.host);
        }
        assert_eq!(Network::of_host(""), Network::Public);
    }
}
