//! How long a run keeps trying: limits that the schedule obeys and error messages quote.

use std::time::Duration;

/// The longest wait that a server can ask for (`Retry-After`) and get. An item whose server asks for
/// more fails, and its message says so.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// Consecutive refusals after which an origin is closed. With the waits between them, that is two and a
/// half minutes without any other response.
pub const MAX_REFUSALS: u32 = 10;

/// Consecutive images that the browser fails to store before the rest is not requested: the storage is
/// full or gone, and each image would be downloaded for nothing.
pub const MAX_STORAGE_FAILURES: u32 = 5;

/// Consecutive attempts at an image that do not count, although nothing arrived of the body that was announced. Where a
/// host breaks off quickly, Chromium loses a quarter of such bodies: four in a row happen, ten do not.
pub const MAX_LOST_ANSWERS: u32 = 10;
