//! The rules, a file for each group.

pub(crate) mod alias;
pub(crate) mod change;
pub(crate) mod events;
pub(crate) mod pair;
pub(crate) mod policy;
pub(crate) mod preference;
pub(crate) mod routes;
pub(crate) mod shape;
pub(crate) mod start;
pub(crate) mod version;
