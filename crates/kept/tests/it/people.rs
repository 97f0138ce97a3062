//! People and what they may see, over the real router and a home of two departments that know the same customers.

mod canaries;
mod house;
mod matrix;
mod sessions;
mod start;
