//! The ledger against slow independent computations, worked examples and published data.

#[cfg(test)]
mod balance;
#[cfg(test)]
mod books;
#[cfg(test)]
mod calibration;
#[cfg(test)]
mod cdnow;
#[cfg(test)]
mod closing;
#[cfg(test)]
mod contracts;
#[cfg(test)]
mod data;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod oracle_contract;
#[cfg(test)]
mod oracle_statement;
#[cfg(test)]
mod postings;
#[cfg(test)]
mod presets;
#[cfg(test)]
mod rates;
#[cfg(test)]
mod reasons;
#[cfg(test)]
mod survival;
#[cfg(test)]
mod triangle;
#[cfg(test)]
mod worked;
#[cfg(test)]
mod world;
#[cfg(test)]
mod worth;
#[cfg(test)]
mod worth_edges;
