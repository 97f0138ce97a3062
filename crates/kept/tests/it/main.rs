//! The program as its users run it: the built binary, files in, answers out.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod crash;
mod duckdb;
mod feeds;
mod identity;
mod journey;
mod planted;
mod real;
mod same;
mod support;
