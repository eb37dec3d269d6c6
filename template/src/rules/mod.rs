//! The rules, grouped by topic.

mod alarms;
pub(crate) mod alias;
pub(crate) mod change;
pub(crate) mod conflicts;
pub(crate) mod environment;
pub(crate) mod events;
pub(crate) mod members;
pub(crate) mod metrics;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod preference;
pub(crate) mod revision;
pub(crate) mod routes;
pub(crate) mod start;
pub(crate) mod types;
pub(crate) mod version;
