//! One contract suite, run on SQLite and on PostgreSQL.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod links;
#[cfg(test)]
mod login;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod users;
