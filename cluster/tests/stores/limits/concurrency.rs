//! Random requests from several stores at once.

use crate::engine_access::{list_keys, read};
use crate::reference::{ALIAS_LIMIT, VERSION_LIMIT};
use crate::requests::{call_ok, definition};
use crate::sequences::check_invariants;
use crate::snapshot::snapshot;
use crate::storage::{Storage, StoreKind};
use fastrand::Rng;
use serde_json::{Value, json};
use sfn_alias::{Limits, Options, Scope, StepFunctions, Timestamp};
use sfn_alias_cluster::ClusterStore;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

const STORES: usize = 3;
const THREADS: usize = 8;
const STEPS: usize = 150;
/// The first one is never deleted.
const MACHINES: [&str; 3] = ["orders", "returns", "refunds"];
const ROLE: &str = "arn:aws:iam::000000000000:role/orders";

fn open(store: ClusterStore) -> StepFunctions {
    let limits = Limits {
        aliases_per_state_machine: ALIAS_LIMIT,
        versions_per_state_machine: VERSION_LIMIT,
        executions_per_state_machine: 20,
        ..Limits::default()
    };
    let sfn = StepFunctions::with_store(Box::new(store), Options { limits, ..Options::default() }).unwrap();
    sfn.in_scope(Scope::new("aws", "123456789012", "us-east-1").unwrap())
}

fn arn(machine: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:stateMachine:{machine}")
}

fn create(machine: &str) -> Value {
    json!({"name": machine, "definition": definition("", 0), "roleArn": ROLE, "publish": true})
}

/// Returns a request that succeeds often.
fn random_request(random: &mut Rng, name: &str) -> (&'static str, Value) {
    let machine = MACHINES[random.usize(0..MACHINES.len())];
    let (arn, version, alias) = (arn(machine), random.u32(1..5), ["PROD", "TEST", "OLD"][random.usize(0..3)]);
    let route = json!([{"stateMachineVersionArn": format!("{arn}:{version}"), "weight": 100}]);
    let qualifier = [String::new(), format!(":{version}"), format!(":{alias}")][random.usize(0..3)].clone();
    match random.u8(0..20) {
        0..=1 => ("CreateStateMachine", create(machine)),
        2..=4 => {
            let definition = definition(&random.u8(..).to_string(), 0);
            ("UpdateStateMachine", json!({"stateMachineArn": arn, "definition": definition, "publish": random.bool()}))
        }
        5 if machine != MACHINES[0] => ("DeleteStateMachine", json!({"stateMachineArn": arn})),
        5..=6 => ("PublishStateMachineVersion", json!({"stateMachineArn": arn})),
        7 => ("DeleteStateMachineVersion", json!({"stateMachineVersionArn": format!("{arn}:{version}")})),
        8..=9 => ("CreateStateMachineAlias", json!({"name": alias, "routingConfiguration": route})),
        10..=11 => {
            let update = json!({"stateMachineAliasArn": format!("{arn}:{alias}"), "routingConfiguration": route});
            ("UpdateStateMachineAlias", update)
        }
        12 => ("DeleteStateMachineAlias", json!({"stateMachineAliasArn": format!("{arn}:{alias}")})),
        13 => ("ListStateMachineVersions", json!({"stateMachineArn": arn})),
        14 => ("TagResource", json!({"resourceArn": arn, "tags": [{"key": name, "value": name}]})),
        _ => ("StartExecution", json!({"stateMachineArn": format!("{arn}{qualifier}"), "name": name})),
    }
}

/// Sends random requests. Returns the number of executions of the first state machine that were started.
fn run_thread(sfn: &StepFunctions, thread: usize, seed: u64) -> u64 {
    let mut random = Rng::with_seed(seed.wrapping_add(thread as u64));
    let mut started = 0;
    for step in 0..STEPS {
        let (operation, input) = random_request(&mut random, &format!("t{thread}-{step}"));
        let reply = sfn.call(operation, input.to_string().as_bytes());
        // The engine has no faults, so that each request is decided.
        let text = String::from_utf8_lossy(&reply.body);
        assert!(matches!(reply.status, 200 | 400), "seed {seed}: {operation} {input}: {text}");
        let is_first = input["stateMachineArn"].as_str().is_some_and(|text| text.contains(MACHINES[0]));
        started += u64::from(operation == "StartExecution" && is_first && reply.status == 200);
    }
    started
}

/// Returns the keys that belong to no state machine, except the marks of deletions.
fn find_leftovers(storage: &Storage) -> Vec<String> {
    let engine = storage.open_engine();
    let keys = list_keys(&*engine);
    let heads = keys.iter().filter(|key| key.starts_with("m/"));
    let id = |key: &String| {
        let head: Value = serde_json::from_slice(&read(&*engine, key)).unwrap();
        format!("{:016x}", head["id"].as_u64().unwrap())
    };
    let ids: BTreeSet<String> = heads.map(id).collect();
    let is_left = |key: &String| {
        let mut parts = key.split('/');
        let (kind, id) = (parts.next().unwrap(), parts.next());
        !matches!(kind, "m" | "z") && id.is_some_and(|id| !ids.contains(id))
    };
    keys.into_iter().filter(is_left).collect()
}

#[test]
fn several_stores_change_the_same_state_machines() {
    let seed = fastrand::u64(..);
    let storage = Storage::new(StoreKind::ALL[0]);
    let stores: Vec<ClusterStore> = (0..STORES).map(|_| storage.try_open_store().unwrap()).collect();
    let services: Vec<StepFunctions> = stores.iter().cloned().map(open).collect();
    MACHINES.iter().for_each(|machine| drop(call_ok(&services[0], "CreateStateMachine", &create(machine))));
    let started = AtomicU64::new(0);
    thread::scope(|scope| {
        for index in 0..THREADS {
            let (sfn, started) = (&services[index % STORES], &started);
            scope.spawn(move || started.fetch_add(run_thread(sfn, index, seed), Ordering::Relaxed));
        }
        // The background work changes nothing that is visible.
        stores.iter().for_each(|store| store.maintain(Timestamp::now()).unwrap());
    });
    let expected = snapshot(&services[0]);
    for sfn in &services {
        check_invariants(sfn);
        assert_eq!(snapshot(sfn), expected, "seed {seed}");
        let counted: u64 = sfn.count_starts(&arn(MACHINES[0])).unwrap().iter().map(|count| count.count).sum();
        assert_eq!(counted, started.load(Ordering::Relaxed), "seed {seed}");
    }
    storage.sweep();
    assert_eq!(find_leftovers(&storage), [""; 0], "seed {seed}");
    assert_eq!(snapshot(&open(storage.try_open_store().unwrap())), expected, "seed {seed}, without caches");
}
