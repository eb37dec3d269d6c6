//! What a driver reports about its deployment, and the record that the console stores and returns.

mod deployment_report;
mod events;
mod limits;
mod record;
mod update;

pub use deployment_report::{DeploymentReport, deployment_id, is_deployment_id};
pub use record::{AlarmRecord, DeploymentRecord, RecordEvent, RecordEventType, RecordStep};
