//! What a developer runs on the workspace: `cargo xtask run`, `test`, `tidy` and `bench`.
#![expect(clippy::print_stdout, reason = "a command line answers on standard output")]

pub mod bench;
pub mod command;
pub mod demo;
pub mod faults;
pub mod python;
pub mod server;
pub mod test;
pub mod tidy;
pub mod workspace;
