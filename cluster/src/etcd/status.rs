//! The state of a cluster, for metrics and health.

use super::proto;

/// The state of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EtcdStatus {
    /// The nodes of the URL, in its order.
    pub nodes: Vec<NodeStatus>,
    /// Why the last compaction failed, if it did and no other engine has compacted since.
    pub compaction_error: Option<String>,
}

/// The state of a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeStatus {
    /// Host and port.
    pub host: String,
    /// Why the node does not answer, or `None` if it does.
    pub error: Option<String>,
    /// The ID of the node in the cluster.
    pub member: u64,
    /// The ID of the leader that the node follows, or 0 without a leader.
    pub leader: u64,
    /// The size of the database file in bytes.
    pub database_bytes: u64,
    /// The part of the file that is in use, in bytes. Defragmentation shrinks the file to about this size.
    pub database_bytes_in_use: u64,
    /// The maximum size of the file in bytes, if the node reports it.
    pub quota_bytes: Option<u64>,
    /// Alarms that the node reports, for example of a full database.
    pub alarms: Vec<String>,
}

impl EtcdStatus {
    /// Returns the number of nodes that answer.
    #[must_use]
    pub fn reachable(&self) -> usize {
        self.nodes.iter().filter(|node| node.error.is_none()).count()
    }

    /// Returns the ID of the leader, if a node knows it.
    #[must_use]
    pub fn leader(&self) -> Option<u64> {
        self.nodes.iter().map(|node| node.leader).find(|leader| *leader != 0)
    }

    /// Whether the database of a node is full, so that the cluster accepts only reads and deletes.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.nodes.iter().flat_map(|node| &node.alarms).any(|alarm| alarm.contains("NOSPACE"))
    }
}

impl NodeStatus {
    pub(super) fn new(host: &str, response: proto::StatusResponse) -> Self {
        let to_size = |bytes: i64| u64::try_from(bytes).unwrap_or(0);
        Self {
            host: host.to_owned(),
            error: None,
            member: response.header.map_or(0, |header| header.member_id),
            leader: response.leader,
            database_bytes: to_size(response.db_size),
            database_bytes_in_use: to_size(response.db_size_in_use),
            quota_bytes: Some(to_size(response.db_size_quota)).filter(|quota| *quota > 0),
            // What is missing is the leader, which is no alarm.
            alarms: response.errors.into_iter().filter(|error| !error.contains("no leader")).collect(),
        }
    }
}
