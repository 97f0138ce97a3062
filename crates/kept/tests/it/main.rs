//! The program as its users run it: the built binary, files in, answers out.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod asset;
mod closing;
mod contracts;
mod crash;
mod duckdb;
mod eventlogs;
mod feeds;
mod identity;
mod incremental;
mod ingestion;
mod journey;
mod people;
mod planted;
mod real;
mod reasons;
mod same;
mod segments;
mod support;
