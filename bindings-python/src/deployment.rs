//! Gradual deployments, for `sfn_alias.deploy`.

use crate::panics::catch_panic;
use pyo3::prelude::*;
use sfn_alias_deployment::JsonDriver;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The operation name in an `InternalFailure`.
const DEPLOYMENT: &str = "Deployment";

/// Calls the JSON API of gradual deployments.
#[pyfunction]
pub fn deployment_json(py: Python<'_>, method: &str, request: &str) -> PyResult<String> {
    catch_panic(py, DEPLOYMENT, || Ok(sfn_alias_deployment::deployment_json_or_error(method, request.as_bytes())))
}

/// Drives a deployment with a state file.
#[pyclass(frozen, module = "sfn_alias._sfn_alias")]
pub struct DeploymentDriver(Mutex<JsonDriver>);

#[pymethods]
impl DeploymentDriver {
    #[new]
    fn new(py: Python<'_>, state: PathBuf) -> PyResult<Self> {
        catch_panic(py, DEPLOYMENT, || Ok(Self(Mutex::new(JsonDriver::new(state)))))
    }

    /// Calls a method of the driver, with a request and a response in JSON.
    fn call(&self, py: Python<'_>, method: &str, request: &str) -> PyResult<String> {
        catch_panic(py, DEPLOYMENT, || {
            let call = || self.0.lock().unwrap_or_else(PoisonError::into_inner).call(method, request.as_bytes());
            Ok(py.detach(call))
        })
    }
}
