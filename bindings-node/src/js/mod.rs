//! Between JavaScript's values and the core's.

mod answer;
mod callback;
mod fault;
mod input;
mod make;
mod name;
mod reader;
mod text;
mod tree;
mod value;

pub use callback::{Check, export};
pub use input::{Input, Object, Routing};
pub use name::Name;
pub use reader::read_own;
pub use tree::{Tree, TreeSink};
pub use value::{Js, Thrown};
