//! The pages as a person meets them: a small demo company, served by the built program, in headless Chromium.
#![expect(clippy::expect_used, clippy::panic, reason = "what fails here fails a test")]

mod customers;
mod everywhere;
mod numbers;
mod pages;
mod people;
