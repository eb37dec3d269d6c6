//! `sfn-alias deploy`: runs a gradual deployment.
//!
//! | module | contents |
//! |---|---|
//! | `args` | the command line |
//! | `run` | runs the deployment, and its environment |
//! | `dry_run` | `--dry-run` |
//! | `client` | calls of Step Functions |
//! | `alarms` | alarm states of CloudWatch, or of a command |
//! | `progress` | progress on standard error |

mod alarms;
mod args;
mod client;
mod dry_run;
mod progress;
mod run;

pub(super) use args::DeployArgs;
pub(super) use run::run;
