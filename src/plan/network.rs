//! How close a host is to the browser, judged by its name alone: browsers let a page reach a network
//! closer than its own only with the user's permission, or not at all
//! (<https://wicg.github.io/local-network-access/>).

use std::net::{Ipv4Addr, Ipv6Addr};

/// The network that a host is in. The closer it is to the browser, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Network {
    /// The Internet, or unknown.
    Public,
    /// A private network, such as a home's or an office's.
    Private,
    /// The machine that the browser runs on.
    ThisMachine,
}

impl Network {
    /// The network of a host as the URL standard serialises it: lower case, IPv4 with dots, IPv6
    /// compressed and in brackets.
    ///
    /// That form makes the little parsing here enough. The standard library knows the ranges; its
    /// parsers of addresses would add 0.7 KB to the page.
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
            [Some(Some(a)), Some(Some(b)), Some(Some(_)), Some(Some(_)), None] => {
                Self::of_ipv4(Ipv4Addr::new(a, b, 0, 0))
            }
            _ => Self::Public,
        }
    }

    /// The first two octets of an address decide; the others may be anything.
    fn of_ipv4(address: Ipv4Addr) -> Self {
        // Systems connect to this machine for 0.0.0.0, too.
        if address.is_loopback() || address.octets()[0] == 0 {
            Self::ThisMachine
        } else if address.is_private() || address.is_link_local() {
            Self::Private
        } else {
            Self::Public
        }
    }

    /// An address without its brackets. Its first 16 bits decide; those of an IPv4 address mapped to
    /// IPv6 follow `::ffff:`.
    fn of_ipv6(address: &str) -> Self {
        if matches!(address, "::1" | "::") {
            return Self::ThisMachine;
        }
        let first = |address: &str| {
            address.split(':').next().and_then(|group| u16::from_str_radix(group, 16).ok()).unwrap_or(0)
        };
        if let Some(mapped) = address.strip_prefix("::ffff:") {
            let [a, b] = first(mapped).to_be_bytes();
            return Self::of_ipv4(Ipv4Addr::new(a, b, 0, 0));
        }
        let prefix = Ipv6Addr::from([first(address), 0, 0, 0, 0, 0, 0, 0]);
        if prefix.is_unique_local() || prefix.is_unicast_link_local() { Self::Private } else { Self::Public }
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::tests::NativeText;
    use super::super::{Address, Network};

    #[test]
    fn a_host_s_network_is_known_however_its_address_is_written() {
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
            ("0.0.0.0", Network::ThisMachine),
            ("0", Network::ThisMachine),
            ("[::]", Network::ThisMachine),
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
