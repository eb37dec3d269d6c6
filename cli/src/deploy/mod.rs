//! `sfn-alias deploy`, `rollback`, `abort` and `prune`: gradual deployments, and what surrounds them.
//!
//! | module | contents |
//! |---|---|
//! | `args` | the command line |
//! | `run` | runs the deployment, and its environment |
//! | `dry_run` | `--dry-run` |
//! | `client` | calls of Step Functions |
//! | `alarms` | alarm states of CloudWatch, or of a command |
//! | `service` | the file or endpoint of an alias |
//! | `roll_back` | `rollback` and `abort` |
//! | `prune` | `prune` |
//! | `report` | reports to the console of the endpoint |
//! | `log` | progress on standard error, and events |

mod alarms;
mod args;
mod client;
mod dry_run;
mod log;
mod prune;
mod report;
mod roll_back;
mod run;
mod service;

pub use alarms::run_alarm_command;
pub(super) use args::DeployArgs;
pub(super) use prune::{PruneArgs, run as prune};
pub(super) use roll_back::{AbortArgs, RollbackArgs, abort, run as roll_back};
pub(super) use run::run;
