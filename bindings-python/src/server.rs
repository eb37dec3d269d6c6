//! The HTTP endpoint in a background thread.

use crate::argument::{self, Argument};
use crate::fork;
use crate::options::{self, ServiceArgs};
use crate::panics::catch_panic;
use crate::step_functions::StepFunctions;
use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use sfn_alias_server::auth::Access;
use sfn_alias_server::http::{BackgroundServer, CallMode, ServerConfig, Settings, StartError};
use sfn_alias_server::protocol::AllowedHosts;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// An HTTP endpoint for AWS SDKs, in this process.
#[pyclass(frozen, module = "sfn_alias", weakref)]
pub struct Server {
    url: String,
    service: Py<StepFunctions>,
    /// Whether `serve` opened the service, so that `close` closes it.
    owns_service: bool,
    running: Mutex<Option<BackgroundServer>>,
    /// The fork generation of the process that runs the thread; a fork does not copy threads.
    generation: u64,
}

#[pymethods]
impl Server {
    /// The URL, for `endpoint_url` and `AWS_ENDPOINT_URL_SFN`.
    #[getter]
    fn url(&self) -> &str {
        &self.url
    }

    /// The service behind the endpoint.
    #[getter]
    fn service(&self, py: Python<'_>) -> Py<StepFunctions> {
        self.service.clone_ref(py)
    }

    /// Finishes requests in flight and stops. Closes the service if `serve` opened it.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        catch_panic(py, "Close", || {
            py.detach(|| self.stop());
            if self.owns_service { self.service.get().close(py) } else { Ok(()) }
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.service)
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
        let closed = if running { "" } else { " (closed)" };
        format!("<Server {}{closed}>", self.url)
    }
}

impl Server {
    /// Stops the thread. A child process has no such thread and must not touch its locks.
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
        // Without the GIL: the thread may wait for a fork, and the fork for the GIL.
        if Python::try_attach(|py| py.detach(|| self.stop())).is_none() {
            self.stop();
        }
    }
}

/// Starts an HTTP endpoint on 127.0.0.1 in this process. In a `with` block, the value is its URL.
///
/// - `data`: an SQLite file. Default: a store in memory.
/// - `port`: the port. 0, the default, selects a free one.
/// - `allow_hosts`: names under which clients reach the endpoint, besides IP addresses and `localhost`. Requests for other
///   names are rejected, because a page in a browser can use a name that resolves to this machine.
/// - `service`: a `StepFunctions` to serve, without a `clock`, instead of `data` and the other options.
///
/// The other options are those of `StepFunctions`. An access key id of 12 digits selects the account of a request. The
/// endpoint uses the time of the system, also while a library freezes the time.
#[pyfunction]
#[pyo3(signature = (data=None, port=0, *, allow_hosts=None, service=None, partition=None, account=None, region=None, seed=None,
                    update_delay=None, deletion_delay=None, limits=None, outcomes=None, on_start=None))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments")]
pub fn serve<'py>(
    py: Python<'py>,
    data: Argument<'_, 'py>,
    #[pyo3(from_py_with = options::port)] port: u16,
    allow_hosts: Argument<'_, 'py>,
    service: Argument<'_, 'py>,
    partition: Argument<'_, 'py>,
    account: Argument<'_, 'py>,
    region: Argument<'_, 'py>,
    seed: Argument<'_, 'py>,
    update_delay: Argument<'_, 'py>,
    deletion_delay: Argument<'_, 'py>,
    limits: Argument<'_, 'py>,
    outcomes: Argument<'_, 'py>,
    on_start: Argument<'_, 'py>,
) -> PyResult<Server> {
    catch_panic(py, "Serve", || {
        let args =
            ServiceArgs { partition, account, region, seed, update_delay, deletion_delay, limits, outcomes, on_start };
        let endpoint = EndpointArgs { port, allowed_hosts: options::allowed_hosts(allow_hosts)? };
        match service {
            Some(service) if data.is_none() && args.is_empty() => start(py, read_service(service)?, false, endpoint),
            Some(_) => Err(PyTypeError::new_err(
                "`service` cannot be combined with `data` or options; set the options when you create the service",
            )),
            None => {
                let service = Py::new(py, StepFunctions::open(py, read_data(data)?, true, &args, None)?)?;
                start(py, service, true, endpoint)
            }
        }
    })
}

fn read_service(service: &Bound<'_, PyAny>) -> PyResult<Py<StepFunctions>> {
    service.extract().map_err(|_| argument::type_error("service", "a `StepFunctions`", service))
}

/// Converts the path of the data file. Rejects a port in its place.
fn read_data(data: Argument<'_, '_>) -> PyResult<Option<PathBuf>> {
    let Some(value) = data else { return Ok(None) };
    let text = value.str()?.to_string();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PyTypeError::new_err(format!(
            "`data`: expected the path of a file, found `{text}`; for a port, use `port={text}`; for a file of this name, \
             use `./{text}`"
        )));
    }
    argument::path("data", data)
}

/// The arguments of the endpoint itself.
struct EndpointArgs {
    port: u16,
    allowed_hosts: AllowedHosts,
}

fn start(py: Python<'_>, service: Py<StepFunctions>, owns_service: bool, args: EndpointArgs) -> PyResult<Server> {
    let served = &service.get().service;
    if served.has_clock() {
        return Err(PyValueError::new_err(
            "a service with a `clock` cannot be served, because the endpoint runs without the GIL; remove `clock`",
        ));
    }
    let (core_service, durable) = (served.view_without_clock(py, "Serve")?, served.store.is_durable());
    let mode = if durable { CallMode::CommitQueue } else { CallMode::InPlace };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let settings = Settings { allowed_hosts: args.allowed_hosts, ..Settings::new(Access::Anonymous) }.into();
    let config = ServerConfig { fork_lock: Some(fork::fork_lock()), settings, ..ServerConfig::new(core_service, mode) };
    let running = py.detach(|| BackgroundServer::start(address, config)).map_err(start_exception)?;
    let url = running.url().to_owned();
    Ok(Server { url, service, owns_service, running: Mutex::new(Some(running)), generation: fork::generation() })
}

fn start_exception(error: StartError) -> PyErr {
    match error {
        StartError::Listen { address, error } => {
            let text = format!("cannot listen on {address}: {error}; use another `port`, or 0 for a free one");
            PyOSError::new_err((error.raw_os_error(), text))
        }
        other => PyOSError::new_err(other.to_string()),
    }
}
