//! Between JavaScript's values and the core's.

mod answer;
mod fault;
mod input;
mod make;
mod reader;
mod text;
mod tree;
mod value;

pub use input::{Input, Object, Routing};
pub use reader::read_own;
pub use tree::{Tree, TreeSink};
pub use value::{Js, Thrown};
