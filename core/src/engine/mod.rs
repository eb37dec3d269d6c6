//! Decisions: pure functions of the stored records, a command and the time.

pub(crate) mod alias;
mod decision;
pub(crate) mod documents;
pub(crate) mod ending;
pub(crate) mod execution;
pub(crate) mod history;
pub(crate) mod running;
pub(crate) mod start;
pub(crate) mod state_machine;
pub(crate) mod tags;
pub(crate) mod version;

pub(crate) use decision::{Context, Decision};
use decision::{
    check_not_deleting, format_execution_arn, format_express_arn, format_version_arn, missing_error, qualify_arn,
    require_execution, require_version,
};
pub use documents::{DocumentChange, Documents};
