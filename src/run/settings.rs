//! How a run fetches, as its caller chose it.

use std::time::Duration;

use super::adaptive_concurrency::MAX_ADAPTIVE;
use super::retry::RetryPolicy;
use crate::image::Accepted;

/// The most requests ever in flight. Chromium fails further ones at about 1,500
/// (`ERR_INSUFFICIENT_RESOURCES`).
pub const MAX_IN_FLIGHT: usize = 1000;

/// How a run fetches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The run's limits.
    pub limits: Limits,
    /// Whether the run searches, within its limits, for each origin's concurrency that is fastest.
    pub is_adaptive: bool,
    /// How long an attempt may go without receiving a byte.
    pub timeout: Duration,
    /// How requests use the browser's HTTP cache.
    pub cache: CacheMode,
    /// Whether requests carry what signs the user in: cookies, and the browser's other credentials.
    pub credentials: Credentials,
    /// Whether the caller is asked what each request carries, and for its own entries.
    pub is_supplied: bool,
    /// Which bodies are stored.
    pub accepted: Accepted,
    /// Whether truncated images fail. Otherwise they are kept, and marked.
    pub reject_truncated: bool,
    /// The most bytes that are kept in Blobs if the disk has no space for them.
    pub max_overflow: u64,
    /// Whether a run pauses when nothing more can be stored, until it is resumed. Otherwise images fail.
    pub waits_for_space: bool,
    /// Whether no request is sent: a small built-in image answers each attempt.
    pub is_rehearsal: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            is_adaptive: true,
            timeout: Duration::from_secs(30),
            // The same URL ten times is then ten requests, none of which waits for the cache's lock.
            cache: CacheMode::NoStore,
            credentials: Credentials::Omit,
            is_supplied: false,
            accepted: Accepted::default(),
            reject_truncated: false,
            max_overflow: 1 << 30,
            waits_for_space: false,
            is_rehearsal: false,
        }
    }
}

impl Settings {
    /// Fixes the concurrency instead of searching for the fastest.
    pub fn fix_concurrency(&mut self, concurrency: usize) {
        (self.limits.concurrency, self.is_adaptive) = (concurrency, false);
    }

    /// The limits, with no more in flight than a browser can bear.
    pub fn capped_limits(&self) -> Limits {
        Limits { concurrency: self.limits.concurrency.min(MAX_IN_FLIGHT), ..self.limits }
    }
}

/// What a run may use at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in flight in total, at least 1. If they are searched for, slow ones do not count.
    pub concurrency: usize,
    /// Requests in flight to one origin, at least 1.
    pub per_origin: usize,
    /// How failed attempts are retried.
    pub retry: RetryPolicy,
    /// Whether an image that is refused with 401 or 403 is asked for once more: its caller may have another token,
    /// or another address, by then.
    pub renews: bool,
    /// Bytes a second below which an attempt is slow; 0 if none is.
    pub min_bytes_per_second: u64,
    /// For how long it must be slower than that; zero if none is slow.
    pub slow_after: Duration,
    /// The time of one image, from its first request that is not queued in the browser, with all attempts.
    pub image_timeout: Option<Duration>,
    /// Bytes of one image, if they are limited.
    pub max_bytes: Option<u64>,
    /// Bytes of all images together, if they are limited.
    pub max_total_bytes: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrency: MAX_ADAPTIVE,
            per_origin: MAX_IN_FLIGHT,
            retry: RetryPolicy::default(),
            renews: false,
            min_bytes_per_second: 1000,
            slow_after: Duration::from_secs(30),
            image_timeout: None,
            max_bytes: None,
            max_total_bytes: None,
        }
    }
}

/// How requests use the browser's HTTP cache: the Fetch standard's request cache modes, except
/// `only-if-cached`, which is limited to the page's own origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheMode {
    /// As HTTP's own rules say.
    Default,
    /// Neither reads the cache nor writes it.
    NoStore,
    /// Does not read the cache, and updates it.
    Reload,
    /// Asks the server whether the cached response is still valid.
    NoCache,
    /// Uses a cached response even if it is stale.
    ForceCache,
}

impl CacheMode {
    /// All modes, in the order of their declaration.
    pub const ALL: [Self; 5] = [Self::Default, Self::NoStore, Self::Reload, Self::NoCache, Self::ForceCache];

    /// The Fetch standard's name of the mode.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::NoStore => "no-store",
            Self::Reload => "reload",
            Self::NoCache => "no-cache",
            Self::ForceCache => "force-cache",
        }
    }

    /// The mode of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
}

/// Which requests carry what signs the user in: the Fetch standard's request credentials modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// None.
    Omit,
    /// Those to the page's own origin.
    SameOrigin,
}

impl Credentials {
    /// All modes, in the order of their declaration.
    pub const ALL: [Self; 2] = [Self::Omit, Self::SameOrigin];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_mode_is_parsed_from_its_name() {
        for mode in CacheMode::ALL {
            assert_eq!(CacheMode::parse(mode.as_str()), Some(mode));
        }
        for name in ["only-if-cached", "No-Store", ""] {
            assert_eq!(CacheMode::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_fixed_concurrency_is_not_adapted_and_stays_within_the_browser_s_limit() {
        let mut settings = Settings::default();
        settings.fix_concurrency(5000);
        assert!(!settings.is_adaptive);
        assert_eq!(settings.capped_limits().concurrency, MAX_IN_FLIGHT);
        settings.fix_concurrency(1);
        assert_eq!(settings.capped_limits().concurrency, 1);
    }
}
