//! What several steps work with, each made once and only when a step asks for it.

use std::path::PathBuf;

use crate::error::Result;
use crate::origin::{self, Origin};
use crate::page::{self, Build};
use crate::{package, workspace};

/// Things made so far.
#[derive(Debug, Default)]
pub struct Bench {
    origin_program: Option<PathBuf>,
    has_page: bool,
    has_package: bool,
}

impl Bench {
    /// The demo image server's program.
    pub fn origin_program(&mut self) -> Result<PathBuf> {
        if let Some(program) = &self.origin_program {
            return Ok(program.clone());
        }
        let program = origin::build()?;
        self.origin_program = Some(program.clone());
        Ok(program)
    }

    /// A demo image server of the step's own.
    pub fn origin(&mut self) -> Result<Origin> {
        Origin::start(&self.origin_program()?, None)
    }

    /// The release page.
    pub fn page(&mut self) -> Result<PathBuf> {
        if !self.has_page {
            page::build(Build::Release)?;
            self.has_page = true;
        }
        Ok(workspace::dist())
    }

    /// The npm package.
    pub fn package(&mut self) -> Result<PathBuf> {
        if !self.has_package {
            package::build()?;
            self.has_package = true;
        }
        Ok(workspace::pkg())
    }
}
