//! Servers on a cluster: each answers everything, also while nodes fail.

use crate::nodes::Nodes;
use crate::support::{Client, PREFIX, Server, create_alias_request, create_machine_request, start_request};
use serde_json::{Value, json};
use std::thread::spawn;
use std::time::{Duration, Instant};

fn get_page(server: &Server, path: &str) -> (u16, String) {
    let response = server.client().send_raw(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).unwrap();
    (response.status, String::from_utf8(response.body).unwrap())
}

/// Waits for the status of `/health`. No answer waits for the store, which takes up to 6 seconds.
#[track_caller]
fn wait_for_health(server: &Server, expected: u16) {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        let begin = Instant::now();
        let (status, body) = get_page(server, "/health");
        assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
        if status == expected {
            return;
        }
        assert!(Instant::now() < limit, "{body}");
    }
}

fn start_two(nodes: &Nodes, args: &[&str]) -> [Server; 2] {
    let url = nodes.url("orders");
    [(); 2].map(|()| Server::start(&[&["--store", &url], args].concat()))
}

fn describe(client: &mut Client, name: &str) -> u16 {
    let arn = format!("{}:orders:{name}", PREFIX.replace("stateMachine", "execution"));
    client.call("DescribeExecution", &json!({"executionArn": arn})).unwrap().status
}

/// Page tokens too, and generated names do not repeat with the same seed.
#[test]
#[ignore = "needs etcd: make cluster"]
fn servers_share_everything() {
    let nodes = Nodes::start(1);
    let servers = start_two(&nodes, &["--seed", "7"]);
    let [mut first, mut second] = servers.each_ref().map(Server::client);
    first.call_ok("CreateStateMachine", &create_machine_request("orders"));
    second.call_ok("CreateStateMachineAlias", &create_alias_request("PROD", ""));
    let start = json!({"stateMachineArn": format!("{PREFIX}:orders:PROD")});
    let names: Vec<Value> = [&mut first, &mut second]
        .into_iter()
        .map(|client| client.call_ok("StartExecution", &start)["executionArn"].clone())
        .collect();
    assert_ne!(names[0], names[1]);
    let list = |token: &Value| {
        let mut request = json!({"stateMachineArn": format!("{PREFIX}:orders"), "maxResults": 1});
        if let Some(token) = token.as_str() {
            request["nextToken"] = token.into();
        }
        request
    };
    let page = first.call_ok("ListExecutions", &list(&Value::Null));
    let next = second.call_ok("ListExecutions", &list(&page["nextToken"]));
    let mut found = [&page, &next].map(|page| page["executions"][0]["executionArn"].clone());
    found.sort_by_key(ToString::to_string);
    let mut names = names;
    names.sort_by_key(ToString::to_string);
    assert_eq!(found.to_vec(), names);
    let response = first.send_raw("POST /reset HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n").unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(second.call_ok("ListStateMachines", &json!({})), json!({"stateMachines": []}));
    let response = first.send_raw("POST /backup HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n").unwrap();
    let text = "expected a data file, found a store on other machines; back it up with its own tool, for example `etcdctl snapshot save FILE`";
    assert_eq!(response.error(), (400, "UnknownOperationException".to_owned(), text.to_owned()));
}

#[test]
#[ignore = "needs etcd: make cluster"]
fn metrics_describe_the_cluster() {
    let nodes = Nodes::start(1);
    let server = Server::start(&["--store", &nodes.url("orders")]);
    server.client().call_ok("CreateStateMachine", &create_machine_request("orders"));
    let page = get_page(&server, "/metrics").1;
    for line in [
        "sfn_alias_state_machines 1",
        "sfn_alias_store_nodes 1",
        "sfn_alias_store_reachable_nodes 1",
        "sfn_alias_store_has_leader 1",
        "sfn_alias_store_alarms 0",
        "sfn_alias_store_compaction_failing 0",
        "sfn_alias_store_conflicts_total 0",
        "sfn_alias_store_outcomes_unresolved_total 0",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} is not in\n{page}");
    }
    for name in ["store_commits_total", "store_database_bytes", "store_quota_bytes", "store_cache_bytes"] {
        let prefix = format!("sfn_alias_{name} ");
        let value = page.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_else(|| panic!("{name}"));
        assert!(value.parse::<u64>().unwrap() > 0, "{name} {value}");
    }
}

/// Requests succeed while a node is stopped, and while the leader is dead; without a majority they get a 503.
#[test]
#[ignore = "needs etcd: make cluster"]
fn one_of_three_nodes_may_fail() {
    let mut nodes = Nodes::start(3);
    let [first, second] = start_two(&nodes, &[]);
    first.client().call_ok("CreateStateMachine", &create_machine_request("orders"));
    let leader = nodes.find_leader();
    let follower = (leader + 1) % 3;
    nodes.node(follower).stop();
    for (server, name) in [(&first, "a"), (&second, "b")] {
        server.client().call_ok("StartExecution", &start_request("orders", name, &json!({})));
        wait_for_health(server, 200);
    }
    nodes.node(follower).resume();
    nodes.node(leader).kill();
    for (server, name) in [(&first, "c"), (&second, "d")] {
        server.client().call_ok("StartExecution", &start_request("orders", name, &json!({})));
        wait_for_health(server, 200);
    }
    nodes.node(follower).kill();
    wait_for_health(&first, 503);
    assert_eq!(get_page(&first, "/health/live").0, 200);
    let begin = Instant::now();
    let error = first.client().call("StartExecution", &start_request("orders", "e", &json!({}))).unwrap().error();
    assert!((500..=503).contains(&error.0) && begin.elapsed() < Duration::from_secs(9), "{error:?}");
    nodes.node(leader).restart();
    nodes.node(follower).restart();
    for server in [&first, &second] {
        wait_for_health(server, 200);
        let mut client = server.client();
        assert!(["a", "b", "c", "d"].iter().all(|name| describe(&mut client, name) == 200));
    }
}

/// A request that waits for the store gets its response before the process ends.
#[test]
#[ignore = "needs etcd: make cluster"]
fn requests_in_flight_are_finished() {
    let mut nodes = Nodes::start(1);
    let mut server = Server::start(&["--store", &nodes.url("orders")]);
    let mut client = server.client();
    client.call_ok("CreateStateMachine", &create_machine_request("orders"));
    nodes.node(0).stop();
    let request =
        spawn(move || client.call("StartExecution", &start_request("orders", "a", &json!({}))).unwrap().status);
    // The probe proves that the store does not respond, and the request is in flight.
    wait_for_health(&server, 503);
    server.signal("TERM");
    nodes.node(0).resume();
    assert_eq!(request.join().unwrap(), 200);
    assert_eq!(server.wait().code(), Some(0));
}
