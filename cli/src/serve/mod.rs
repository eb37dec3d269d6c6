//! `sfn-alias serve`: runs the endpoint.
//!
//! | module | contents |
//! |---|---|
//! | `args` | the command line |
//! | `run` | starts and stops the endpoint |
//! | `outcomes` | the file of outcomes, which is read again when it changes |
//! | `settings` | the files of credentials and certificates, and SIGHUP |
//! | `log` | the log |
//! | `metrics` | sends metrics to CloudWatch |

mod args;
mod log;
mod metrics;
mod outcomes;
mod run;
mod settings;

pub(super) use args::ServeArgs;
pub(super) use run::{backup_path, run};
