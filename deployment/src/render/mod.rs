//! Plans that a person can look at: as a table, as a timeline in a terminal, as a picture.

mod duration;
mod note;
mod svg;
mod table;
mod timeline;

pub use duration::format_duration;
use note::noted;
pub use timeline::BarStyle;
