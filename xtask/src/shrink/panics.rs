//! A panic ends in a trap in any case; in a release it traps at once, without a message.
//!
//! The body of every function that a panic enters becomes one instruction, `unreachable`. What only
//! those functions used is then dead, and wasm-opt drops it. Every check that leads to a panic
//! stays as it is.
//!
//! The standard library's formatting is treated alike: the engine does without it (`src/text.rs`,
//! enforced by `clippy.toml`), so only panics use it. wasm-opt can't tell, because their messages
//! refer to it through tables.

use anyhow::{Result, bail};

use crate::wasm::Module;

/// No locals, `unreachable`, `end`.
const TRAP: &[u8] = &[0, 0x00, 0x0B];

/// Makes every function trap that a panic enters.
///
/// # Errors
///
/// `core::panicking::panic_fmt` is not among the functions: they have no names, or other names than
/// this code knows.
pub fn trap(module: &mut Module) -> Result<()> {
    if !module.functions.iter().any(|function| function.name == "core::panicking::panic_fmt") {
        bail!(
            "the wasm has no function core::panicking::panic_fmt, so panics can't be found by name: \
             it has no name section, or this rustc names them differently (xtask/src/shrink/panics.rs)"
        );
    }
    for function in &mut module.functions {
        if is_panic(&function.name) || is_formatting(&function.name) {
            function.body = TRAP.to_vec();
        }
    }
    Ok(())
}

/// Whether a function does nothing but panic.
fn is_panic(name: &str) -> bool {
    // All of the first module's functions end in a panic. std's are named one by one, because other
    // code calls `panic_count`.
    const MODULES: [&str; 5] = [
        "core::panicking::",
        "std::panicking::panic_handler",
        "std::panicking::panic_with_hook",
        "std::panicking::begin_panic",
        "std::sys::backtrace::__rust_end_short_backtrace",
    ];
    const ENDS: [&str; 10] = [
        "::unwrap_failed",
        "::expect_failed",
        "::slice_index_fail",
        "::slice_error_fail",
        "::len_mismatch_fail",
        "alloc::raw_vec::handle_error",
        "alloc::raw_vec::capacity_overflow",
        "alloc::alloc::handle_alloc_error",
        "__rustc::rust_begin_unwind",
        "__rustc::rust_panic",
    ];
    MODULES.iter().any(|start| name.starts_with(start)) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a function belongs to the standard library's formatting.
fn is_formatting(name: &str) -> bool {
    const STARTS: [&str; 3] = ["core::fmt::", "<core::fmt::", "alloc::fmt::"];
    const METHODS: [&str; 3] =
        [" as core::fmt::Debug>::fmt", " as core::fmt::Display>::fmt", " as core::fmt::Write>::write_"];
    STARTS.iter().any(|start| name.starts_with(start)) || METHODS.iter().any(|method| name.contains(method))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::CustomSections;
    use crate::wasm::tests::module_of;

    #[test]
    fn panics_trap_and_the_rest_stays() {
        let names = [
            "core[c5930c85a12de822]::panicking::panic_fmt",
            "core::option::unwrap_failed",
            "<alloc::string::String as core::fmt::Debug>::fmt",
            "<core[c5930c85a12de822]::fmt::Formatter>::pad",
            "std::panicking::panic_count::is_zero_slow_path",
            "fetchzip::run::failed",
        ];
        let mut module = module_of(&names, b"");
        trap(&mut module).unwrap();
        let module = Module::parse(module.to_bytes(CustomSections::Keep).unwrap()).unwrap();
        let is_trap: Vec<bool> = module.functions.iter().map(|function| function.body == TRAP).collect();
        assert_eq!(is_trap, [true, true, true, true, false, false]);
    }

    #[test]
    fn a_module_without_names_is_refused() {
        let bytes = module_of(&["core::panicking::panic_fmt"], b"").to_bytes(CustomSections::Drop).unwrap();
        let mut module = Module::parse(bytes).unwrap();
        assert!(trap(&mut module).unwrap_err().to_string().contains("name section"));
    }
}
