//! What a check found, as data, text and SARIF.

mod finding;
mod sarif;

pub use finding::{Finding, Report};
pub use sarif::format_sarif;
