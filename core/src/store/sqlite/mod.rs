//! A durable store in one SQLite file, which several processes may use at once.
//!
//! - `open` identifies or creates the file, `wal` configures its write-ahead log, `file` owns the connections, `reader`
//!   reuses those that read.
//! - `batch` is a write transaction of the file, `transaction` one of a state machine. `view` reads; `apply`, `executions`
//!   and `revisions` write; `rows` converts rows to records.
//! - `load` reads all records at once.
//! - `checksum` detects corrupt rows, `generation` a write-ahead log that belongs to another file, and
//!   `file_monitor` files that were replaced while in use.
//! - `write_health` records whether writes succeed. `meta` stores values about the file itself.
//!
//! `schema.sql` documents the tables.

mod apply;
mod batch;
mod busy;
mod checksum;
mod error;
mod executions;
mod file;
mod file_monitor;
mod generation;
mod load;
mod meta;
mod open;
mod query;
mod reader;
mod revisions;
mod rows;
mod store;
mod transaction;
mod transaction_guard;
mod values;
mod view;
mod wal;
mod write_health;

pub(super) use batch::SqliteBatch;
pub use store::SqliteStore;
pub(super) use transaction::SqliteTransaction;
