//! Strategies for random requests. Most requests are valid, so that they change something.

use crate::action::{Action, Content, End, ExecutionTarget, Form, Publish, Revision, Route, Step, Tag, Target};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// A sequence of requests, and options of the service.
#[derive(Debug, Clone)]
pub struct Case {
    pub seed: u64,
    /// Whether the update delay and the deletion delay are enabled.
    pub delays: bool,
    /// Whether rules decide how executions end.
    pub rules: bool,
    pub steps: Vec<Step>,
}

/// The names of state machines.
pub const MACHINES: [&str; 3] = ["orders", "orders-2", "fast"];
pub const ALIASES: [&str; 4] = ["PROD", "beta", "1x", "a"];
/// The first ones exist at some time; the last ones never do.
const NUMBERS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "0", "01", "4294967297"];
const EXECUTIONS: [&str; 4] = ["one", "two", "three", "four"];

const DONE: &str = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
const DONE_TIGHT: &str = r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#;
const PASS: &str = r#"{"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": true}}}"#;
/// Valid definitions, all different.
/// A transition to a missing state.
pub const LOST: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#;
pub const DEFINITIONS: [&str; 3] = [DONE, DONE_TIGHT, PASS];
const ROLE: &str = "arn:aws:iam::123456789012:role/one";
const OTHER_ROLE: &str = "arn:aws:iam::123456789012:role/two";

// Some strategies are boxed because their types are too large for a thread's stack.

/// Generates a sequence of requests, which begins with the creation of state machines.
pub fn cases(length: std::ops::Range<usize>) -> impl Strategy<Value = Case> {
    let some = prop_oneof![
        17 => step().prop_map(|step| vec![step]),
        2 => step().prop_map(|step| vec![step.clone(), step]),
        1 => rapid_updates(),
        1 => redrives(),
    ];
    (any::<u64>(), any::<bool>(), any::<bool>(), vec(some, length)).prop_map(|(seed, delays, rules, steps)| {
        let steps = initial_steps().chain(steps.into_iter().flatten());
        Case { seed, delays, rules, steps: steps.collect() }
    })
}

/// Generates updates of an alias within the update delay, followed by a read.
fn rapid_updates() -> impl Strategy<Value = Vec<Step>> {
    let target = Target { form: Form::StateMachine, machine: MACHINES[0], qualifier: Some(ALIASES[0]) };
    let route = move |number| Route { target: Target { qualifier: Some(number), ..target }, weight: 100 };
    let number = select(&NUMBERS[..2]);
    vec((number, select(&[0, 1000][..])), 2..5).prop_map(move |updates| {
        let update = |(number, after_millis)| {
            let routes = Some(vec![route(number)]);
            Step { after_millis, action: Action::UpdateAlias { target, description: None, routes } }
        };
        let create = Action::CreateAlias { name: ALIASES[0], description: None, routes: vec![route("1")] };
        let describe = Action::DescribeAlias { target };
        let [first, last] = [create, describe].map(|action| Step { after_millis: 0, action });
        std::iter::once(first).chain(updates.into_iter().map(update)).chain([last]).collect()
    })
}

/// Generates a start, and ends and redrives of this execution, each followed by a read.
fn redrives() -> impl Strategy<Value = Vec<Step>> {
    let target = Target { form: Form::StateMachine, machine: MACHINES[0], qualifier: None };
    let latest = ExecutionTarget::Latest { machine: MACHINES[0] };
    let attempt = (ending(), select(&[0, 1000][..]), of(select(&["one", "two"][..])), 0_i64..3);
    vec(attempt, 1..4).prop_map(move |attempts| {
        let attempt = |(end, after_millis, token, max)| {
            let actions = [
                Action::EndExecution { target: latest, end, after_seconds: 0 },
                Action::DescribeExecution { target: latest, metadata_only: false },
                Action::RedriveExecution { target: latest, token },
                Action::RedriveExecution { target: latest, token },
                Action::DescribeExecution { target: latest, metadata_only: true },
                Action::GetHistory { target: latest, latest_first: max == 1, with_data: None, max: Some(max) },
                Action::ListExecutions { target, status: None, max: Some(max) },
            ];
            actions.map(|action| Step { after_millis, action })
        };
        let start = Step { after_millis: 1, action: Action::Start { target, name: None, input: None } };
        std::iter::once(start).chain(attempts.into_iter().flat_map(attempt)).collect()
    })
}

