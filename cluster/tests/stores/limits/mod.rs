//! Limits of the store: sizes, numbers, retention, names, and records that cannot be read.

mod damage;
mod executions;
mod largest;
mod names;
mod pair;
mod retention;
