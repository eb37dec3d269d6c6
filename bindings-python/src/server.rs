//! The endpoint in a thread of its own, and the program.

use crate::aliases::{Given, StepFunctions};
use crate::contain::contain;
use crate::fork;
use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use sfn_alias_server::http::{BackgroundServer, BindError, ServerConfig};
use std::ffi::OsString;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// An endpoint that AWS SDKs talk to, in this process.
#[pyclass(frozen, module = "sfn_alias", weakref)]
pub struct Server {
    url: String,
    aliases: Py<StepFunctions>,
    /// Whether the store was opened for this endpoint.
    own: bool,
    running: Mutex<Option<BackgroundServer>>,
    /// The process whose thread serves: a fork does not copy threads.
    generation: u64,
}

#[pymethods]
impl Server {
    /// For `endpoint_url` and `AWS_ENDPOINT_URL_SFN`.
    #[getter]
    fn url(&self) -> &str {
        &self.url
    }

    /// The service that the endpoint answers from.
    #[getter]
    fn aliases(&self, py: Python<'_>) -> Py<StepFunctions> {
        self.aliases.clone_ref(py)
    }

    /// Finishes what was accepted, and lets go of a store that was opened for this endpoint.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        contain(py, "Close", || {
            py.detach(|| self.stop());
            if self.own { self.aliases.get().close(py) } else { Ok(()) }
        })
    }

    fn __enter__(&self) -> &str {
        &self.url
    }

    fn __exit__(
        &self,
        py: Python<'_>,
        _class: &Bound<'_, PyAny>,
        _error: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        let closed = if running { "" } else { ", closed" };
        format!("<Server {}{closed}>", self.url)
    }
}

impl Server {
    /// Stops the thread; in a child process there is none, and nothing of it may be touched.
    fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        match running {
            Some(running) if self.generation == fork::generation() => drop(running),
            other => std::mem::forget(other),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Not with the GIL: the thread may wait for a fork, and that for the GIL.
        if Python::try_attach(|py| py.detach(|| self.stop())).is_none() {
            self.stop();
        }
    }
}

/// Serves a store in memory, in a file, or that of an `StepFunctions`, on 127.0.0.1.
#[pyfunction]
#[pyo3(signature = (data=None, port=0, *, partition=None, account=None, region=None, seed=None, update_delay=None,
                    deletion_delay=None, limits=None))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments")]
pub fn serve<'py>(
    py: Python<'py>,
    data: Option<&Bound<'py, PyAny>>,
    port: u16,
    partition: Option<&str>,
    account: Option<&str>,
    region: Option<&str>,
    seed: Option<u64>,
    update_delay: Option<&Bound<'py, PyAny>>,
    deletion_delay: Option<&Bound<'py, PyAny>>,
    limits: Option<&Bound<'py, pyo3::types::PyDict>>,
) -> PyResult<Server> {
    contain(py, "Serve", || {
        let given = Given { partition, account, region, seed, update_delay, deletion_delay, limits };
        match data.map(|data| data.cast::<StepFunctions>()) {
            Some(Ok(aliases)) if given.is_empty() => start(py, aliases.clone().unbind(), false, port),
            Some(Ok(_)) => {
                Err(PyTypeError::new_err("an `StepFunctions` has its options already: give it alone, or a path"))
            }
            _ => {
                let path: Option<PathBuf> = data.map(|data| data.extract()).transpose()?;
                let aliases = Py::new(py, StepFunctions::made(py, path, true, &given, None)?)?;
                start(py, aliases, true, port)
            }
        }
    })
}

fn start(py: Python<'_>, aliases: Py<StepFunctions>, own: bool, port: u16) -> PyResult<Server> {
    let served = aliases.get();
    if served.has_clock() {
        return Err(PyValueError::new_err(
            "an endpoint answers outside of any call, where no `clock` is asked: serve an `StepFunctions` without one",
        ));
    }
    let (service, durable) = (served.plain(py)?, served.is_durable());
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let hosted = ServerConfig { gate: Some(fork::gate()), ..ServerConfig::new(service, durable) };
    let running = py.detach(|| BackgroundServer::start(address, hosted)).map_err(failed)?;
    let url = running.url().to_owned();
    Ok(Server { url, aliases, own, running: Mutex::new(Some(running)), generation: fork::generation() })
}

fn failed(error: BindError) -> PyErr {
    PyOSError::new_err(error.to_string())
}

/// The program `sfn-alias`: its arguments, the first being its name, in; an exit code out.
#[pyfunction]
pub fn main(py: Python<'_>, argv: Vec<Bound<'_, PyString>>) -> PyResult<u8> {
    contain(py, "Main", || {
        let argv: Vec<OsString> = argv.iter().map(|argument| argument.extract()).collect::<PyResult<_>>()?;
        let code = py.detach(|| sfn_alias_server::cli::run(argv));
        // Nothing flushes it when Python ends.
        std::io::stdout().flush().ok();
        Ok(code)
    })
}
