//! The journey from outside: published logs, random histories, lists behind numbers.

mod data;
mod histories;
mod logs;
mod merge;
mod xes;
