//! One contract suite, run on SQLite and on PostgreSQL.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod settings;
