//! The Python binding of sfn-alias: it converts values, and nothing else.
//!
//! `de` reads Python values for the core, `ser` writes the core's answers as Python values, `error`
//! raises its refusals, `contain` panics; `aliases`, `functions`, `picker` and `server` are what Python sees. The package around
//! this module is in `python/sfn_alias`.

#![deny(clippy::arithmetic_side_effects)]

mod aliases;
mod clock;
mod contain;
mod date;
mod de;
mod error;
mod fork;
mod functions;
mod metadata;
mod names;
mod options;
mod picker;
mod ser;
mod server;
mod service;
mod template;
mod unreadable;
mod unwritable;

use pyo3::prelude::*;

/// The part of `sfn_alias` that is written in Rust.
#[pymodule]
mod _sfn_alias {
    #[pymodule_export]
    use super::aliases::StepFunctions;
    #[cfg(feature = "panic-probe")]
    #[pymodule_export]
    use super::contain::panic_probe;
    #[pymodule_export]
    use super::functions::{
        check, compare, deployment_json, fingerprint, fingerprint_encoding, format_arn, parse_arn, pick, validate,
        validate_json,
    };
    #[pymodule_export]
    use super::metadata::request_id;
    #[pymodule_export]
    use super::picker::WeightedPicker;
    #[pymodule_export]
    use super::server::{Server, main, serve};
    #[pymodule_export]
    use super::template::{check_template, template_rules};
    use super::{Bound, PyModule, PyResult, aliases, fork};
    use pyo3::prelude::*;
    use sfn_alias::{ErrorKind, Operation};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let operations = pyo3::types::PyDict::new(module.py());
        for operation in Operation::ALL {
            operations.set_item(operation.as_str(), aliases::method(*operation))?;
        }
        module.add("OPERATIONS", operations)?;
        let kinds = ErrorKind::ALL.iter().map(|kind| (kind.code(), kind.number(), kind.status()));
        module.add("ERROR_KINDS", kinds.collect::<Vec<_>>())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        fork::register(module.py())
    }
}
