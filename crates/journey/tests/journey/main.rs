//! The journey from outside: published logs, random histories, lists behind numbers.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod contrast;
#[cfg(test)]
mod credit;
#[cfg(test)]
mod data;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod merge;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod scorecard;
#[cfg(test)]
mod xes;
