//! The Python binding of sfn-alias. It converts values and contains no rules.
//!
//! `de` deserializes Python values, and `ser` serializes responses to them. `error` and `panics` create exceptions.
//! `argument`, `json_argument` and `options` convert other arguments. `callbacks`, `callback_result`, `clock` and `start` call Python functions. `step_functions`, `executions`, `functions`,
//! `deployment`, `picker`, `server` and `template` define what Python imports. `python/sfn_alias` has the package around
//! this module.

#![deny(clippy::arithmetic_side_effects)]

mod argument;
mod callback_result;
mod callbacks;
mod clock;
mod date;
mod de;
mod deployment;
mod deserialize_error;
mod error;
mod executions;
mod fork;
mod functions;
mod interned;
mod json_argument;
mod metadata;
mod options;
mod panics;
mod picker;
mod ser;
mod serialize_error;
mod server;
mod service;
mod start;
mod step_functions;
mod store;
mod template;

use pyo3::prelude::*;

/// The Rust part of `sfn_alias`.
#[pymodule]
mod _sfn_alias {
    #[pymodule_export]
    use super::deployment::{DeploymentDriver, deployment_json};
    #[pymodule_export]
    use super::functions::{
        check, compare, fingerprint, fingerprint_encoding, format_arn, parse_arn, pick, request_id, validate,
        validate_json,
    };
    #[cfg(feature = "panic-probe")]
    #[pymodule_export]
    use super::panics::panic_probe;
    #[pymodule_export]
    use super::picker::WeightedPicker;
    #[pymodule_export]
    use super::server::{Server, serve};
    #[pymodule_export]
    use super::step_functions::StepFunctions;
    #[pymodule_export]
    use super::template::{check_template, template_rules};
    use super::{Bound, PyModule, PyResult, fork};
    use pyo3::prelude::*;
    use sfn_alias::{ErrorKind, Operation};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let operations = pyo3::types::PyDict::new(module.py());
        for operation in Operation::ALL {
            operations.set_item(operation.as_str(), operation.method_name())?;
        }
        module.add("OPERATIONS", operations)?;
        let kinds = ErrorKind::ALL.iter().map(|kind| (kind.code(), kind.number(), kind.status()));
        module.add("ERROR_KINDS", kinds.collect::<Vec<_>>())?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        fork::register(module.py())
    }
}
