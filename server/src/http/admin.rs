//! The requests that are not operations of AWS: `POST /executions/end`, `POST /alarms`, `POST /reset` and `POST /backup`.

use super::body::ReceivedBody;
use super::call_mode::CallMode;
use super::state::ServerState;
use crate::protocol::{HttpError, OwnOperation};
use http::request::Parts;
use hyper::body::Incoming;
use serde_json::json;
use sfn_alias::Scope;
use std::net::IpAddr;
use std::sync::Arc;

impl ServerState {
    /// Runs an operation of the service that AWS does not have. Returns the account and region of an accepted request, and
    /// the result.
    pub async fn run_own(
        self: &Arc<Self>,
        operation: OwnOperation,
        head: &Parts,
        body: &mut Incoming,
    ) -> (Option<Scope>, Result<Vec<u8>, HttpError>) {
        let (service, body) = match self.receive_request(head, body).await {
            Ok(received) => received,
            Err(error) => return (None, Err(error)),
        };
        let (state, scope) = (Arc::clone(self), service.scope().clone());
        let turn = match operation {
            OwnOperation::EvaluateAlarms => Some(Arc::clone(&self.alarms).lock_owned().await),
            OwnOperation::EndExecution => None,
        };
        let run = move || {
            // Held until the end also if the client disconnects.
            let _turn = turn;
            state.backend.with_fork_lock(|| operation.run(&service, &body))
        };
        (Some(scope), self.backend.run_blocking(run).await.and_then(|result| result))
    }

    /// Deletes all state machines. With signatures, deletes those of the key's account, because a key has access to no
    /// other.
    pub async fn reset(
        self: &Arc<Self>,
        head: &Parts,
        body: &mut Incoming,
    ) -> Result<(Vec<u8>, Option<Scope>), HttpError> {
        let (ReceivedBody { .. }, scope) = self.receive_body(head, body).await?;
        let (state, account) = (Arc::clone(self), scope.clone());
        self.backend
            .run_blocking(move || {
                let service = state.app.service();
                state.backend.with_fork_lock(|| match account {
                    Some(scope) => service.in_scope(scope).reset_account(),
                    None => service.reset(),
                })
            })
            .await??;
        Ok((b"{}".to_vec(), scope))
    }

    /// Writes a copy of the file next to it, which only its owner can read if the same applies to the file. Returns its
    /// path.
    pub async fn back_up(self: &Arc<Self>, head: &Parts, peer: IpAddr) -> Result<Vec<u8>, HttpError> {
        self.check_same_machine(head, peer)?;
        if self.backup_file.is_none() {
            let is_remote = self.backend.mode() == CallMode::Threads;
            return Err(if is_remote { HttpError::RemoteBackup } else { HttpError::UnknownOperation });
        }
        let state = Arc::clone(self);
        let write = move || {
            let file = state.backup_file.as_ref().ok_or(HttpError::UnknownOperation)?;
            file.write(|path| state.backend.with_fork_lock(|| state.app.service().back_up(path)))
        };
        let path = self.backend.run_blocking(write).await??;
        Ok(json!({ "path": path }).to_string().into_bytes())
    }
}
