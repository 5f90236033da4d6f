//! The browser's processes: the purpose of each, and its memory.

use std::collections::HashMap;
use std::fs;

use support::processes::{all, tree};

/// The purpose of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Renderers and content processes.
    Page,
    /// The browser itself.
    Browser,
    /// Its network service, if that is a process of its own.
    Network,
    /// GPU, storage and all others.
    Other,
}

impl Part {
    /// All, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Page, Self::Browser, Self::Network, Self::Other];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Browser => "browser",
            Self::Network => "network",
            Self::Other => "other",
        }
    }

    /// The part of a command line whose words are separated by NUL, as in `/proc/PID/cmdline`.
    fn of(command_line: &str) -> Self {
        let words: Vec<&str> = command_line.split(['\0', ' ']).filter(|word| !word.is_empty()).collect();
        let has = |word: &str| words.contains(&word);
        let begins = |text: &str| words.iter().any(|word| word.starts_with(text));
        // Chromium says `--type=renderer`, Firefox `-contentproc … tab`, its kind last.
        if has("--type=renderer") || (has("-contentproc") && words.last() == Some(&"tab")) {
            Self::Page
        } else if begins("--utility-sub-type=network.")
            || (has("-contentproc") && words.last() == Some(&"socket"))
        {
            Self::Network
        } else if has("-contentproc") || begins("--type=") || begins("-parentBuildID") {
            Self::Other
        } else {
            Self::Browser
        }
    }
}

/// Proportional set sizes by part, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory(HashMap<Part, u64>);

impl Memory {
    /// The memory of these processes.
    pub fn of(processes: &[Process]) -> Self {
        let mut memory = Self::default();
        for Process { pid, part } in processes {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
            *memory.0.entry(*part).or_default() += pss(&rollup);
        }
        memory
    }

    /// Bytes of one part.
    pub fn part(&self, part: Part) -> u64 {
        self.0.get(&part).copied().unwrap_or(0)
    }

    /// Bytes of all parts.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

/// The line `Pss:` of `/proc/PID/smaps_rollup` (Linux, `Documentation/filesystems/proc.rst`), in
/// bytes. A process that has just ended has none.
fn pss(rollup: &str) -> u64 {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// A process and its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process {
    pid: u32,
    part: Part,
}

/// A browser's processes. Finding them takes longer than reading their memory.
pub fn of_browser(root: u32) -> Vec<Process> {
    tree(root).into_iter().map(|pid| Process { pid, part: Part::of(&command_line(pid)) }).collect()
}

/// The process whose command line has all of these words, and none that starts with `but_not`.
pub fn find(words: &[&str], but_not: &str) -> Option<u32> {
    all().find(|pid| {
        let line = command_line(*pid);
        let given: Vec<&str> = line.split(['\0', ' ']).collect();
        words.iter().all(|word| given.contains(word)) && !given.iter().any(|word| word.starts_with(but_not))
    })
}

fn command_line(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pss_is_the_line_of_that_name() {
        let rollup = "5581a0000000-7ffd [rollup]\nRss:   9000 kB\nPss:   1234 kB\nPss_Dirty:  99 kB\n";
        assert_eq!(pss(rollup), 1234 * 1024);
        assert_eq!(pss(""), 0);
    }

    #[test]
    fn a_process_is_known_by_its_command_line() {
        for (line, part) in [
            ("/usr/lib/chromium/chromium\0--headless=new\0", Part::Browser),
            ("/usr/lib/chromium/chromium --type=renderer --lang=en", Part::Page),
            ("chromium\0--type=utility\0--utility-sub-type=network.mojom.NetworkService\0", Part::Network),
            ("chromium\0--type=utility\0--utility-sub-type=storage.mojom.StorageService\0", Part::Other),
            ("chromium\0--type=zygote\0", Part::Other),
            ("/usr/lib/firefox-esr/firefox-esr\0-marionette\0-headless\0", Part::Browser),
            ("firefox-esr\0-contentproc\0-isForBrowser\0{uuid}\x004\0tab\0", Part::Page),
            ("firefox-esr\0-contentproc\0{uuid}\x001\0socket\0", Part::Network),
            ("firefox-esr\0-contentproc\0{uuid}\x001\0rdd\0", Part::Other),
        ] {
            assert_eq!(Part::of(line), part, "{line:?}");
        }
    }

    #[test]
    fn this_process_has_memory() {
        assert!(Memory::of(&of_browser(std::process::id())).total() > 0);
    }
}
