//! Images that need a sign-in: behind a cookie, a token that a test replaces, or a signature that ends.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::request::{ParameterError, Request};
use crate::seed;

/// Who may have which image.
#[derive(Debug, Default)]
pub struct SignIns {
    /// The tokens that are valid, by the names of their APIs.
    tokens: Mutex<HashMap<String, String>>,
    /// The time of signatures, in milliseconds. It passes only when a test says so.
    clock: AtomicU64,
}

impl SignIns {
    /// From now on, this is an API's one valid token.
    pub fn set_token(&self, api: &str, token: &str) {
        self.tokens().insert(api.to_owned(), token.to_owned());
    }

    /// Lets time pass, and returns the time.
    pub fn forward(&self, milliseconds: u64) -> u64 {
        self.clock.fetch_add(milliseconds, Ordering::Relaxed) + milliseconds
    }

    /// Signs a path for some time.
    pub fn sign(&self, path: &str, milliseconds: u64) -> Value {
        let expires = self.forward(0) + milliseconds;
        let separator = if path.contains('?') { '&' } else { '?' };
        let signature = signature(path, expires);
        json!({ "path": format!("{path}{separator}expires={expires}&signature={signature}") })
    }

    /// Why a request gets no image; `None` if it gets one.
    pub fn refusal(&self, request: &Request) -> Result<Option<Answer>, ParameterError> {
        if let Some(cookie) = request.parameter("cookie") {
            let sent = request.header("cookie").unwrap_or_default();
            if !sent.split("; ").any(|sent| sent == cookie) {
                return Ok(Some(Answer::refusal(401, "sign in first")));
            }
        }
        if let Some(api) = request.parameter("bearer") {
            let valid = self.tokens().get(&*api).map(|token| format!("Bearer {token}"));
            if valid.is_none() || request.header("authorization") != valid.as_deref() {
                return Ok(Some(Answer::refusal(401, "this token is not valid, or not any more")));
            }
        }
        if let Some(header) = request.parameter("wants") {
            let (name, value) = header.split_once('=').unwrap_or((&header, ""));
            if request.header(&name.to_ascii_lowercase()) != Some(value) {
                return Ok(Some(Answer::refusal(403, "a header is missing")));
            }
        }
        if let Some(expires) = request.number::<u64>("expires")? {
            let (path, _) = request.target.split_once("expires=").unwrap_or_default();
            let path = path.trim_end_matches(['?', '&']);
            let is_signed =
                request.parameter("signature").is_some_and(|sent| sent == signature(path, expires));
            if !is_signed || expires < self.forward(0) {
                return Ok(Some(Answer::refusal(403, "the signature is wrong, or has ended")));
            }
        }
        Ok(None)
    }

    fn tokens(&self) -> std::sync::MutexGuard<'_, HashMap<String, String>> {
        self.tokens.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn signature(path: &str, expires: u64) -> String {
    format!("{:016x}", seed::hash(&format!("{path} until {expires}")))
}
