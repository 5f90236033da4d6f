//! Counts tests from the output of their runners.

use std::collections::BTreeMap;
use std::fmt;
use std::mem;
use std::ops::AddAssign;

/// The most failed tests that are run once more: a fault of the project fails more, or fails again.
const MOST_AGAIN: u32 = 3;

/// The most lines that are kept of what a test failed with.
const CAUSE_LINES: usize = 8;

/// How many tests passed and failed, and which were skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed tests, and steps without tests that passed.
    pub passed: u32,
    /// Failed ones.
    pub failed: u32,
    /// The names of failed tests, as far as their runner printed them.
    pub failures: Vec<String>,
    /// What failed tests printed when they panicked, by their names.
    pub causes: BTreeMap<String, String>,
    /// The test whose panic is being read.
    panicking: Option<String>,
    /// The seeds that failed tests printed.
    pub seeds: Vec<String>,
    /// The names of tests that failed, and passed when they were run once more.
    pub passed_again: Vec<String>,
    /// For each skipped test a line with its name and the reason.
    pub skipped: Vec<String>,
}

impl Tally {
    /// One failure.
    pub fn failure() -> Self {
        Self { failed: 1, ..Self::default() }
    }

    /// One skipped test; the line has its name and the reason.
    pub fn skipped(line: String) -> Self {
        Self { skipped: vec![line], ..Self::default() }
    }

    /// One success or failure.
    pub fn whole(passed: bool) -> Self {
        if passed { Self { passed: 1, ..Self::default() } } else { Self::failure() }
    }

    /// Counts a line of output as libtest and wasm-bindgen's runner write it:
    ///
    /// - `test result: ok. 3 passed; 0 failed; 1 ignored; …`,
    /// - `test NAME ... FAILED`,
    /// - `thread 'NAME' (N) panicked at FILE:`, with a message in the lines that follow,
    /// - `FETCHZIP_SEED=N`, which only failed tests get printed,
    /// - `test NAME ... ignored, REASON`.
    ///
    /// Other lines count nothing.
    pub fn count(&mut self, line: &str) {
        if self.is_of_panic(line) {
            return;
        }
        // Output of a child without a line break may stand before it.
        if let Some((_, result)) = line.split_once("test result: ") {
            let number = |what: &str| {
                let mut parts = result.split([';', '.']);
                parts.find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok()).unwrap_or(0)
            };
            self.passed += number("passed");
            self.failed += number("failed");
        } else if let Some((name, "FAILED")) = ended(line) {
            self.failures.push(name.to_owned());
        } else if let Some(seed) = line.trim().strip_prefix("FETCHZIP_SEED=") {
            self.seeds.push(seed.to_owned());
        } else if let Some((name, reason)) = ignored(line) {
            self.skipped.push(format!("{name}: {reason}"));
        }
    }

    /// Whether a line is of a panic's message, which is kept.
    fn is_of_panic(&mut self, line: &str) -> bool {
        if let Some((name, place)) = panic_of(line) {
            self.panicking = Some(name.to_owned());
            // The first is the cause of those that follow.
            self.causes.entry(name.to_owned()).or_insert_with(|| place.to_owned());
            return true;
        }
        let ends =
            line.trim().is_empty() || line.starts_with("stack backtrace:") || line.starts_with("note: ");
        if ends {
            self.panicking = None;
        }
        let Some(cause) = self.panicking.as_ref().and_then(|name| self.causes.get_mut(name)) else {
            return false;
        };
        if cause.lines().count() < CAUSE_LINES {
            cause.push('\n');
            cause.push_str(line.trim_end());
        }
        true
    }

    /// Whether it makes sense to run the failed tests once more: they are few, each is named, and they can have the
    /// seed that one of them failed with.
    pub fn has_few_failures(&self) -> bool {
        let is_named = self.failures.len() == self.failed as usize;
        (1..=MOST_AGAIN).contains(&self.failed) && is_named && self.seeds.len() <= 1
    }

    /// Takes the results of the failed tests when they were run once more.
    pub fn run_again(&mut self, again: &Self) {
        let passed = again.passed.min(self.failed);
        self.passed += passed;
        self.failed -= passed;
        let first = mem::replace(&mut self.failures, again.failures.clone());
        self.causes.clone_from(&again.causes);
        self.passed_again.extend(first.into_iter().filter(|name| !again.failures.contains(name)));
    }

    /// Takes the tests that report in `lines`, one a line, that they skipped themselves. Their
    /// runner counted them as passed. A test that reports it twice, on its output and in a file, counts
    /// once.
    pub fn skip(&mut self, lines: &str) {
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if self.skipped.iter().any(|known| known == line) {
                continue;
            }
            self.passed = self.passed.saturating_sub(1);
            self.skipped.push(line.to_owned());
        }
    }

    /// Counts a runner's exit: if it fails without a failed test, it could not run them all.
    pub fn end(&mut self, success: bool) {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
    }
}

/// The test that a line reports the panic of, and where it was.
fn panic_of(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.trim().strip_prefix("thread '")?.split_once('\'')?;
    Some((name, rest.split_once("panicked at ")?.1))
}

