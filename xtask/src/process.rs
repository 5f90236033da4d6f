//! Child processes. Each is the leader of a process group, and ends with everything that it started,
//! however this program ends: normally, on a failure, or on Ctrl-C.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Error, Result, anyhow, bail, ensure};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::output;
use crate::setup::missing;

/// How long a driver may take to close its browser before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// Between two checks whether a child has ended.
const POLL: Duration = Duration::from_millis(20);

/// Once a process has ended, a pipe that is silent for this long is held open by a stray process.
const SILENCE: Duration = Duration::from_secs(1);

/// Runs a program to its end, with its output going where this thread's goes.
pub fn run(command: &mut Command) -> Result<()> {
    let status =
        if output::is_captured() { run_watched(command, |_| {})? } else { Group::start(command)?.wait()? };
    succeeded(command, status)
}

/// Runs a program that has something to say only if something is wrong, and fails if it does so: with a warning, too.
pub fn run_silent(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().map_err(could_not_start(command))?;
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).trim_end().to_owned();
    if !text.is_empty() {
        output::message(&text);
    }
    succeeded(command, output.status)?;
    ensure!(text.is_empty(), "{} warned", name(command));
    Ok(())
}

/// Runs a program to its end and returns what it wrote on standard output.
pub fn read(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::null()).output().map_err(could_not_start(command))?;
    succeeded(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program to its end and returns whether it succeeded.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null());
    read(command).is_ok()
}

/// Runs a program to its end, and passes each line of its standard output to `look` as well as to
/// this thread's output.
pub fn run_watched(command: &mut Command, mut look: impl FnMut(&str)) -> Result<ExitStatus> {
    let (reader, writer) = io::pipe()?;
    if output::is_captured() {
        // One pipe for both keeps their lines in order.
        command.stderr(writer.try_clone()?);
    }
    let started = Group::start(command.stdout(writer));
    // The command's own ends of the pipe would keep it open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut group = started?;
    let lines = lines_of(reader);
    loop {
        match lines.recv_timeout(SILENCE) {
            Ok(line) => {
                look(&line);
                output::write(&line);
            }
            Err(RecvTimeoutError::Timeout) if group.has_ended()? => break,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    group.wait()
}

/// A child in the background, with all that it started; dropping this ends them.
#[derive(Debug)]
pub struct Group {
    child: Child,
    /// Separate from the child, because waiting for a child closes its standard input.
    stdin: Option<ChildStdin>,
    pid: Pid,
    name: String,
}

/// The process groups to end when this program receives a signal.
static LIVE: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

impl Group {
    /// Starts a program as the leader of a new process group, with an empty standard input.
    pub fn start(command: &mut Command) -> Result<Self> {
        Self::start_reading(command, Stdio::null())
    }

    /// The same, with a standard input that stays open until this is dropped.
    pub fn start_piped(command: &mut Command) -> Result<Self> {
        Self::start_reading(command, Stdio::piped())
    }

    fn start_reading(command: &mut Command, stdin: Stdio) -> Result<Self> {
        // Locked until the child is listed, so that a signal can't miss it.
        let mut live = live();
        let mut child = command.stdin(stdin).process_group(0).spawn().map_err(could_not_start(command))?;
        let pid = Pid::from_child(&child);
        live.push(pid);
        Ok(Self { stdin: child.stdin.take(), child, pid, name: name(command) })
    }

    /// Waits for the program's end.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        self.child.wait().with_context(|| format!("could not wait for {}", self.name))
    }

    /// Whether the program has ended by itself.
    pub fn has_ended(&mut self) -> Result<bool> {
        let status = self.child.try_wait();
        Ok(status.with_context(|| format!("could not ask for the state of {}", self.name))?.is_some())
    }

    /// The lines of a piped standard output, each with its line break. They are read from now on
    /// even if nobody receives them, so that the pipe never fills up.
    pub fn lines(&mut self) -> Result<mpsc::Receiver<String>> {
        let stdout = self.child.stdout.take();
        stdout.map(lines_of).with_context(|| format!("the output of {} is not piped", self.name))
    }
}

fn lines_of(source: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut source = BufReader::new(source);
        let mut line = Vec::new();
        while matches!(source.read_until(b'\n', &mut line), Ok(1..)) {
            // Without a receiver it reads on, or the child would block.
            let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
            line.clear();
        }
    });
    receiver
}

impl Drop for Group {
    fn drop(&mut self) {
        drop(self.stdin.take());
        end(&[self.pid], || matches!(self.child.try_wait(), Ok(None)));
        let _ = self.child.wait();
        live().retain(|pid| *pid != self.pid);
    }
}

/// Ends process groups: asks them to end, and kills what is left after [`GRACE`].
fn end(groups: &[Pid], mut is_running: impl FnMut() -> bool) {
    let signal = |signal| {
        for group in groups {
            // Fails only if the group is empty already.
            let _ = kill_process_group(*group, signal);
        }
    };
    signal(Signal::TERM);
    let deadline = Instant::now() + GRACE;
    while is_running() && Instant::now() < deadline {
        thread::sleep(POLL);
    }
    signal(Signal::KILL);
}

/// From now on Ctrl-C ends the children first, then this program.
pub fn end_children_on_signals() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("could not listen for Ctrl-C")?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // The lock is kept, so that no other child is started.
            let live = live();
            end(&live, || live.iter().any(|group| test_kill_process_group(*group).is_ok()));
            strays::end();
            // The shell's exit status for a program that a signal ended.
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

pub use strays::{adopt as adopt_strays, end as end_strays};

/// Processes that left their group and lost their parent, such as browsers whose driver died.
#[cfg(target_os = "linux")]
mod strays {
    use rustix::process::{Pid, Signal, getpid, kill_process, set_child_subreaper};
    use support::processes;

    /// From now on strays become children of this program, so that [`end`] finds them.
    pub fn adopt() {
        // If the kernel refuses, strays become children of init, as usual.
        let _ = set_child_subreaper(Some(getpid()));
    }

    /// Kills every descendant of this program.
    pub fn end() {
        let descendants = processes::tree(std::process::id()).into_iter().skip(1);
        for pid in descendants.filter_map(|pid| Pid::from_raw(pid.cast_signed())) {
            // It may have ended meanwhile.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

/// Other systems can't find strays.
#[cfg(not(target_os = "linux"))]
mod strays {
    pub fn adopt() {}
    pub fn end() {}
}

fn live() -> MutexGuard<'static, Vec<Pid>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    let words = command.get_args().map(OsStr::to_string_lossy);
    let words = words.fold(name(command), |line, word| line + " " + &word);
    bail!("`{words}` failed with {status}")
}

fn could_not_start(command: &Command) -> impl FnOnce(io::Error) -> Error + use<> {
    let name = name(command);
    move |source| match source.kind() {
        io::ErrorKind::NotFound => missing(&name, format!("install {name} and put it on PATH")),
        _ => anyhow!("could not start {name}: {source}"),
    }
}

fn name(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_a_failure() {
        let shell = |script| run_silent(Command::new("sh").args(["-c", script]));
        shell("true").unwrap();
        let (warned, shown) = output::capture(|| shell("echo duplicate key >&2"));
        assert_eq!(
            (warned.unwrap_err().to_string().as_str(), shown.as_str()),
            ("sh warned", "duplicate key\n")
        );
        assert!(shell("exit 1").is_err());
    }
}
