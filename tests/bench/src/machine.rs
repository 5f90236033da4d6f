//! The machine that was measured on.

use std::fs;
use std::process::Command;
use std::thread;

/// The machine, as reports name it.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The processor's model.
    pub processor: String,
    /// The number of threads that it runs at once.
    pub cores: usize,
    /// Gigabytes of memory.
    pub memory_gb: f64,
    /// The kernel's name and version.
    pub system: String,
    /// The date, as `2026-11-21`.
    pub date: String,
}

impl Machine {
    /// This machine, today.
    pub fn here() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let output_of = |program: &str, argument: &str| {
            let output = Command::new(program).arg(argument).output();
            output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
        };
        let kilobytes = field(&read("/proc/meminfo"), "MemTotal");
        let kilobytes = kilobytes.and_then(|text| text.trim_end_matches("kB").trim().parse::<f64>().ok());
        Self {
            processor: field(&read("/proc/cpuinfo"), "model name")
                .unwrap_or_else(|| "unknown processor".to_owned()),
            cores: thread::available_parallelism().map_or(1, usize::from),
            memory_gb: kilobytes.unwrap_or(0.0) * 1024.0 / 1e9,
            system: output_of("uname", "-sr"),
            date: output_of("date", "+%F"),
        }
    }

    /// The machine in one line.
    pub fn line(&self) -> String {
        format!(
            "{}, {} cores, {:.0} GB, {}, {}",
            self.processor, self.cores, self.memory_gb, self.system, self.date
        )
    }
}

/// The value of a line `name : value`.
fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == name).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "model\t\t: 6\nmodel name\t: A Processor @ 2 GHz\n";
        assert_eq!(field(text, "model name").as_deref(), Some("A Processor @ 2 GHz"));
        assert_eq!(field(text, "name"), None);
    }
}
