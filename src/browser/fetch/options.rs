//! What all requests have in common.

use web_sys::{ReferrerPolicy, RequestCache, RequestInit};

use crate::run::CacheMode;

/// The options that all requests have, but for their signal and credentials.
pub fn request_options(cache: CacheMode) -> RequestInit {
    let options = RequestInit::new();
    options.set_cache(request_cache(cache));
    options.set_referrer_policy(ReferrerPolicy::NoReferrer);
    options
}

fn request_cache(mode: CacheMode) -> RequestCache {
    match mode {
        CacheMode::Default => RequestCache::Default,
        CacheMode::NoStore => RequestCache::NoStore,
        CacheMode::Reload => RequestCache::Reload,
        CacheMode::NoCache => RequestCache::NoCache,
        CacheMode::ForceCache => RequestCache::ForceCache,
    }
}
