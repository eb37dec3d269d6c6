//! A durable store in one SQLite file, which several processes may use at once.
//!
//! - `open` identifies or creates the file, and `wal` configures its write-ahead log. `file` owns the connections and
//!   records whether writes succeed. `connection` begins transactions and reuses the connections that read.
//! - `transaction` is a write transaction of the file, or one of a state machine. `view` reads, `apply` writes, `records`
//!   converts records to rows, and `rows` rows to records.
//! - `load` reads all records at once, and `upgrade` converts files of earlier formats.
//! - `checksum` detects corrupt rows, `generation` a write-ahead log that belongs to another file, and
//!   `file_monitor` files that were replaced while in use.
//! - `import` adds state machines of another store.
//! - `backup` copies the file while it is in use, and restores a copy.
//! - `meta` stores values about the file itself.
//!
//! `schema.sql` documents the tables.

mod apply;
mod backup;
mod checksum;
mod connection;
mod error;
mod file;
mod file_monitor;
mod generation;
mod import;
mod load;
mod meta;
mod open;
mod query;
mod records;
mod rows;
mod store;
mod transaction;
mod upgrade;
mod view;
mod wal;

pub use backup::{is_locked, restore};
pub use store::SqliteStore;
pub(super) use transaction::{SqliteBatch, SqliteTransaction};
