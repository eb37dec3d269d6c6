//! Reports in JSON, text and SARIF.

mod finding;
mod sarif;

pub use finding::{Finding, Report};
pub use sarif::format_sarif;
