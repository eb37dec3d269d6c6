//! The endpoint on a socket.
//!
//! `server` binds and accepts, `connection` serves one connection, `requests` one request, `backend` runs
//! it: reads at once, writes of a durable service through `writer`, which shares commits. `head` checks what hyper
//! lets pass, `body` receives, within the `budget` there is for what is worked on, which `pool` divides among bodies.
//! `limits` bounds all of it, `metrics` counts and `page` stores what is counted; `panics` contains faults;
//! `background` runs it beside a program.

mod backend;
mod background;
mod body;
mod budget;
mod connection;
mod head;
mod limits;
mod metrics;
mod page;
mod panics;
mod pool;
mod requests;
mod server;
mod writer;

pub use backend::ForkLock;
pub use background::BackgroundServer;
pub use limits::Limits;
pub use server::{Access, BindError, Server, ServerConfig, Shutdown};
