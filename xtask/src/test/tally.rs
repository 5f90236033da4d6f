//! Counting tests from what their runners print.

use std::fmt;
use std::ops::AddAssign;

/// How many passed and how many failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests, and steps that are no tests, that went well.
    pub passed: u32,
    /// Those that did not.
    pub failed: u32,
}

impl Tally {
    /// One thing that failed.
    pub fn failure() -> Self {
        Self { passed: 0, failed: 1 }
    }

    /// One thing that passed or failed as a whole.
    pub fn whole(passed: bool) -> Self {
        if passed { Self { passed: 1, failed: 0 } } else { Self::failure() }
    }

    /// Counts a line of a runner: `test result: ok. 3 passed; 0 failed; 1 ignored; …`, as libtest
    /// and wasm-bindgen's runner print it. Other lines count nothing.
    pub fn count(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result: ") else {
            return;
        };
        let number = |what: &str| {
            result
                .split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok())
                .unwrap_or(0)
        };
        *self += Self { passed: number("passed"), failed: number("failed") };
    }

    /// What a runner's exit adds: one that fails without a failed test did not get that far.
    pub fn end(&mut self, success: bool) {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(lines: &[&str]) -> (u32, u32) {
        let mut tally = Tally::default();
        for line in lines {
            tally.count(line);
        }
        (tally.passed, tally.failed)
    }

    #[test]
    fn both_runners_lines_are_counted() {
        let libtest = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; \
                       finished in 0.00s\n";
        let wasm = "test result: FAILED. 1 passed; 2 failed; 1 ignored; 0 filtered out; finished \
                    in 0.02s\n";
        assert_eq!(counted(&[libtest]), (3, 0));
        assert_eq!(counted(&[wasm]), (1, 2));
        assert_eq!(counted(&["running 4 tests\n", libtest, "\n", wasm]), (4, 2));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(counted(&["3 passed; 4 failed", "test result: unknown", ""]), (0, 0));
    }

    #[test]
    fn a_runner_that_fails_without_a_failed_test_counts_as_one() {
        for (passed, failed, success, expected) in
            [(5, 0, true, (5, 0)), (5, 0, false, (5, 1)), (5, 2, false, (5, 2)), (0, 0, false, (0, 1))]
        {
            let mut tally = Tally { passed, failed };
            tally.end(success);
            assert_eq!((tally.passed, tally.failed), expected);
        }
    }
}
