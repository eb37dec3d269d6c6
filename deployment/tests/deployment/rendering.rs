//! Tests of tables and timelines.

use crate::{parse_preference, request, route, version};
use sfn_alias_deployment::{BarStyle, DeploymentPreference, Plan, PlanRequest, Route};

fn plan(shorthand: &str) -> Plan {
    request(parse_preference(shorthand)).plan().unwrap()
}

fn plan_with_alarms(shorthand: &str) -> Plan {
    let alarms = Some(vec!["errors".to_owned(), "latency".to_owned()]);
    let preference = DeploymentPreference { alarms, ..parse_preference(shorthand) };
    request(preference).plan().unwrap()
}

#[test]
fn a_table() {
    let expected = "\
step  after  orders:1  orders:2  then
1     0s     60 %      40 %      wait 1h30m, check alarms: errors, latency
2     1h30m  20 %      80 %      wait 1h30m, check alarms: errors, latency
3     3h     0 %       100 %     done
note: CloudFormation estimates 270 minutes; the deployment takes 180 minutes
";
    assert_eq!(plan_with_alarms("linear 40/90m").to_table(), expected);
}

#[test]
fn the_notes() {
    let notes = |plan: &Plan| plan.notes.iter().map(|note| note.code).collect::<Vec<_>>().join(" ");
    assert_eq!(notes(&plan("10/5m")), "no-alarms");
    assert_eq!(notes(&plan("5/1m,10/1m")), "not-cloudformation no-alarms");
    let at_once = DeploymentPreference {
        alarms: Some(vec!["a".to_owned()]),
        interval: Some(1),
        ..parse_preference("all-at-once")
    };
    assert_eq!(notes(&request(at_once).plan().unwrap()), "alarms-ignored gradual-members-ignored");
    let unchanged = PlanRequest { current_routing: vec![route(2, 100)], ..request(parse_preference("10/5m")) };
    assert_eq!(notes(&unchanged.plan().unwrap()), "unchanged");
}

#[test]
fn a_timeline() {
    let unicode = "\
CUSTOM to orders:2
before  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░    0 %
    0s  ██░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░    5 %
    1m  ████▊░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   12 %
   11m  ████████████████████████████████████████  100 %
note: CUSTOM is an extension of sfn-alias: CloudFormation does not support it
note: no alarm is specified: this deployment is not rolled back automatically
";
    assert_eq!(plan("5/1m,12/10m").to_timeline(BarStyle::Unicode), unicode);
    let ascii = "\
CANARY to orders:2, alarms: errors, latency
before  [........................................]    0 %
    0s  [####....................................]   10 %
    5m  [########################################]  100 %
";
    assert_eq!(plan_with_alarms("10/5m").to_timeline(BarStyle::Ascii), ascii);
}

#[test]
fn a_table_of_a_split_alias() {
    let split = |new: u32, routes: [Route; 2]| PlanRequest {
        current_routing: routes.to_vec(),
        new_version: Some(version(new)),
        shorthand: Some("all-at-once".to_owned()),
        ..PlanRequest::default()
    };
    let table = |request: PlanRequest| request.plan().unwrap().to_table();
    let expected = "\
step  after   orders:1  orders:2  orders:3  then
      before  30 %      70 %      0 %
1     0s      0 %       0 %       100 %     done
";
    assert_eq!(table(split(3, [route(1, 30), route(2, 70)])), expected);
    let expected = "\
step  after   orders:2  orders:1  then
      before  70 %      30 %
1     0s      0 %       100 %     done
";
    assert_eq!(table(split(1, [route(1, 30), route(2, 70)])), expected);
}

/// The widest table has 24 characters per version, and no names of alarms.
#[test]
fn a_table_of_long_names() {
    let long = |number: u32| version(number).replace("orders", &"o".repeat(80));
    let preference =
        DeploymentPreference { alarms: Some(vec!["a".repeat(30), "b".repeat(30)]), ..parse_preference("10/5m") };
    let mut request = request(preference);
    request.preference.as_mut().unwrap().state_machine_version_arn = Some(long(2));
    request.current_routing[0].state_machine_version_arn = long(1);
    let name = "o".repeat(21);
    let expected = format!(
        "step  after  …{name}:1  …{name}:2  then\n\
         1     0s     90 %                      10 %                      wait 5m, check 2 alarms\n\
         2     5m     0 %                       100 %                     done\n\
         alarms: {}, {}\n",
        "a".repeat(30),
        "b".repeat(30)
    );
    assert_eq!(request.plan().unwrap().to_table(), expected);
}

#[test]
fn a_table_of_an_unchanged_alias() {
    let unchanged = PlanRequest { current_routing: vec![route(2, 100)], ..request(parse_preference("10/5m")) };
    let expected = "\
step  after  orders:2  then
1     0s     100 %     done
note: the alias already routes all traffic to this version: nothing to shift
";
    assert_eq!(unchanged.plan().unwrap().to_table(), expected);
}
