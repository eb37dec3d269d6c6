//! The parts of etcd's messages that the benchmark uses: etcd/api/etcdserverpb/rpc.proto, version 3.6.

/// Reads records.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RangeRequest {
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub range_end: Vec<u8>,
    #[prost(int64, tag = "3")]
    pub limit: i64,
}

/// The records that were read.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RangeResponse {
    #[prost(message, repeated, tag = "2")]
    pub kvs: Vec<KeyValue>,
}

/// A record.
#[derive(Clone, PartialEq, prost::Message)]
pub struct KeyValue {
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    #[prost(bytes = "vec", tag = "5")]
    pub value: Vec<u8>,
}

/// Writes a record.
#[derive(Clone, PartialEq, prost::Message)]
pub struct PutRequest {
    #[prost(bytes = "vec", tag = "1")]
    pub key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub value: Vec<u8>,
}

/// A read, a write or a nested transaction.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RequestOp {
    #[prost(oneof = "Operation", tags = "2, 4")]
    pub request: Option<Operation>,
}

/// The content of a [`RequestOp`].
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Operation {
    #[prost(message, tag = "2")]
    Put(PutRequest),
    #[prost(message, tag = "4")]
    Transaction(TxnRequest),
}

/// A condition: equality, which is 0, with one of the revisions.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Compare {
    /// 1 is the revision of the creation, 2 that of the last write.
    #[prost(int32, tag = "2")]
    pub target: i32,
    #[prost(bytes = "vec", tag = "3")]
    pub key: Vec<u8>,
    #[prost(oneof = "Revision", tags = "5, 6")]
    pub revision: Option<Revision>,
}

/// The expected revision of a [`Compare`].
#[derive(Clone, Copy, PartialEq, prost::Oneof)]
pub enum Revision {
    #[prost(int64, tag = "5")]
    Created(i64),
    #[prost(int64, tag = "6")]
    Written(i64),
}

/// Writes if all conditions are met.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TxnRequest {
    #[prost(message, repeated, tag = "1")]
    pub compare: Vec<Compare>,
    #[prost(message, repeated, tag = "2")]
    pub success: Vec<RequestOp>,
}

/// Whether the conditions were met.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TxnResponse {
    #[prost(message, optional, tag = "1")]
    pub header: Option<Header>,
    #[prost(bool, tag = "2")]
    pub succeeded: bool,
}

/// The revision of the database.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Header {
    #[prost(int64, tag = "3")]
    pub revision: i64,
}

/// Creates the condition that a record does not exist.
pub fn is_absent(key: &str) -> Compare {
    Compare { target: 1, key: key.into(), revision: Some(Revision::Created(0)) }
}

/// Creates the condition that the last write of a record has this revision; 0 if it does not exist.
pub fn is_at(key: &str, revision: i64) -> Compare {
    Compare { target: 2, key: key.into(), revision: Some(Revision::Written(revision)) }
}

/// Creates a write.
pub fn put(key: &str, value: Vec<u8>) -> RequestOp {
    RequestOp { request: Some(Operation::Put(PutRequest { key: key.into(), value })) }
}

/// Creates a nested transaction.
pub fn nest(transaction: TxnRequest) -> RequestOp {
    RequestOp { request: Some(Operation::Transaction(transaction)) }
}
