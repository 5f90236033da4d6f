//! Where messages and the output of programs go: to the terminal at once, or, while steps run side
//! by side, into a text that is printed when its step ends.

use std::cell::RefCell;
use std::io::{self, Write};

thread_local!(static CAPTURED: RefCell<Option<String>> = const { RefCell::new(None) });

/// Runs `work`, and returns what this thread would have printed meanwhile.
pub fn capture<T>(work: impl FnOnce() -> T) -> (T, String) {
    let outer = CAPTURED.replace(Some(String::new()));
    let result = work();
    (result, CAPTURED.replace(outer).unwrap_or_default())
}

/// Runs `work`, and returns its output if that is captured.
pub fn capture_if<T>(is_captured: bool, work: impl FnOnce() -> T) -> (T, String) {
    if is_captured { capture(work) } else { (work(), String::new()) }
}

/// Whether this thread's output is being captured.
pub fn is_captured() -> bool {
    CAPTURED.with_borrow(Option::is_some)
}

/// Prints results, as `print!` does.
pub fn write(text: &str) {
    print(text, || {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    });
}

/// Prints a line of progress, as `eprintln!` does.
pub fn message(text: &str) {
    print(&format!("{text}\n"), || writeln!(io::stderr(), "{text}"));
}

fn print(text: &str, show: impl FnOnce() -> io::Result<()>) {
    CAPTURED.with_borrow_mut(|captured| match captured {
        Some(captured) => captured.push_str(text),
        // A closed terminal is no reason to stop working.
        None => drop(show()),
    });
}

/// Prints a line of progress: `say!("building {what}")`.
macro_rules! say {
    ($($text:tt)*) => { $crate::output::message(&format!($($text)*)) };
}
pub(crate) use say;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captured_output_is_in_order_and_each_thread_has_its_own() {
        let (inner, outer) = capture(|| {
            say!("one {}", 1);
            let inner = std::thread::spawn(|| capture(|| write("other"))).join();
            let (nested, text) = capture(|| write("nested"));
            write("two\n");
            (inner.map(|(_, text)| text).unwrap(), (nested, text))
        });
        assert_eq!(outer, "one 1\ntwo\n");
        assert_eq!(inner, ("other".to_owned(), ((), "nested".to_owned())));
        assert!(!is_captured());
    }
}
