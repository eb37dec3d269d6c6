//! Renders a plan as a table, a timeline or an SVG.

mod duration;
mod notes;
mod svg;
mod table;
mod timeline;

pub use duration::format_duration;
use notes::format_notes;
pub use timeline::BarStyle;
