//! The data of `serve --demo`: a state machine with three versions, traffic, and a canary that is rolled back.
//!
//! | module | contents |
//! |---|---|
//! | `clock` | a clock that is first set to times in the past |
//! | `content` | definitions, inputs and results |
//! | `world` | calls of the service, and the history |
//! | `traffic` | starts executions and ends them |
//! | `rollout` | runs deployments with the driver |
//! | `run` | what happens when, first in the past, then on a thread |

mod clock;
mod content;
mod rollout;
mod run;
mod traffic;
mod world;

pub(super) use clock::DemoClock;
pub(super) use run::{DEMO_SEED, Demo};
