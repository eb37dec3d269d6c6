//! Limits of the store: sizes, numbers, retention, names, and records that cannot be read.

mod concurrency;
mod damage;
mod executions;
mod largest;
mod names;
mod pair;
mod prefixes;
mod quota;
mod retention;
