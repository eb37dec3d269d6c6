//! Validation of definitions in Amazon States Language: their JSON, and the structure of their workflows. The fields of the
//! types of states are not validated.

mod error;
mod location;
mod parse;
mod structure;
mod validate;
mod value;
mod workflow;

pub(crate) use error::DefinitionError;
pub(crate) use validate::{find_definition_errors, validate_definition};
