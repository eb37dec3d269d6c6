//! A durable store in one SQLite file, which several processes may use at once.
//!
//! - `open` identifies or creates the file, and `wal` configures its write-ahead log. `file` owns the connections and
//!   records whether writes succeed. `connection` begins transactions and reuses the connections that read.
//! - `transaction` is a write transaction of the file, or one of a state machine. `view` reads, `apply` writes, `rows`
//!   converts rows to records.
//! - `load` reads all records at once.
//! - `checksum` detects corrupt rows, `generation` a write-ahead log that belongs to another file, and
//!   `file_monitor` files that were replaced while in use.
//! - `meta` stores values about the file itself.
//!
//! `schema.sql` documents the tables.

mod apply;
mod checksum;
mod connection;
mod error;
mod file;
mod file_monitor;
mod generation;
mod load;
mod meta;
mod open;
mod query;
mod rows;
mod store;
mod transaction;
mod view;
mod wal;

pub use store::SqliteStore;
pub(super) use transaction::{SqliteBatch, SqliteTransaction};
