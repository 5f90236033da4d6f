//! Every check there is, in one run that ends with one line: `N passed, M failed`.

mod bench;
pub mod drivers;
mod steps;
mod tally;

use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use bench::Bench;
use steps::{STEPS, Step};
use tally::Tally;

use crate::error::{Error, Result};
use crate::process;
use crate::setup::{apt, rust, tools::Toolbox};

/// `cargo xtask test [--only STEP…]`: goes on after a step that fails.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some(steps) = chosen(arguments)? else {
        print_steps();
        return Ok(ExitCode::SUCCESS);
    };
    process::adopt_strays();
    set_up(&steps);

    let mut bench = Bench::default();
    let mut total = Tally::default();
    let mut summary = Vec::new();
    for step in &steps {
        eprintln!("\n── {}: {}", step.name, step.about);
        let start = Instant::now();
        let tally = (step.run)(&mut bench).unwrap_or_else(|error| {
            eprintln!("{}: {error}", step.name);
            Tally::failure()
        });
        let seconds = start.elapsed().as_secs_f64();
        let line = format!("{:<14} {tally}, {seconds:.1} s", step.name);
        eprintln!("── {line}");
        summary.push(line);
        total += tally;
    }
    drop(bench);
    process::end_strays();

    println!();
    for line in summary {
        println!("{line}");
    }
    println!("{total}");
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The steps in their own order; `None` if the question is which there are.
fn chosen(arguments: &[String]) -> Result<Option<Vec<&'static Step>>> {
    let names = match arguments.split_first() {
        None => return Ok(Some(STEPS.iter().collect())),
        Some((first, _)) if matches!(first.as_str(), "-h" | "--help") => return Ok(None),
        Some((first, names)) if first == "--only" && !names.is_empty() => names,
        Some(_) => {
            return Err(Error::Usage("test takes --only with one or more steps, or nothing".to_owned()));
        }
    };
    let known = |name: &&String| STEPS.iter().any(|step| step.name == *name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let all: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Error::Usage(format!("there is no step `{unknown}`; the steps are {}", all.join(", "))));
    }
    let steps = STEPS.iter();
    let wanted = |step: &&Step| names.iter().any(|name| name == step.name);
    Ok(Some(steps.filter(wanted).collect()))
}

fn print_steps() {
    println!("cargo xtask test [--only STEP…], where the steps are");
    for step in STEPS {
        println!("{:<14} {}", step.name, step.about);
    }
}

/// Installs what the steps need, before the first of them. Where that fails it says so here, and
/// the steps that can't do without say so again and fail.
fn set_up(steps: &[&Step]) {
    let tools: Vec<_> = steps.iter().flat_map(|step| step.tools).copied().collect();
    let packages: Vec<_> = steps.iter().flat_map(|step| step.packages).copied().flatten().copied().collect();
    let say = |result: Result<()>| {
        if let Err(error) = result {
            eprintln!("cargo xtask: {error}");
        }
    };
    thread::scope(|scope| {
        // Downloads and unpacks while cargo compiles.
        scope.spawn(|| say(apt::ready(&packages)));
        for subcommand in ["fmt", "clippy"] {
            if steps.iter().any(|step| step.name == subcommand) {
                say(rust::component(subcommand));
            }
        }
        if steps.iter().any(|step| step.wasm) {
            say(rust::wasm_target());
        }
        say(Toolbox::ready(&tools).map(drop));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen_names(line: &str) -> std::result::Result<Vec<&'static str>, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        match chosen(&words) {
            Ok(steps) => Ok(steps.into_iter().flatten().map(|step| step.name).collect()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn steps_run_in_their_own_order() {
        assert_eq!(chosen_names("--only clippy fmt"), Ok(vec!["fmt", "clippy"]));
        assert_eq!(chosen_names("").map(|steps| steps.len()), Ok(STEPS.len()));
    }

    #[test]
    fn an_unknown_step_is_told_from_the_known_ones() {
        let error = chosen_names("--only fmt lint").unwrap_err();
        assert!(error.contains("`lint`") && error.contains("wasm-firefox"), "{error}");
        assert!(chosen_names("fmt").is_err());
        assert!(chosen_names("--only").is_err());
    }
}
