//! The fixed lists of names on the command line and in reports.

use support::BrowserKind;

/// Names of a fixed list.
pub trait Named: Copy + PartialEq + 'static {
    /// The kind of thing that they name.
    const WHAT: &'static str;
    /// The whole list.
    const ALL: &'static [Self];
    /// The name on the command line and in reports.
    fn name(self) -> &'static str;

    /// The value of this name.
    ///
    /// # Errors
    ///
    /// The list has no such name. The sentence lists those that it has.
    fn parse(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|one| one.name() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|one| one.name()).collect();
            format!("there is no {} of this name; there are {}", Self::WHAT, known.join(", "))
        })
    }
}

/// Defines an enum and its names in one list.
macro_rules! named {
    ($(#[$about:meta])* $enum:ident, $what:literal, { $($(#[$doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $enum { $($(#[$doc])* $variant,)* }

        impl Named for $enum {
            const WHAT: &'static str = $what;
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

named!(
    /// A workload.
    WorkloadName, "workload", {
        /// Ten times one address.
        Picsum10 = "picsum10",
        /// 15 photographs.
        Unsplash15 = "unsplash15",
        /// 4 files, 539 MB.
        FewLarge = "few-large",
        /// 6,214 files, 119 MB.
        ManySmall = "many-small",
        /// 12,044 files, 130 MB.
        VeryMany = "very-many",
        /// 60 files of each of three hosts, listed host after host.
        ThreeHosts = "three-hosts",
        /// 200 files on a usual line, of which one fails once.
        RealNet = "real-net",
        /// 3,000 files, 12 GB.
        PastMemorySize = "past-memory-size",
        /// 70,000 files, 77 MB.
        PastMemoryCount = "past-memory-count",
    }
);

named!(
    /// The protocol that images are fetched with.
    Protocol, "protocol", {
        /// HTTP/1.1 without TLS, six connections per host.
        Http1 = "http1",
        /// HTTP/2 over TLS, one connection.
        Http2 = "http2",
    }
);

named!(
    /// What is compared.
    Contender, "contender", {
        /// `fetch` and `Response.blob()`, without an archive.
        Floor = "floor",
        /// BYOB reads in a worker, the bytes dropped.
        FloorByob = "floor-byob",
        /// fetchzip.
        Fetchzip = "fetchzip",
        /// fetchzip, one image after the other.
        Sequential = "fetchzip-sequential",
        /// fetchzip, with a SHA-256 of each image, by which repeated ones would be skipped.
        Sha256 = "fetchzip-sha256",
        /// client-zip.
        ClientZip = "client-zip",
        /// `JSZip`.
        Jszip = "jszip",
        /// fflate.
        Fflate = "fflate",
        /// zip.js.
        ZipJs = "zip.js",
    }
);

impl WorkloadName {
    /// Whether its archive is too large to keep, and is written to a sink as it grows.
    pub fn uses_sink(self) -> bool {
        matches!(self, Self::PastMemorySize | Self::PastMemoryCount)
    }

    /// Whether it is measured over HTTP/2 and HTTP/1.1 alike.
    pub fn has_both_protocols(self) -> bool {
        self.has_sequential() || matches!(self, Self::ThreeHosts | Self::RealNet)
    }

    /// Whether fetchzip finds the number of requests at once itself, as it does by default, and all the others
    /// send them all at once.
    pub fn leaves_concurrency_to_fetchzip(self) -> bool {
        self == Self::ThreeHosts
    }

    /// Whether it is one of the two examples that are also fetched one image after the other.
    pub fn has_sequential(self) -> bool {
        matches!(self, Self::Picsum10 | Self::Unsplash15)
    }
}

impl Contender {
    /// The other zip libraries.
    pub const PEERS: [Self; 4] = [Self::ClientZip, Self::Jszip, Self::Fflate, Self::ZipJs];

    /// Whether it makes an archive.
    pub fn zips(self) -> bool {
        !matches!(self, Self::Floor | Self::FloorByob)
    }

    /// Whether it can write to a sink as the archive grows.
    pub fn can_stream(self) -> bool {
        !matches!(self, Self::Jszip | Self::Fflate | Self::Sequential)
    }
}

/// The browser of this name.
///
/// # Errors
///
/// The benchmark does not run in a browser of this name.
pub fn browser(text: &str) -> Result<BrowserKind, String> {
    let known = [BrowserKind::Chromium, BrowserKind::Firefox];
    let found = known.into_iter().find(|browser| browser.id() == text);
    found.ok_or_else(|| "there is no browser of this name; there are chromium, firefox".to_owned())
}
