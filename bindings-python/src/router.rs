//! The class `Router`.

use crate::error::to_exception;
use crate::functions;
use crate::panics::catch_panic;
use pyo3::intern;
use pyo3::prelude::*;

/// Draws that a seed makes repeatable, on every platform and in every later version.
#[pyclass(frozen, module = "sfn_alias")]
pub struct Router(sfn_alias::Router);

#[pymethods]
impl Router {
    #[new]
    #[pyo3(signature = (seed=None))]
    fn new(py: Python<'_>, seed: Option<u64>) -> PyResult<Self> {
        catch_panic(py, "Router", || match seed {
            Some(seed) => Ok(Self(sfn_alias::Router::new(seed))),
            None => sfn_alias::Router::from_entropy().map(Self).map_err(|error| to_exception(py, &error, "Router")),
        })
    }

    /// A draw of 0 to 99.
    fn draw(&self, py: Python<'_>) -> PyResult<u8> {
        catch_panic(py, "Draw", || Ok(self.0.draw()))
    }

    /// Draws, and picks the ARN of a version.
    fn route<'py>(&self, routing: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        catch_panic(routing.py(), "Route", || {
            let position = functions::read_routing(routing)?.position(self.0.draw());
            routing.get_item(position)?.get_item(intern!(routing.py(), "stateMachineVersionArn"))
        })
    }
}
