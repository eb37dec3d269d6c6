//! Values that cannot be wrong, and the records that are stored.

mod arn;
mod parts;
mod record;
mod routing;
mod scope;
mod time;

pub(crate) use arn::version_number;
pub use arn::{Arn, Resource, parse_arn};
pub use parts::{ArnParts, format_arn};
pub use record::{
    Alias, Execution, PreviousRouting, Revision, StateMachine, StateMachineType, Status, Stopped, Tag, Version,
};
pub use routing::{NO_VERSION, Route, Routing};
pub use scope::{InvalidScope, Scope};
pub use time::Timestamp;
