//! Values that cannot be wrong, and the records that are stored.

mod arn;
mod parts;
mod record;
mod routing;
mod scope;
mod time;
mod version_number;
mod weight;

pub(crate) use arn::is_version_qualifier;
pub use arn::{Arn, Resource, parse_arn};
pub use parts::{ArnParts, format_arn};
pub use record::{
    Alias, Execution, PreviousRouting, Revision, StateMachine, StateMachineType, Status, Stopped, Tag, Version,
};
pub use routing::{Route, Routing};
pub use scope::{InvalidScope, Scope};
pub use time::Timestamp;
pub use version_number::VersionNumber;
pub use weight::Weight;
