//! Children. Each runs in a process group of its own, and ends with everything that it started,
//! however we end: normally, on a failure, or on Ctrl-C.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::error::{Error, Result};

/// What a driver needs at most to close its browser in an orderly way.
const GRACE: Duration = Duration::from_secs(3);

/// Between two looks at whether a child has ended.
const POLL: Duration = Duration::from_millis(20);

/// A pipe this long silent after its process ended is held open by a stray that says no more.
const SILENCE: Duration = Duration::from_secs(1);

/// Runs a program to its end, its output going where ours goes.
pub fn run(command: &mut Command) -> Result<()> {
    let status = Group::start(command)?.wait()?;
    succeeded(command, status)
}

/// Runs a program to its end and returns what it wrote on standard output.
pub fn read(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::null()).output().map_err(could_not_start(command))?;
    succeeded(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program to its end and says only whether it went well.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null());
    read(command).is_ok()
}

/// Runs a program to its end, passing its standard output on line by line as it comes, each line
/// shown to `look` too.
pub fn run_watched(command: &mut Command, mut look: impl FnMut(&str)) -> Result<ExitStatus> {
    let mut group = Group::start(command.stdout(Stdio::piped()))?;
    let lines = group.lines()?;
    loop {
        match lines.recv_timeout(SILENCE) {
            Ok(line) => {
                look(&line);
                let mut out = io::stdout().lock();
                // A closed terminal is no reason to stop counting.
                let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
            }
            Err(RecvTimeoutError::Timeout) if group.has_ended()? => break,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    group.wait()
}

/// A child in the background, ended when this is dropped.
#[derive(Debug)]
pub struct Group {
    child: Child,
    /// Apart from the child, because waiting for a child closes its standard input.
    stdin: Option<ChildStdin>,
    pid: Pid,
    name: String,
}

/// The process groups that a signal to us has to end.
static LIVE: Mutex<Vec<Pid>> = Mutex::new(Vec::new());

impl Group {
    /// Starts a program at the head of a new process group. Its standard input is empty unless the
    /// command says otherwise with [`Self::start_piped`].
    pub fn start(command: &mut Command) -> Result<Self> {
        Self::start_reading(command, Stdio::null())
    }

    /// The same, with a standard input that stays open until this is dropped.
    pub fn start_piped(command: &mut Command) -> Result<Self> {
        Self::start_reading(command, Stdio::piped())
    }

    fn start_reading(command: &mut Command, stdin: Stdio) -> Result<Self> {
        // Held over the start, so that a signal finds either no child or a child in the list.
        let mut live = live();
        let mut child = command.stdin(stdin).process_group(0).spawn().map_err(could_not_start(command))?;
        let pid = Pid::from_child(&child);
        live.push(pid);
        Ok(Self { stdin: child.stdin.take(), child, pid, name: name(command) })
    }

    /// Waits for the program's end.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let doing = format!("wait for {}", self.name);
        self.child.wait().map_err(|source| Error::Io { doing, source })
    }

    /// Whether the program has ended by itself.
    pub fn has_ended(&mut self) -> Result<bool> {
        let doing = format!("look after {}", self.name);
        let status = self.child.try_wait();
        Ok(status.map_err(|source| Error::Io { doing, source })?.is_some())
    }

    /// The lines, ends included, of a standard output that was piped; read from now on, so that
    /// the pipe never fills up, whether or not somebody receives them.
    pub fn lines(&mut self) -> Result<mpsc::Receiver<String>> {
        let Some(stdout) = self.child.stdout.take() else {
            return Err(Error::Unexpected(format!("{} has no piped output", self.name)));
        };
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut stdout = BufReader::new(stdout);
            let mut line = Vec::new();
            while matches!(stdout.read_until(b'\n', &mut line), Ok(1..)) {
                // Nobody listens any more: go on reading, or the child would block.
                let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
                line.clear();
            }
        });
        Ok(receiver)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // Fails only if nobody is left in the group, which is what we want.
        let _ = kill_process_group(self.pid, Signal::TERM);
        let deadline = Instant::now() + GRACE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        let _ = kill_process_group(self.pid, Signal::KILL);
        let _ = self.child.wait();
        live().retain(|pid| *pid != self.pid);
    }
}

/// From now on an interrupt ends the children first, then us.
pub fn end_children_on_signals() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|source| Error::Io { doing: "listen for Ctrl-C".to_owned(), source })?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Keeping the lock keeps anybody from starting another child.
            let live = live();
            for group in live.iter() {
                let _ = kill_process_group(*group, Signal::TERM);
            }
            let deadline = Instant::now() + GRACE;
            let is_there = |group: &Pid| rustix::process::test_kill_process_group(*group).is_ok();
            while live.iter().any(is_there) && Instant::now() < deadline {
                thread::sleep(POLL);
            }
            for group in live.iter() {
                let _ = kill_process_group(*group, Signal::KILL);
            }
            strays::end();
            // The shell's convention for "ended by this signal".
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}

pub use strays::{adopt as adopt_strays, end as end_strays};

/// Processes that left their group and lost their parent, as browsers do when their driver dies.
#[cfg(target_os = "linux")]
mod strays {
    use std::fs;

    use rustix::process::{Pid, Signal, getpid, kill_process, set_child_subreaper};

    /// From now on strays become our own children, so that [`end`] finds them.
    pub fn adopt() {
        // Where the kernel refuses, strays go to init as they always did.
        let _ = set_child_subreaper(Some(getpid()));
    }

    /// Ends every process that still descends from us.
    pub fn end() {
        let parents = parents();
        let mut doomed = vec![getpid().as_raw_nonzero().get()];
        let mut next = 0;
        while let Some(parent) = doomed.get(next).copied() {
            let children = parents.iter().filter(|(_, of)| *of == parent);
            doomed.extend(children.map(|(pid, _)| *pid));
            next += 1;
        }
        for pid in doomed.into_iter().skip(1).filter_map(Pid::from_raw) {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::KILL);
        }
    }

    /// Every process with its parent, from `/proc/PID/stat`: `pid (name) state parent …`, where
    /// the name may hold anything, parentheses and spaces too.
    fn parents() -> Vec<(i32, i32)> {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .filter_map(|process| {
                let pid = process.file_name().to_str()?.parse().ok()?;
                let stat = fs::read_to_string(process.path().join("stat")).ok()?;
                let (_, after_name) = stat.rsplit_once(") ")?;
                Some((pid, after_name.split(' ').nth(1)?.parse().ok()?))
            })
            .collect()
    }
}

/// Elsewhere a driver's own end has to do.
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
    Err(Error::Failed { command: words, status })
}

fn could_not_start(command: &Command) -> impl FnOnce(io::Error) -> Error + use<> {
    let name = name(command);
    move |source| match source.kind() {
        io::ErrorKind::NotFound => {
            Error::Missing { remedy: format!("install {name} and put it on PATH"), what: name }
        }
        _ => Error::Io { doing: format!("start {name}"), source },
    }
}

fn name(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    name.to_string_lossy().into_owned()
}
