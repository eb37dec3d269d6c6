//! The HTTP server.
//!
//! `server` starts and stops, `connection` accepts and serves connections, `request` handles one request, with the `state`
//! that all share. `body` receives the body, within the limits of `memory`. `admin` resets and copies the data.
//!
//! `backend` runs the call: as `call_mode` specifies, in place, in the `commit_queue` of writes that share commits, or in the
//! `blocking_calls`, which have threads. `limits` are the configurable bounds. `settings` can change while the server runs. `tls`
//! is https. `panics` contains panics.
//!
//! `metrics` counts requests, `process` measures the process. With a store on other machines, `statistics` collects its
//! numbers, and `store_metrics` are its own metrics.
//!
//! `console` is the interface of the web console. `console_requests` handles its requests, within the bounds of `console_state`,
//! `console_files` builds the responses with files. `event_stream` is the stream of changes. `response_body` is either that or
//! bytes.

mod admin;
mod backend;
mod blocking_calls;
mod body;
mod call_mode;
mod commit_queue;
mod connection;
mod console;
mod console_files;
mod console_requests;
mod console_state;
mod ended_metrics;
mod event_stream;
mod limits;
mod memory;
mod metrics;
mod panics;
mod process;
mod request;
mod response_body;
mod server;
mod settings;
mod state;
mod statistics;
mod store_metrics;
#[cfg(feature = "tls")]
mod tls;

pub use blocking_calls::{CallHandler, VIA};
pub use call_mode::{CallMode, ForkLock};
pub use console::{ChangeStream, Console, ConsoleFile, ConsoleRequest};
pub use limits::Limits;
pub use server::{BackgroundServer, Server, ServerConfig, Shutdown, StartError};
pub use settings::{Settings, SharedSettings};
pub use store_metrics::{StoreMetric, StoreMetricValue, StoreMonitor};
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};