/// Creates two state machines with two versions each.
pub fn initial_steps() -> impl Iterator<Item = Step> {
    let publish = Publish { publish: Some(true), description: None };
    let content = |definition| Content { definition: Some(definition), role: Some(ROLE), ..Content::default() };
    let machine = move |(name, express)| {
        let target = Target { form: Form::StateMachine, machine: name, qualifier: None };
        let create = Action::CreateStateMachine { name, express, content: content(DONE), publish, tags: Vec::new() };
        [create, Action::UpdateStateMachine { target, content: content(PASS), publish }]
    };
    let actions = [(MACHINES[0], false), (MACHINES[2], true)].into_iter().flat_map(machine);
    actions.map(|action| Step { after_millis: 1, action })
}

/// Generates a step. The time before it is often 0, or exactly the length of a delay; rarely, it is the time in which
/// a client token is valid, or in which an execution can be redriven.
fn step() -> impl Strategy<Value = Step> {
    const MINUTES_15: i64 = 900_000;
    let time = prop_oneof![
        60 => select(&[0, 0, 1, 1000, 1000, 2000][..]),
        1 => select(&[MINUTES_15, 14 * 96 * MINUTES_15, 14 * 96 * MINUTES_15 + 1][..]),
    ];
    (time, action()).prop_map(|(after_millis, action)| Step { after_millis, action })
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![4 => state_machine_action(), 4 => version_action(), 10 => alias_action(), 10 => execution_action(), 1 => tag_action()]
}

fn state_machine_action() -> impl Strategy<Value = Action> {
    let create = (machine_name(), any::<bool>(), complete_content(), publish(), tags()).prop_map(
        |(name, express, content, publish, tags)| Action::CreateStateMachine { name, express, content, publish, tags },
    );
    let update = (machine(), content(), publish()).prop_map(|(target, content, publish)| Action::UpdateStateMachine {
        target,
        content,
        publish,
    });
    let describe = (any_target(), any::<bool>())
        .prop_map(|(target, metadata_only)| Action::DescribeStateMachine { target, metadata_only });
    let delete = any_target().prop_map(|target| Action::DeleteStateMachine { target });
    prop_oneof![
        6 => create,
        12 => update,
        5 => describe,
        4 => max().prop_map(|max| Action::ListStateMachines { max }),
        1 => delete,
    ]
    .boxed()
}

fn version_action() -> impl Strategy<Value = Action> {
    let revision = prop_oneof![
        6 => Just(None),
        1 => Just(Some(Revision::Initial)),
        2 => Just(Some(Revision::Current)),
        1 => Just(Some(Revision::Unknown)),
    ];
    let publish = (machine(), revision, description())
        .prop_map(|(target, revision, description)| Action::PublishVersion { target, revision, description });
    prop_oneof![
        3 => publish,
        2 => (machine(), max()).prop_map(|(target, max)| Action::ListVersions { target, max }),
        2 => version().prop_map(|target| Action::DeleteVersion { target }),
    ]
    .boxed()
}

fn alias_action() -> impl Strategy<Value = Action> {
    let create = (alias_name(), description(), routes()).prop_map(|(name, description, routes)| Action::CreateAlias {
        name,
        description,
        routes,
    });
    let update = (alias(), description(), weighted(0.8, routes()))
        .prop_map(|(target, description, routes)| Action::UpdateAlias { target, description, routes });
    prop_oneof![
        8 => create,
        8 => update,
        5 => alias().prop_map(|target| Action::DescribeAlias { target }),
        1 => alias().prop_map(|target| Action::DeleteAlias { target }),
        3 => (any_target(), max()).prop_map(|(target, max)| Action::ListAliases { target, max }),
        6 => documents_action(),
    ]
    .boxed()
}

fn documents_action() -> impl Strategy<Value = Action> {
    let key = || prop_oneof![20 => select(&["a", "a/1", "b"][..]), 1 => Just("a.b")];
    let put = of((key(), select(&["", "{}", "[1]"][..])));
    (alias(), put, of(key())).prop_map(|(target, put, delete)| Action::UpdateDocuments { target, put, delete })
}

