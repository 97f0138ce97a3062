//! The pages, one folder for each noun, one file for each page: what it asks for, what it reads, how it looks.

pub mod account;
pub mod asset;
pub mod audit;
pub mod closings;
pub mod customers;
pub mod data;
pub mod entry;
pub mod journey;
pub mod people;
pub mod promises;
pub mod reasons;
pub mod scorecard;
mod segments;
pub mod statement;
