//! What a failed request means: whether it was applied, and whether to use another node.

use std::error::Error;

use tonic::{Code, ConnectError, Status};

use crate::engine::EngineError;

/// Why a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub kind: Kind,
    pub reason: String,
}

/// What a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The node was not reached: use another one.
    Unreachable,
    /// The node refused the request before it was proposed to the cluster: use another one.
    NotReady,
    /// The cluster has too much work. The request was not proposed.
    Busy,
    /// The token is missing or expired. The request was not applied.
    Unauthenticated,
    /// The cluster has no users.
    NoAuthentication,
    /// Nothing was applied, and the request fails again.
    Rejected,
    /// The database is full. etcd may answer this after it applied the request that filled the database.
    NoSpace,
    /// The revision was removed from the history.
    Compacted,
    /// The request may have been applied: use another node.
    Unknown,
}

impl Failure {
    pub fn new(kind: Kind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }

    /// Whether the next request should use another node.
    pub fn is_of_node(&self) -> bool {
        matches!(self.kind, Kind::Unreachable | Kind::NotReady | Kind::Unknown)
    }

    /// Whether the connection can no longer be used.
    pub fn breaks_connection(&self) -> bool {
        matches!(self.kind, Kind::Unreachable | Kind::Unknown)
    }

    /// Returns the failure of a client without a user, which cannot authenticate.
    pub fn reject_unauthenticated(self) -> Self {
        match self.kind {
            Kind::Unauthenticated => Self { kind: Kind::Rejected, ..self },
            _ => self,
        }
    }

    /// Returns the error of a read.
    pub fn into_read_error(self) -> EngineError {
        match self.kind {
            Kind::Rejected => EngineError::Rejected(self.reason),
            _ => EngineError::Unavailable(self.reason),
        }
    }

    /// Returns the error of a commit.
    pub fn into_commit_error(self) -> EngineError {
        match self.kind {
            Kind::Unreachable | Kind::NotReady | Kind::Busy | Kind::Unauthenticated => {
                EngineError::Unavailable(self.reason)
            }
            Kind::Rejected | Kind::NoAuthentication => EngineError::Rejected(self.reason),
            Kind::NoSpace | Kind::Compacted | Kind::Unknown => EngineError::Unknown(self.reason),
        }
    }
}

/// Returns the failure that a status means. `host` is the node that answered, or should have.
pub(super) fn classify(status: &Status, host: &str) -> Failure {
    let kind = if is_unsent(status) { Kind::Unreachable } else { classify_answer(status.code(), status.message()) };
    Failure::new(kind, explain(status, host))
}

/// Whether the status was made here because the request could not be sent.
fn is_unsent(status: &Status) -> bool {
    // The client of HTTP/2 cancels requests that it did not send. A status that the node sent has no source.
    let mut source = status.source();
    let canceled = status.code() == Code::Cancelled && source.is_some();
    while let Some(error) = source {
        if error.is::<ConnectError>() {
            return true;
        }
        source = error.source();
    }
    canceled
}

/// The texts are those of etcd, `api/v3rpc/rpctypes/error.go`.
fn classify_answer(code: Code, message: &str) -> Kind {
    match (code, message) {
        // From the check of the metadata `hasleader`, before the request is processed.
        (Code::Unavailable, "etcdserver: no leader") => Kind::NotReady,
        (Code::Unknown, "raft proposal dropped") => Kind::NotReady,
        (Code::FailedPrecondition, "etcdserver: not capable" | "etcdserver: rpc not supported for learner") => {
            Kind::NotReady
        }
        (Code::ResourceExhausted, "etcdserver: too many requests") => Kind::Busy,
        (Code::ResourceExhausted, "etcdserver: mvcc: database space exceeded") => Kind::NoSpace,
        (Code::OutOfRange, "etcdserver: mvcc: required revision has been compacted") => Kind::Compacted,
        (Code::Unauthenticated, _)
        | (Code::InvalidArgument, "etcdserver: revision of auth store is old" | "etcdserver: user name is empty") => {
            Kind::Unauthenticated
        }
        (Code::FailedPrecondition, "etcdserver: authentication is not enabled") => Kind::NoAuthentication,
        (Code::InvalidArgument | Code::OutOfRange | Code::ResourceExhausted | Code::PermissionDenied, _)
        | (Code::FailedPrecondition | Code::Unimplemented | Code::NotFound | Code::DataLoss, _) => Kind::Rejected,
        _ => Kind::Unknown,
    }
}

