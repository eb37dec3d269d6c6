//! `sfn-alias deploy`: runs a gradual deployment.
//!
//! | module | contents |
//! |---|---|
//! | `args` | the command line |
//! | `run` | the loop that executes the deployment's actions |
//! | `dry_run` | `--dry-run` |
//! | `prepare` | creates or resumes the deployment |
//! | `client`, `observation` | calls of Step Functions |
//! | `alarms`, `alarm_command` | alarm states of CloudWatch, or of a command |
//! | `state_file`, `regular_file` | the checkpoint in a file |
//! | `progress` | progress on standard error |
//! | `interrupt` | SIGINT and SIGTERM |

mod alarm_command;
mod alarms;
mod args;
mod client;
mod dry_run;
mod interrupt;
mod observation;
mod prepare;
mod progress;
mod regular_file;
mod run;
mod state_file;

pub(super) use args::DeployArgs;
pub(super) use run::run;
