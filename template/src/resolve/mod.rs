//! Resolves values before deployment: intrinsic functions, parameters, conditions.

mod condition;
mod expression;
mod function;
mod order;
mod parameter;
mod scenario;
mod symbol;

pub(crate) use condition::Conditions;
pub(crate) use function::{Resolver, Selected};
pub(crate) use scenario::Scenario;
pub(crate) use symbol::{Part, SymbolicText};
