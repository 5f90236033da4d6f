//! A panic ends in a trap in any case; here it traps at once, without a message.
//!
//! The entry points of panics get one instruction, `unreachable`, for a body. What only they used
//! is then dead, and wasm-opt drops it. Every check that leads to a panic stays as it is.
//!
//! The standard library's formatting goes the same way: our own texts do without it (`src/text.rs`,
//! which `clippy.toml` watches over), so panics alone are left to use it. wasm-opt can't know, since
//! messages refer to it through tables.

use crate::error::{Error, Result};
use crate::wasm::Module;

/// No locals, `unreachable`, `end`.
const TRAP: &[u8] = &[0, 0x00, 0x0B];

/// Makes every entry point of a panic a trap.
///
/// # Errors
///
/// There is none among the functions: they have no names, or rustc has given them others.
pub fn trap(module: &mut Module) -> Result<()> {
    let functions = module.functions()?;
    if !functions.iter().any(|(name, _)| name == "core::panicking::panic_fmt") {
        return Err(Error::Unexpected(
            "the wasm has no function core::panicking::panic_fmt, so panics can't be told by name: \
             it has no name section, or this rustc names them otherwise (xtask/src/shrink/panics.rs)"
                .to_owned(),
        ));
    }
    let bodies: Vec<Vec<u8>> = functions
        .iter()
        .map(|(name, body)| if is_panic(name) || is_formatting(name) { TRAP.to_vec() } else { body.to_vec() })
        .collect();
    module.set_bodies(bodies.iter().map(Vec::as_slice));
    Ok(())
}

/// Whether a function does nothing but panic.
fn is_panic(name: &str) -> bool {
    // All of the first module's functions end in a panic; in std's, `panic_count` is asked by others.
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
        let is_trap: Vec<bool> = module.functions().unwrap().iter().map(|(_, body)| *body == TRAP).collect();
        assert_eq!(is_trap, [true, true, true, true, false, false]);
    }

    #[test]
    fn a_module_without_names_is_refused() {
        let mut module = module_of(&["core::panicking::panic_fmt"], b"");
        module.drop_custom_sections();
        assert!(trap(&mut module).unwrap_err().to_string().contains("name section"));
    }
}
