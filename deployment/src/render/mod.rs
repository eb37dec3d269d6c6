//! Renders a plan as a table, a timeline or an SVG, and a simulation as an SVG.

mod canvas;
mod duration;
mod notes;
mod simulation_svg;
mod svg;
mod table;
mod timeline;

pub use duration::format_duration;
use notes::format_notes;
pub use timeline::BarStyle;