/// Returns the status and its causes, and the remedy if it is known.
fn explain(status: &Status, host: &str) -> String {
    let mut reason = format!("etcd at {host}: {}", status.message().trim_start_matches("etcdserver: "));
    let mut source = status.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !reason.contains(&text) {
            reason = format!("{reason}: {text}");
        }
        source = error.source();
    }
    match find_remedy(status.message()) {
        Some(remedy) => format!("{reason}; help: {remedy}"),
        None => reason,
    }
}

fn find_remedy(message: &str) -> Option<&'static str> {
    Some(match message.trim_start_matches("etcdserver: ") {
        "mvcc: database space exceeded" => NO_SPACE_REMEDY,
        "permission denied" => "grant the user a role that can read and write all keys with the prefix",
        "user name is empty" => "the cluster has authentication: specify a user and a password",
        "authentication failed, invalid user ID or password" => "specify a user of the cluster and its password",
        "corrupt cluster" => "restore the cluster from a backup",
        _ => return None,
    })
}

const NO_SPACE_REMEDY: &str = "compact and defragment the cluster (etcdctl compact, etcdctl defrag) or raise \
    --quota-backend-bytes, then run etcdctl alarm disarm";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_kind(code: Code, message: &str, kind: Kind) {
        assert_eq!(classify(&Status::new(code, message), "a:1").kind, kind, "{message}");
    }

    #[test]
    fn only_answers_before_the_proposal_mean_that_nothing_happened() {
        assert_kind(Code::Unavailable, "etcdserver: no leader", Kind::NotReady);
        assert_kind(Code::Unknown, "raft proposal dropped", Kind::NotReady);
        assert_kind(Code::ResourceExhausted, "etcdserver: too many requests", Kind::Busy);
        for message in [
            "etcdserver: leader changed",
            "etcdserver: request timed out",
            "etcdserver: request timed out, possibly due to previous leader failure",
            "etcdserver: request timed out, possibly due to connection lost",
            "etcdserver: server stopped",
            "etcdserver: unhealthy cluster",
        ] {
            assert_kind(Code::Unavailable, message, Kind::Unknown);
        }
        assert_kind(Code::Unknown, "a text of the future", Kind::Unknown);
        assert_kind(Code::DeadlineExceeded, "context deadline exceeded", Kind::Unknown);
        assert_kind(Code::Cancelled, "etcdserver: request canceled", Kind::Unknown);
        assert_kind(Code::Internal, "stream terminated", Kind::Unknown);
    }

    #[test]
    fn what_fails_again_is_rejected_with_a_remedy() {
        assert_kind(Code::InvalidArgument, "etcdserver: request is too large", Kind::Rejected);
        assert_kind(Code::InvalidArgument, "etcdserver: too many operations in txn request", Kind::Rejected);
        assert_kind(Code::ResourceExhausted, "grpc: received message larger than max (3 vs. 2)", Kind::Rejected);
        assert_kind(Code::PermissionDenied, "etcdserver: permission denied", Kind::Rejected);
        let failure = classify(&Status::resource_exhausted("etcdserver: mvcc: database space exceeded"), "a:1");
        assert_eq!(failure.kind, Kind::NoSpace);
        assert_eq!(
            failure.reason,
            "etcd at a:1: mvcc: database space exceeded; help: compact and defragment the cluster (etcdctl compact, etcdctl \
             defrag) or raise --quota-backend-bytes, then run etcdctl alarm disarm"
        );
    }

    #[test]
    fn a_missing_or_expired_token_is_renewed() {
        assert_kind(Code::Unauthenticated, "etcdserver: invalid auth token", Kind::Unauthenticated);
        assert_kind(Code::InvalidArgument, "etcdserver: revision of auth store is old", Kind::Unauthenticated);
        assert_kind(Code::InvalidArgument, "etcdserver: user name is empty", Kind::Unauthenticated);
    }

    #[test]
    fn a_request_that_was_not_sent_is_recognized_by_its_source() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let status = Status::from_error(Box::new(ConnectError(Box::new(refused))));
        assert_eq!(classify(&status, "a:1").kind, Kind::Unreachable);
    }

    #[test]
    fn reads_can_always_be_repeated() {
        let failure = Failure::new(Kind::Unknown, "timed out");
        assert_eq!(failure.clone().into_read_error(), EngineError::Unavailable("timed out".to_owned()));
        assert_eq!(failure.into_commit_error(), EngineError::Unknown("timed out".to_owned()));
    }
}
