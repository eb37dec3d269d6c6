//! Quotas and sizes.

/// Quotas and sizes, with AWS's documented values as defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Aliases of one state machine (100).
    pub aliases_per_state_machine: usize,
    /// Versions of one state machine (1000).
    pub versions_per_state_machine: usize,
    /// Characters of a definition (1,048,576).
    pub definition_characters: usize,
    /// Bytes of an execution input in UTF-8 (262,144).
    pub input_bytes: usize,
    /// Bytes of a request body (1,048,576).
    pub request_bytes: usize,
    /// Stored executions per state machine (10,000). The oldest are deleted, running or not, and remain
    /// only in the counts of starts.
    pub executions_per_state_machine: usize,
    /// Tags of one resource (50).
    pub tags_per_resource: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            aliases_per_state_machine: 100,
            versions_per_state_machine: 1000,
            definition_characters: 1_048_576,
            input_bytes: 262_144,
            request_bytes: 1_048_576,
            executions_per_state_machine: 10_000,
            tags_per_resource: 50,
        }
    }
}

/// Maximum number of characters of the key of a document.
pub(crate) const DOCUMENT_KEY_CHARACTERS: usize = 128;
/// Maximum number of bytes of the text of a document, in UTF-8.
pub(crate) const DOCUMENT_BYTES: usize = 65_536;
/// Maximum number of documents of one alias.
pub(crate) const DOCUMENTS_PER_ALIAS: usize = 1000;
/// Maximum number of documents that one update creates, replaces or deletes. A store of a cluster limits the bytes and the
/// number of writes of one commit.
pub(crate) const DOCUMENTS_PER_UPDATE: usize = 16;