fn execution_action() -> impl Strategy<Value = Action> {
    let name = prop_oneof![30 => of(select(&EXECUTIONS[..])), 1 => Just(Some("a name"))];
    let input = prop_oneof![20 => Just(None), 4 => select(&["{}", "[1]"][..]).prop_map(Some), 1 => select(&["not json", ""][..]).prop_map(Some)];
    let start = (startable(), name, input).prop_map(|(target, name, input)| Action::Start { target, name, input });
    let describe = (execution(), any::<bool>())
        .prop_map(|(target, metadata_only)| Action::DescribeExecution { target, metadata_only });
    let describe_machine = (execution(), any::<bool>())
        .prop_map(|(target, metadata_only)| Action::DescribeStateMachineForExecution { target, metadata_only });
    let text = || of(select(&["", "why"][..]));
    let stop =
        (execution(), text(), text()).prop_map(|(target, error, cause)| Action::StopExecution { target, error, cause });
    let status = of(select(&["RUNNING", "ABORTED", "SUCCEEDED", "FAILED", "TIMED_OUT", "PENDING_REDRIVE"][..]));
    let list =
        (any_target(), status, max()).prop_map(|(target, status, max)| Action::ListExecutions { target, status, max });
    prop_oneof![9 => start, 3 => describe, 2 => describe_machine, 3 => stop, 4 => list, 10 => ending_action()].boxed()
}

fn ending_action() -> impl Strategy<Value = Action> {
    let after = select(&[0, 0, 0, 1, 2][..]);
    let end = (execution(), ending(), after).prop_map(|(target, end, after_seconds)| Action::EndExecution {
        target,
        end,
        after_seconds,
    });
    let token = of(select(&["one", "two"][..]));
    let redrive = (execution(), token).prop_map(|(target, token)| Action::RedriveExecution { target, token });
    let history = (execution(), any::<bool>(), of(any::<bool>()), max())
        .prop_map(|(target, latest_first, with_data, max)| Action::GetHistory { target, latest_first, with_data, max });
    prop_oneof![4 => end, 4 => redrive, 2 => history].boxed()
}

fn ending() -> impl Strategy<Value = End> {
    let text = || of(select(&["", "why"][..]));
    let succeeded = select(&["{}", "[1]", "null"][..]).prop_map(|output| End {
        status: "SUCCEEDED",
        output: Some(output),
        error: None,
        cause: None,
    });
    let failed = (select(&["FAILED", "TIMED_OUT"][..]), text(), text()).prop_map(|(status, error, cause)| End {
        status,
        output: None,
        error,
        cause,
    });
    prop_oneof![1 => succeeded, 2 => failed]
}

fn tag_action() -> impl Strategy<Value = Action> {
    let keys = vec(select(&["a", "b", "c"][..]), 0..3);
    prop_oneof![
        2 => (any_target(), tags()).prop_map(|(target, tags)| Action::TagResource { target, tags }),
        1 => (any_target(), keys).prop_map(|(target, keys)| Action::UntagResource { target, keys }),
        1 => any_target().prop_map(|target| Action::ListTags { target }),
    ]
    .boxed()
}

fn machine_name() -> impl Strategy<Value = &'static str> {
    prop_oneof![20 => Just(MACHINES[0]), 1 => Just(MACHINES[1]), 2 => Just(MACHINES[2])]
}

fn alias_name() -> impl Strategy<Value = &'static str> {
    prop_oneof![15 => Just(ALIASES[0]), 15 => select(&ALIASES[1..]), 1 => Just("12"), 1 => Just("")]
}

fn number() -> impl Strategy<Value = &'static str> {
    prop_oneof![12 => select(&NUMBERS[..2]), 6 => select(&NUMBERS[2..4]), 1 => select(&NUMBERS[4..])]
}

fn target(qualifier: impl Strategy<Value = Option<&'static str>> + 'static) -> impl Strategy<Value = Target> {
    let form = prop_oneof![
        40 => Just(Form::StateMachine),
        1 => Just(Form::OtherAccount),
        1 => select(&[Form::Label, Form::Execution, Form::Activity, Form::NotAnArn][..]),
    ];
    (form, machine_name(), qualifier).prop_map(|(form, machine, qualifier)| Target { form, machine, qualifier }).boxed()
}

fn any_target() -> impl Strategy<Value = Target> {
    let qualifier =
        prop_oneof![2 => Just(None), 1 => number().prop_map(Some), 1 => select(&ALIASES[..]).prop_map(Some)];
    target(qualifier)
}

fn machine() -> impl Strategy<Value = Target> {
    prop_oneof![12 => target(Just(None)), 1 => any_target()]
}

fn version() -> impl Strategy<Value = Target> {
    prop_oneof![12 => target(number().prop_map(Some)), 1 => any_target()]
}

fn alias() -> impl Strategy<Value = Target> {
    let name = prop_oneof![2 => Just(ALIASES[0]), 1 => select(&ALIASES[1..])];
    prop_oneof![12 => target(name.prop_map(Some)), 1 => any_target()]
}

