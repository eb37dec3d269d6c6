//! The class `WeightedPicker`.

use crate::error::to_exception;
use crate::functions;
use crate::panics::catch_panic;
use pyo3::intern;
use pyo3::prelude::*;

/// Picks versions at random, by weight. A seed makes the picks the same on every platform and in every release.
#[pyclass(frozen, module = "sfn_alias")]
pub struct WeightedPicker(sfn_alias::WeightedPicker);

#[pymethods]
impl WeightedPicker {
    #[new]
    #[pyo3(signature = (seed=None))]
    fn new(py: Python<'_>, seed: Option<u64>) -> PyResult<Self> {
        catch_panic(py, "WeightedPicker", || match seed {
            Some(seed) => Ok(Self(sfn_alias::WeightedPicker::new(seed))),
            None => {
                let picker = sfn_alias::WeightedPicker::from_entropy();
                picker.map(Self).map_err(|error| to_exception(py, &error, "WeightedPicker"))
            }
        })
    }

    /// Returns the next random number from 0 to 99.
    fn next_percent(&self, py: Python<'_>) -> PyResult<u8> {
        catch_panic(py, "NextPercent", || Ok(self.0.next_percent()))
    }

    /// Picks a version at random and returns its ARN.
    fn pick<'py>(&self, routing: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        catch_panic(routing.py(), "Pick", || {
            let position = functions::read_routing(routing)?.pick_index(self.0.next_percent());
            routing.get_item(position)?.get_item(intern!(routing.py(), "stateMachineVersionArn"))
        })
    }
}
