//! Every check, in one run that ends with one line: `N passed, M failed, K skipped`.

mod artifacts;
pub mod drivers;
mod steps;
mod tally;

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::Result;
use artifacts::Artifacts;
use lexopt::prelude::*;
use steps::{Lane, Need, STEPS, Step};
use tally::Tally;

use crate::output::{self, say};
use crate::process;
use crate::setup::{apt, rust, tools};

/// The number of steps at a time: first one of each lane, then two that drive browsers.
const AT_A_TIME: usize = 2;

/// The niceness of the lane that compiles: tests in a browser mostly wait, but they also have time limits.
const REST_NICENESS: i32 = 10;

/// `cargo xtask test [--only STEP…]`. A failed step does not stop the others.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some(steps) = chosen(arguments)? else {
        print_steps();
        return Ok(ExitCode::SUCCESS);
    };
    process::adopt_strays();
    set_up(&steps);
    let start = Instant::now();
    let results = run_all(&steps, &output::write);
    process::end_strays();

    let mut total = Tally::default();
    println!();
    for (step, result) in steps.iter().zip(&results) {
        println!("{}", result.summary(step));
        total += &result.tally;
        for name in &result.tally.passed_again {
            println!("{:14} failed once, and passed when it was run again: {name}", "");
        }
        for skipped in &result.tally.skipped {
            println!("{:14} skipped {skipped}", "");
        }
    }
    // Last, where whoever reads the end of a long output finds them.
    for (step, result) in steps.iter().zip(&results) {
        for name in &result.tally.failures {
            let cause = result.tally.causes.get(name).map_or("", String::as_str);
            println!("{:14} failed {name}: {}", step.name, cause.replace('\n', "\n                 "));
        }
    }
    println!("all steps took {:.0} s", start.elapsed().as_secs_f64());
    println!("{total}");
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The chosen steps in the order of [`STEPS`]; `None` for `--help`.
fn chosen(arguments: &[String]) -> Result<Option<Vec<&'static Step>>> {
    let mut names: Vec<String> = Vec::new();
    let mut arguments = lexopt::Parser::from_args(arguments);
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Long("only") => {
                for name in arguments.values()? {
                    names.push(name.string()?);
                }
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        let all: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return crate::usage(format!("there is no step `{unknown}`; the steps are {}", all.join(", ")));
    }
    let is_chosen = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    Ok(Some(STEPS.iter().filter(is_chosen).collect()))
}

fn print_steps() {
    println!("cargo xtask test [--only STEP…], where the steps are");
    for step in STEPS {
        println!("{:<14} {}", step.name, step.about);
    }
}

/// Installs what the steps need. A failure is reported here, and makes the steps fail that can't do
/// without.
fn set_up(steps: &[&Step]) {
    let (mut programs, mut packages, mut components, mut wasm) = (Vec::new(), Vec::new(), Vec::new(), false);
    for need in steps.iter().flat_map(|step| step.needs) {
        match need {
            Need::Component(name) => components.push(*name),
            Need::Wasm => wasm = true,
            Need::Tools(needed) => programs.extend_from_slice(needed),
            Need::Packages(needed) => packages.extend_from_slice(needed),
        }
    }
    programs.sort_by_key(|tool| tool.program);
    programs.dedup_by_key(|tool| tool.program);
    let report = |result: Result<()>| {
        if let Err(error) = result {
            say!("cargo xtask: {error:#}");
        }
    };
    thread::scope(|scope| {
        // Downloads and unpacks while cargo compiles.
        scope.spawn(|| report(apt::ready(&packages)));
        components.iter().for_each(|name| report(rust::component(name)));
        if wasm {
            report(rust::wasm_target());
        }
        report(tools::ready(&programs));
    });
}

/// How a step ended.
struct Outcome {
    tally: Tally,
    seconds: f64,
}

impl Outcome {
    fn summary(&self, step: &Step) -> String {
        format!("{:<14} {}, {:.1} s", step.name, self.tally, self.seconds)
    }
}

/// Runs steps side by side, and returns their results in the order of the steps. A step's output is
/// printed when it ends; that of a single step at once.
fn run_all(steps: &[&Step], print: &(dyn Fn(&str) + Sync)) -> Vec<Outcome> {
    let artifacts = Artifacts::default();
    if let [step] = steps {
        return vec![run_step(step, &artifacts)];
    }
    let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
    print(&format!("{} steps, {AT_A_TIME} at a time: {}\n", steps.len(), names.join(", ")));
    let ended = Mutex::new(Vec::new());
    let queue = |lane| {
        let indices = (0..steps.len()).filter(|index| steps[*index].lane == lane);
        Mutex::new(indices.collect::<VecDeque<_>>())
    };
    let work = |lane: &Mutex<VecDeque<usize>>| {
        loop {
            let next = lane.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some(index) = next else { break };
            let step = steps[index];
            print(&format!("started {}: {}\n", step.name, step.about));
            let (outcome, text) = output::capture(|| run_step(step, &artifacts));
            let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
            print(&format!("\n── {}: {}\n{text}── {}\n", step.name, step.about, outcome.summary(step)));
            ended.push((index, outcome));
        }
    };
    let (browser, rest) = (queue(Lane::Browser), queue(Lane::Rest));
    thread::scope(|scope| {
        scope.spawn(|| work(&browser));
        let rest = scope.spawn(|| {
            // Of this thread and the processes that it starts. Without it the steps only compete more.
            let _ = rustix::process::setpriority_process(None, REST_NICENESS);
            work(&rest);
        });
        rest.join().unwrap_or_else(|panic| resume_unwind(panic));
        work(&browser);
    });
    let mut ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
    ended.sort_by_key(|(index, _)| *index);
    ended.into_iter().map(|(_, outcome)| outcome).collect()
}

fn run_step(step: &Step, artifacts: &Artifacts) -> Outcome {
    let start = Instant::now();
    let tally = (step.run)(artifacts).unwrap_or_else(|error| {
        say!("{}: {error:#}", step.name);
        Tally::failure()
    });
    Outcome { tally, seconds: start.elapsed().as_secs_f64() }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

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
    fn an_unknown_step_is_refused_with_a_list_of_all() {
        let error = chosen_names("--only fmt lint").unwrap_err();
        assert!(error.contains("`lint`") && error.contains("wasm-firefox"), "{error}");
        assert!(chosen_names("fmt").is_err());
        assert!(chosen_names("--only").is_err());
    }

    #[test]
    fn an_error_is_a_failure_of_its_step_with_its_output() {
        let step = |name, run| Step { name, lane: Lane::Rest, about: "of", needs: &[], run };
        let fails = step("fails", |_| bail!("no such thing"));
        let passes = step("passes", |_| Ok(Tally::whole(true)));
        let printed = Mutex::new(String::new());
        let print = |text: &str| printed.lock().unwrap().push_str(text);
        let results = run_all(&[&fails, &passes, &passes, &passes, &passes], &print);
        let failed: Vec<u32> = results.iter().map(|result| result.tally.failed).collect();
        assert_eq!(failed, [1, 0, 0, 0, 0]);
        let printed = printed.into_inner().unwrap();
        assert!(printed.contains("── fails: of\nfails: no such thing\n── fails  "), "{printed}");
    }
}
