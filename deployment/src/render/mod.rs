//! Plans that a person can look at: as a table, as a timeline in a terminal, as a picture.

mod note;
mod span;
mod svg;
mod table;
mod timeline;

use note::noted;
pub use span::span;
pub use timeline::Bars;