/// Name and result of a test.
fn ended(line: &str) -> Option<(&str, &str)> {
    line.trim().strip_prefix("test ")?.split_once(" ... ")
}

/// Name and reason of an ignored test.
fn ignored(line: &str) -> Option<(&str, &str)> {
    let (name, result) = ended(line)?;
    let rest = result.strip_prefix("ignored")?;
    Some((name, rest.strip_prefix(", ").unwrap_or("ignored")))
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend_from_slice(&other.failures);
        self.causes.extend(other.causes.clone());
        self.seeds.extend_from_slice(&other.seeds);
        self.passed_again.extend_from_slice(&other.passed_again);
        self.skipped.extend_from_slice(&other.skipped);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.count(line));
        tally
    }

    #[test]
    fn the_lines_of_both_runners_are_counted() {
        let libtest = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
                       finished in 0.00s\n";
        let wasm = "test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 filtered out; finished \
                    in 0.02s\n";
        assert_eq!(counted(&[libtest]).to_string(), "3 passed, 0 failed, 0 skipped");
        assert_eq!(counted(&[wasm]).to_string(), "1 passed, 2 failed, 0 skipped");
        let all = counted(&["running 4 tests\n", libtest, "\n", &format!("progress{wasm}")]);
        assert_eq!(all.to_string(), "4 passed, 2 failed, 0 skipped");
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(
            counted(&["3 passed; 4 failed", "test result: unknown", "test a ... ok", ""]),
            Tally::default()
        );
    }

    #[test]
    fn skipped_tests_are_named_and_do_not_count_as_passed() {
        let mut tally = counted(&[
            "test a::slow ... ignored, takes an hour\n",
            "test b ... ignored\n",
            "test result: ok. 3 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out\n",
        ]);
        let line = "disk::full: WebKitGTK has no OPFS\n\n";
        tally.skip(line);
        tally.skip(line);
        assert_eq!(tally.to_string(), "2 passed, 0 failed, 3 skipped");
        let skipped = ["a::slow: takes an hour", "b: ignored", "disk::full: WebKitGTK has no OPFS"];
        assert_eq!(tally.skipped, skipped);
    }

    #[test]
    fn a_test_that_passes_when_it_is_run_again_is_named_and_one_that_does_not_has_failed() {
        let mut tally = counted(&[
            "test a::first ... FAILED\n",
            "test a::second ... FAILED\n",
            "test a::third ... ok\n",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n",
        ]);
        assert!(tally.has_few_failures());
        tally.run_again(&counted(&[
            "test a::first ... ok\n",
            "test a::second ... FAILED\n",
            "test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 1 filtered out\n",
        ]));
        assert_eq!(tally.to_string(), "2 passed, 1 failed, 0 skipped");
        assert_eq!(
            (tally.passed_again, tally.failures),
            (vec!["a::first".to_owned()], vec!["a::second".to_owned()])
        );
    }

    #[test]
    fn what_a_test_failed_with_is_kept_as_far_as_it_is_short() {
        let long = ["more\n"; 20];
        let mut tally = counted(&[
            "test a::b ... FAILED\n",
            "thread 'a::b' (12) panicked at tests/a.rs:3:9:\n",
            "assertion `left == right` failed\n",
            "  left: 1\n",
            "stack backtrace:\n",
            "   0: core\n",
            "thread 'c' panicked at tests/c.rs:1:1:\n",
        ]);
        long.iter().for_each(|line| tally.count(line));
        tally.count("\n");
        tally.count("test result: FAILED. 0 passed; 1 failed; 0 ignored");
        assert_eq!(tally.failed, 1);
        assert_eq!(tally.causes["a::b"], "tests/a.rs:3:9:\nassertion `left == right` failed\n  left: 1");
        assert_eq!(tally.causes["c"].lines().count(), CAUSE_LINES);
    }

    #[test]
    fn many_failures_and_failures_without_a_name_are_final() {
        let failed = "test a ... FAILED";
        let result = |count: usize| format!("test result: FAILED. 0 passed; {count} failed; 0 ignored");
        assert!(counted(&[failed, &result(1)]).has_few_failures());
        assert!(!counted(&[failed, &result(2)]).has_few_failures());
        assert!(!counted(&[failed, failed, failed, failed, &result(4)]).has_few_failures());
        let seeds = ["FETCHZIP_SEED=1", "FETCHZIP_SEED=2"];
        assert!(counted(&[failed, seeds[0], &result(1)]).has_few_failures());
        assert!(!counted(&[failed, seeds[0], seeds[1], &result(1)]).has_few_failures());
        assert!(!counted(&["test a ... ok", "test result: ok. 1 passed; 0 failed"]).has_few_failures());
        let mut broken = Tally::default();
        broken.end(false);
        assert!(!broken.has_few_failures());
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_counts_as_one_failure() {
        for (passed, failed, success, expected) in
            [(5, 0, true, (5, 0)), (5, 0, false, (5, 1)), (5, 2, false, (5, 2)), (0, 0, false, (0, 1))]
        {
            let mut tally = Tally { passed, failed, ..Tally::default() };
            tally.end(success);
            assert_eq!((tally.passed, tally.failed), expected);
        }
    }
}
