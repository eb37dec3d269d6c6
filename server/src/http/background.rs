//! A server in a background thread.

use super::server::{Server, ServerConfig, Shutdown, StartError};
use std::net::SocketAddr;
use std::thread::{Builder, JoinHandle};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// An HTTP server that runs in a background thread, for example in tests. Dropping it stops it.
///
/// ```
/// use sfn_alias::StepFunctions;
/// use sfn_alias_server::http::{BackgroundServer, ServerConfig, Shutdown};
/// let config = ServerConfig::new(StepFunctions::in_memory()?, false);
/// let server = BackgroundServer::start(([127, 0, 0, 1], 0).into(), config)?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// assert_eq!(server.stop(), Shutdown::Drained);
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
    /// Binds an address and starts the server.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(address: SocketAddr, config: ServerConfig) -> Result<Self, StartError> {
        let runtime = build_runtime().map_err(|error| StartError::System(error.to_string()))?;
        let server = runtime.block_on(Server::bind(address, config))?;
        let url = server.url();
        let (stop, stopped) = oneshot::channel();
        // The receiver also completes if the sender is dropped.
        let serve = move || runtime.block_on(server.run(async { drop(stopped.await) }));
        let thread = Builder::new().name("sfn-alias".to_owned()).spawn(serve);
        let thread = thread.map_err(|error| StartError::System(error.to_string()))?;
        Ok(Self { url, running: Some(Running { stop, thread }) })
    }

    /// Returns the URL for clients.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the server after the requests in flight are finished.
    pub fn stop(mut self) -> Shutdown {
        self.shut_down()
    }

    fn shut_down(&mut self) -> Shutdown {
        let Some(Running { stop, thread }) = self.running.take() else { return Shutdown::Drained };
        stop.send(()).ok();
        // If the thread has panicked, its requests are not finished.
        thread.join().unwrap_or(Shutdown::TimedOut)
    }
}

impl Drop for BackgroundServer {
    fn drop(&mut self) {
        self.shut_down();
    }
}

/// Builds a single-threaded runtime, which leaves the other cores to the program.
fn build_runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
