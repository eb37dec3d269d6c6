//! Validated values and stored records.

mod arn;
mod ended;
mod execution;
mod record;
mod routing;
mod scope;
mod values;

pub use arn::{Arn, Resource, parse_arn};
pub(crate) use arn::{is_version_qualifier, split_service_arn};
pub use ended::{DurationHistogram, EndedCounts, MAX_UNSTORED_PAIRS, OTHER_ALIASES, UnstoredEnding};
pub use execution::{Ending, Execution, ExecutionStatus, Failure, Outcome, Redrive, Run};
pub(crate) use record::DEFAULT_ENCRYPTION;
pub use record::{Alias, PreviousRouting, Revision, StateMachine, StateMachineType, Tag, Version};
pub use routing::{Route, Routing, VersionNumber, Weight};
pub use scope::{Scope, ScopeError};
pub use values::{Sensitive, Timestamp};
