//! Operations on aliases and versions before, after and without a deployment.
//!
//! Each is a function that makes its calls through a [`Service`]. Other languages use the JSON API: it repeats the function
//! with the replies so far, until no reply is missing.
//!
//! | module | contents |
//! |---|---|
//! | `service` | the trait that executes the calls, and the calls that the operations share |
//! | `prepare` | before a deployment: reads the alias and the version, or creates the alias |
//! | `roll_back` | routes all traffic to the previous version again |
//! | `prune` | deletes versions that are no longer used |
//! | `replay` | the JSON API |

mod prepare;
mod prune;
mod replay;
mod roll_back;
mod service;

pub use prepare::{Preparation, PrepareRequest, prepare_deployment};
pub use prune::{
    KeepReason, KeptVersion, PrunePlan, PruneReport, PruneRequest, list_aliases, plan_prune, prune_versions,
};
pub use replay::replay;
pub use roll_back::{RollbackReport, RollbackRequest, roll_back};
pub use service::{Service, ServiceEvent};
