//! The HTTP server.
//!
//! `server` accepts connections, `connection` serves one connection, `request` one request. `head` rejects what
//! hyper accepts against RFC 9112; `body` receives the body into `body_pool`, within a `memory_budget`. `backend`
//! runs the call; writes of a durable service share commits. `limits` are the configurable bounds. `metrics` counts requests, and `metrics_cache` stores the rendered page. `panics` contains panics.
//! `background` runs the server in a thread of the program.

mod backend;
mod background;
mod body;
mod body_pool;
mod connection;
mod head;
mod limits;
mod memory_budget;
mod metrics;
mod metrics_cache;
mod panics;
mod request;
mod server;

pub use backend::ForkLock;
pub use background::BackgroundServer;
pub use limits::Limits;
pub use server::{Server, ServerConfig, Shutdown, StartError};
