//! `sfn-alias deploy`: runs a gradual deployment.
//!
//! | module | contents |
//! |---|---|
//! | `args` | the command line |
//! | `run` | runs the deployment, and its environment |
//! | `dry_run` | `--dry-run` |
//! | `client`, `observation` | calls of Step Functions |
//! | `alarms`, `alarm_command` | alarm states of CloudWatch, or of a command |
//! | `progress` | progress on standard error |
//! | `interrupt` | SIGINT and SIGTERM |

mod alarm_command;
mod alarms;
mod args;
mod client;
mod dry_run;
mod interrupt;
mod observation;
mod progress;
mod run;

pub(super) use args::DeployArgs;
pub(super) use run::run;
