//! sfn-alias for Node: values of JavaScript's in, values of JavaScript's out. Every rule, every text and
//! every default is the core's.

mod aliases;
mod clock;
mod error;
mod functions;
mod handler;
mod js;
mod metadata;
mod operations;
mod options;
mod router;
mod work;
