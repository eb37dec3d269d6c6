//! An endpoint in a thread of its own, for programs that do something else meanwhile: tests, above all.

use super::server::{BindError, Server, ServerConfig, Shutdown};
use std::net::SocketAddr;
use std::thread::{Builder, JoinHandle};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// An endpoint that runs in the background. Dropping it stops it.
///
/// ```
/// use sfn_alias::StepFunctions;
/// use sfn_alias_server::http::{BackgroundServer, ServerConfig, Shutdown};
/// let endpoint = BackgroundServer::start(([127, 0, 0, 1], 0).into(), ServerConfig::new(StepFunctions::in_memory()?, false))?;
/// assert!(endpoint.url().starts_with("http://127.0.0.1:"));
/// assert_eq!(endpoint.stop(), Shutdown::Drained);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BackgroundServer {
    url: String,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Shutdown>,
}

impl BackgroundServer {
    /// Binds an address and begins to serve.
    ///
    /// # Errors
    /// [`BindError`].
    pub fn start(address: SocketAddr, hosted: ServerConfig) -> Result<Self, BindError> {
        let runtime = runtime().map_err(|error| BindError::System(error.to_string()))?;
        let server = runtime.block_on(Server::bind(address, hosted))?;
        let url = server.url();
        let (stop, stopped) = oneshot::channel();
        // Done as well where the other end is gone.
        let serve = move || runtime.block_on(server.run(async { drop(stopped.await) }));
        let thread = Builder::new().name("sfn-alias".to_owned()).spawn(serve);
        let thread = thread.map_err(|error| BindError::System(error.to_string()))?;
        Ok(Self { url, running: Some(Running { stop, thread }) })
    }

    /// The URL for clients.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Finishes what was accepted.
    pub fn stop(mut self) -> Shutdown {
        self.end()
    }

    fn end(&mut self) -> Shutdown {
        let Some(Running { stop, thread }) = self.running.take() else { return Shutdown::Drained };
        stop.send(()).ok();
        // A panic of the thread has been printed; what it was at is not finished.
        thread.join().unwrap_or(Shutdown::TimedOut)
    }
}

impl Drop for BackgroundServer {
    fn drop(&mut self) {
        self.end();
    }
}

/// One thread: an endpoint in the background leaves the others to the program.
fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
