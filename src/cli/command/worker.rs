//! `forkful worker`: what the program calls itself with, to read a file that may do harm.

use std::io;

use super::super::{Context, Failure};
use crate::gather;

#[derive(Debug, clap::Args)]
pub(crate) struct Worker {}

impl Worker {
    #[expect(clippy::unused_self, reason = "as every verb")]
    pub(crate) fn run(&self, _: &Context) -> Result<u8, Failure> {
        let answered = gather::serve_worker(&mut io::stdin().lock(), &mut io::stdout().lock());
        answered.map_err(|error| Failure::error(error.to_string()))?;
        Ok(0)
    }
}
