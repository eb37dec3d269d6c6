//! Resolves values before deployment: intrinsic functions, parameters, conditions.

mod choices;
mod condition;
mod expression;
mod function;
mod order;
mod parameter;
mod scenario;
mod symbol;

pub(crate) use choices::{MAX_COMBINATIONS, referenced_names};
pub(crate) use condition::Conditions;
pub(crate) use function::{Resolver, Selected};
pub(crate) use scenario::{Choice, Scenario};
pub(crate) use symbol::{Part, SymbolicText};
