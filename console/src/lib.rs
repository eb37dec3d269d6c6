//! The web console of sfn-alias: a page that shows and changes state machine aliases, and its API.
//!
//! The page is in `web/`. It is a client of the AWS protocol, and of the API below `/console/api` for what AWS does not have:
//! counts, histories, deployments, and a stream of changes.
//!
//! | module | contents |
//! |---|---|
//! | `files` | the files of the page |
//! | `file_list` | their list, which is generated |
//! | `observed_store`, `activity` | inform the console about the changes of a store |
//! | `changes` | which state machines changed, for the streams |
//! | `traffic`, `traffic_query` | starts and endings in buckets |
//! | `summaries`, `summary` | numbers of state machines |
//! | `routings` | the history of routings |
//! | `deployments` | the deployments that drivers report |
//! | `query` | the parameters of a request |
//! | `console` | the routes of the API |

#![deny(clippy::arithmetic_side_effects)]

mod activity;
mod changes;
mod console;
mod deployments;
mod file_list;
mod files;
mod observed_store;
mod query;
mod routings;
mod summaries;
mod summary;
mod traffic;
mod traffic_query;

pub use console::{ConsoleOptions, StorageKind, WebConsole};
pub use routings::store_routing;
