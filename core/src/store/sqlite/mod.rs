//! A durable store in one SQLite file, which several processes may use at once.
//!
//! `open` recognises or makes the file, `wal` tunes its log, `store` hands out its connections, `session` runs decisions
//! in transactions, `view` reads, `apply` and `executions` write, `rows` turns rows into records, `load` reads all of them at once.
//! `checksum` finds altered rows, `generation` a log of another file, `files` files that were replaced in use; `write_health` is
//! whether writes succeed, `meta` what the file knows of itself.
//! `schema.sql` says what is stored where, and why it is stored so.

mod apply;
mod busy;
mod checksum;
mod error;
mod executions;
mod file_monitor;
mod generation;
mod load;
mod meta;
mod open;
mod query;
mod rows;
mod write_health;

mod store;
mod transaction;
mod transaction_guard;
mod view;
mod wal;

pub use store::SqliteStore;
