//! The HTTP server.
//!
//! `server` starts and stops, `connection` accepts and serves connections, `request` handles one request. `body`
//! receives the body, within the limits of `memory`. `backend` runs the call; writes of a durable service share commits.
//! `limits` are the configurable bounds. `metrics` counts requests. `panics` contains panics.

mod backend;
mod body;
mod connection;
mod limits;
mod memory;
mod metrics;
mod panics;
mod request;
mod server;

pub use backend::ForkLock;
pub use limits::Limits;
pub use server::{BackgroundServer, Server, ServerConfig, Shutdown, StartError};
