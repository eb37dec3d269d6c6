//! A durable store in one SQLite file, which several processes may use at once.
//!
//! `open` recognises or makes the file, `wal` tunes its log, `store` hands out its connections, `session` runs decisions
//! in transactions, `view` reads, `apply` and `executions` write, `rows` turns rows into records, `load` reads all of them at once.
//! `schema.sql` says what is stored where, and why it is stored so.

mod apply;
mod executions;
mod fault;
mod load;
mod open;
mod patience;
mod query;
mod rows;
mod session;
mod store;
mod transaction;
mod view;
mod wal;

pub use store::SqliteStore;
