//! Counts tests from the output of their runners.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed and failed, and which were skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed tests, and steps without tests that passed.
    pub passed: u32,
    /// Failed ones.
    pub failed: u32,
    /// For each skipped test a line with its name and the reason.
    pub skipped: Vec<String>,
}

impl Tally {
    /// One failure.
    pub fn failure() -> Self {
        Self { failed: 1, ..Self::default() }
    }

    /// One success or failure.
    pub fn whole(passed: bool) -> Self {
        if passed { Self { passed: 1, ..Self::default() } } else { Self::failure() }
    }

    /// Counts a line of output as libtest and wasm-bindgen's runner write it:
    ///
    /// - `test result: ok. 3 passed; 0 failed; 1 ignored; …`,
    /// - `test NAME ... ignored, REASON`.
    ///
    /// Other lines count nothing.
    pub fn count(&mut self, line: &str) {
        // Output of a child without a line break may stand before it.
        if let Some((_, result)) = line.split_once("test result: ") {
            let number = |what: &str| {
                let mut parts = result.split([';', '.']);
                parts.find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok()).unwrap_or(0)
            };
            self.passed += number("passed");
            self.failed += number("failed");
        } else if let Some((name, reason)) = ignored(line) {
            self.skipped.push(format!("{name}: {reason}"));
        }
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

/// Name and reason of an ignored test.
fn ignored(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.trim().strip_prefix("test ")?.split_once(" ... ignored")?;
    Some((name, rest.strip_prefix(", ").unwrap_or("ignored")))
}

impl AddAssign<&Self> for Tally {
    fn add_assign(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
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
    fn a_runner_that_fails_without_a_failed_test_counts_as_one_failure() {
        for (passed, failed, success, expected) in
            [(5, 0, true, (5, 0)), (5, 0, false, (5, 1)), (5, 2, false, (5, 2)), (0, 0, false, (0, 1))]
        {
            let mut tally = Tally { passed, failed, skipped: Vec::new() };
            tally.end(success);
            assert_eq!((tally.passed, tally.failed), expected);
        }
    }
}