fn startable() -> impl Strategy<Value = Target> {
    prop_oneof![2 => machine(), 2 => version(), 3 => alias()]
}

fn execution() -> impl Strategy<Value = ExecutionTarget> {
    let named =
        (machine_name(), select(&EXECUTIONS[..])).prop_map(|(machine, name)| ExecutionTarget::Named { machine, name });
    let odd = vec![ExecutionTarget::Express, ExecutionTarget::StateMachine, ExecutionTarget::NotAnArn];
    prop_oneof![
        12 => named,
        8 => machine_name().prop_map(|machine| ExecutionTarget::Latest { machine }),
        1 => select(odd),
    ]
}

/// Generates routes: mostly one or two versions of one state machine with a sum of 100.
fn routes() -> impl Strategy<Value = Vec<Route>> {
    let single = target(number().prop_map(Some)).prop_map(|target| vec![Route { target, weight: 100 }]);
    let pair = prop_oneof![
        4 => Just(("1", "2")),
        4 => Just(("2", "1")),
        2 => Just(("2", "3")),
        3 => (number(), number()),
    ];
    let double =
        (machine_name(), pair, select(&[0, 10, 50, 90, 100][..])).prop_map(|(machine, (first, second), weight)| {
            let route = |number, weight| Route {
                target: Target { form: Form::StateMachine, machine, qualifier: Some(number) },
                weight,
            };
            vec![route(first, weight), route(second, 100 - weight)]
        });
    let route =
        (any_target(), select(&[-1, 0, 50, 100, 101][..])).prop_map(|(target, weight)| Route { target, weight });
    prop_oneof![8 => single, 8 => double, 1 => vec(route, 0..4)].boxed()
}

fn description() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![6 => Just(None), 3 => select(&["", "one", "zwei 2️⃣"][..]).prop_map(Some)]
}

fn publish() -> impl Strategy<Value = Publish> {
    (select(&[Some(true), Some(true), Some(false), None][..]), description(), any::<bool>()).prop_map(
        |(publish, description, invalid)| {
            let described = publish == Some(true) || invalid;
            Publish { publish, description: description.filter(|_| described) }
        },
    )
}

fn tags() -> impl Strategy<Value = Vec<Tag>> {
    let tag =
        (select(&["a", "b", "c", "d"][..]), select(&["", "1", "2"][..])).prop_map(|(key, value)| Tag { key, value });
    vec(tag, 0..6)
}

fn max() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![3 => Just(None), 5 => (0_i64..4).prop_map(Some), 1 => select(&[-1, 1000, 1001][..]).prop_map(Some)]
}

fn definition() -> impl Strategy<Value = &'static str> {
    prop_oneof![9 => Just(DONE), 2 => Just(DONE_TIGHT), 4 => Just(PASS), 1 => Just("{}"), 1 => Just(LOST)]
}

fn role() -> impl Strategy<Value = &'static str> {
    prop_oneof![20 => Just(ROLE), 9 => Just(OTHER_ROLE), 1 => Just("role"), 1 => Just("arn:aws:lambda:us-east-1:123456789012:function:f")]
}

/// Generates the content of a create request, which often repeats the existing content.
fn complete_content() -> impl Strategy<Value = Content> {
    (definition(), role(), content()).prop_map(|(definition, role, rest)| Content {
        definition: Some(definition),
        role: Some(role),
        ..rest
    })
}

fn content() -> impl Strategy<Value = Content> {
    let rarely = |values: Vec<Value>| prop_oneof![6 => Just(None), 1 => select(values).prop_map(Some)];
    let destination =
        json!({"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:x:*"}});
    let logging = rarely(vec![
        json!({}),
        json!({"level": "OFF"}),
        json!({"level": "ALL", "includeExecutionData": true, "destinations": [destination]}),
        json!({"level": "ERROR", "destinations": []}),
    ]);
    let tracing = rarely(vec![json!({}), json!({"enabled": false}), json!({"enabled": true})]);
    let encryption = rarely(vec![
        json!({"type": "AWS_OWNED_KEY"}),
        json!({"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "key", "kmsDataKeyReusePeriodSeconds": 60}),
        json!({"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "key"}),
        json!({"type": "CUSTOMER_MANAGED_KMS_KEY"}),
    ]);
    (of(definition()), of(role()), logging, tracing, encryption)
        .prop_map(|(definition, role, logging, tracing, encryption)| Content {
            definition,
            role,
            logging,
            tracing,
            encryption,
        })
        .boxed()
}
