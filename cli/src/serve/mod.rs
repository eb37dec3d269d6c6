//! `sfn-alias serve`: runs the endpoint.
//!
//! | module | contents |
//! |---|---|
//! | `args` | the command line |
//! | `run` | starts and stops the endpoint |
//! | `outcomes` | the file of outcomes, which is read again when it changes |
//! | `settings` | the files of credentials and certificates, and SIGHUP |
//! | `log` | the log |
//! | `console` | creates the web console |
//! | `metrics` | sends metrics to CloudWatch |
//! | `upstream` | runs executions in another endpoint |
//! | `service` | creates the service |
//! | `shared_store` | opens the store of `--store` |
//! | `not_open` | serves until it is open |
//! | `url` | checks the URLs of both |

mod args;
mod console;
mod demo;
mod log;
mod metrics;
mod not_open;
mod outcomes;
mod run;
mod service;
mod settings;
#[cfg_attr(not(feature = "store"), path = "shared_store_absent.rs")]
mod shared_store;
mod upstream;
mod url;

pub(super) use args::ServeArgs;
pub(super) use run::{backup_path, run};
