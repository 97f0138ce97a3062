//! The program as its users run it: the built binary, files in, answers out.

mod crash;
mod duckdb;
mod feeds;
mod planted;
mod real;
mod same;
mod support;
