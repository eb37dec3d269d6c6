//! Clients of etcd itself: what the store could reach at most.

use std::rc::Rc;
use std::time::Instant;

use http::uri::PathAndQuery;
use serde_json::Value;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};

use crate::measure::{Outcome, Plan, Recorder};
use crate::messages::{RangeRequest, RangeResponse, RequestOp, TxnRequest, TxnResponse, is_absent, is_at, nest, put};

/// Starts in a request of the case `group`.
const GROUP: u64 = 32;

/// Sends the requests of a case.
pub async fn run(plan: Plan) -> Outcome<Value> {
    let mut channels = Vec::new();
    for address in plan.addresses.iter() {
        let endpoint = Endpoint::from_shared(format!("http://{address}"))?;
        channels.push(
            endpoint
                .tcp_nodelay(true)
                .initial_stream_window_size(1 << 20)
                .initial_connection_window_size(1 << 22)
                .connect()
                .await?,
        );
    }
    let head = format!("floor/{}/head", plan.run);
    let mut first = Client {
        grpc: Grpc::new(channels.first().ok_or("no address")?.clone()),
        base: String::new(),
        head: (head.clone(), 0),
        revision: 0,
    };
    first.head.1 = first.write(vec![], vec![put(&head, create_value(0))]).await?;
    let recorder = plan.start();
    let clients = tokio::task::LocalSet::new();
    for (number, channel) in (0..plan.clients).zip(channels.iter().cycle()) {
        let base = format!("floor/{}/{number:02}", plan.run);
        let client = Client { grpc: Grpc::new(channel.clone()), base, head: first.head.clone(), revision: 0 };
        clients.spawn_local(send_all(client, plan.case.clone(), Rc::clone(&recorder)));
    }
    clients.await;
    Ok(recorder.finish(if plan.case == "group" { GROUP } else { 1 }))
}

async fn send_all(mut client: Client, case: String, recorder: Rc<Recorder>) {
    let mut index = 0_u64;
    while recorder.goes_on() {
        let sent = Instant::now();
        match client.send(&case, index).await {
            Ok(()) => recorder.succeed(sent),
            Err(error) => recorder.fail(|| error.to_string()),
        }
        index = index.saturating_add(1);
    }
}

struct Client {
    grpc: Grpc<Channel>,
    /// The beginning of the client's keys.
    base: String,
    /// A key that all clients share, and the revision of its last write.
    head: (String, i64),
    /// The revision of the last write of the client's key.
    revision: i64,
}

impl Client {
    async fn send(&mut self, case: &str, index: u64) -> Outcome<()> {
        match case {
            "cas" => {
                let key = self.base.clone();
                self.revision =
                    self.write(vec![is_at(&key, self.revision)], vec![put(&key, create_value(index))]).await?;
                Ok(())
            }
            "start" => {
                let TxnRequest { compare, success } = self.create_start(index, 0);
                self.write(compare, success).await.map(drop)
            }
            "group" => {
                let starts = (0..GROUP).map(|number| nest(self.create_start(index, number))).collect();
                self.write(vec![], starts).await.map(drop)
            }
            "read" => self.read(self.head.0.clone(), vec![], 0, 1).await,
            // 10,000 keys that sort as a list of executions.
            "fill" => self
                .write(vec![], vec![put(&format!("floor-page/{}-{index:08}", self.base), vec![b'v'; 100])])
                .await
                .map(drop),
            "page" => self.read("floor-page/".into(), b"floor-page0".to_vec(), 101, 101).await,
            _ => Err(format!("unknown case {case}").into()),
        }
    }

    /// Creates the commit of a start: if the head has not changed and the name does not exist, writes an execution and a counter.
    fn create_start(&self, index: u64, number: u64) -> TxnRequest {
        let key = format!("{}/x/{index:08}-{number:02}", self.base);
        let counter = format!("{}/count/{number:02}", self.head.0);
        let compare = vec![is_at(&self.head.0, self.head.1), is_absent(&key)];
        TxnRequest { compare, success: vec![put(&key, create_value(index)), put(&counter, vec![])] }
    }

    async fn write(&mut self, compare: Vec<crate::messages::Compare>, success: Vec<RequestOp>) -> Outcome<i64> {
        let path = PathAndQuery::from_static("/etcdserverpb.KV/Txn");
        let response: TxnResponse = self.call(path, TxnRequest { compare, success }).await?;
        if !response.succeeded {
            return Err("a condition was not met".into());
        }
        Ok(response.header.ok_or("no header")?.revision)
    }

    async fn read(&mut self, key: String, range_end: Vec<u8>, limit: i64, expected: usize) -> Outcome<()> {
        let path = PathAndQuery::from_static("/etcdserverpb.KV/Range");
        let response: RangeResponse = self.call(path, RangeRequest { key: key.into(), range_end, limit }).await?;
        if response.kvs.len() == expected { Ok(()) } else { Err(format!("{} records", response.kvs.len()).into()) }
    }

    async fn call<Q, R>(&mut self, path: PathAndQuery, request: Q) -> Outcome<R>
    where
        Q: prost::Message + 'static,
        R: prost::Message + Default + 'static,
    {
        self.grpc.ready().await?;
        let codec = tonic_prost::ProstCodec::default();
        Ok(self.grpc.unary(tonic::Request::new(request), path, codec).await?.into_inner())
    }
}

fn create_value(index: u64) -> Vec<u8> {
    let mut value = format!("{index:020}").into_bytes();
    value.resize(300, b'v');
    value
}
