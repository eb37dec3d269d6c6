//! The web console of sfn-alias: a page that shows and changes state machine aliases, and its API.
//!
//! The page is in `web/`. It is a client of the AWS protocol, and of the API below `/console/api` for what AWS does not have:
//! counts, histories, deployments, and a stream of changes.
//!
//! | module | contents |
//! |---|---|
//! | `files` | the files of the page |
//! | `file_list` | their list, which is generated |
//! | `console` | the routes of the API |

#![deny(clippy::arithmetic_side_effects)]

mod console;
mod file_list;
mod files;

pub use console::{ConsoleOptions, StorageKind, WebConsole};
