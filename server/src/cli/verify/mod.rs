//! `sfn-alias verify`: the vectors against any endpoint.
//!
//! A vector is written for one account, one region and fixed names. `skip` says which ones an endpoint
//! cannot be asked; `session` asks the others: `names` gives everything names of this run's own and maps
//! answers back, `guard` looks at each request once more right before `sender` sends it, signed by
//! `identity`; `ledger` knows what there is to delete, `sweep` looks
//! for what no answer told of. `report` and `record` are what comes out, `stop`
//! is Ctrl-C, `run` puts them together.

mod args;
mod guard;
mod identity;
mod ledger;
mod names;
mod progress;
mod record;
mod report;
mod run;
mod scope;
mod sender;
mod session;
mod skip;
mod stop;
mod sts;
mod sweep;
mod targets;

pub(super) use args::VerifyArgs;
pub(super) use run::run;
