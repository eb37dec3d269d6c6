//! Tests of tables, timelines and SVGs.

use crate::{MACHINE, parse_preference, request, route, version};
use serde_json::json;
use sfn_alias_deployment::{BarStyle, Deployment, DeploymentPreference, Plan, PlanRequest, simulate};

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

/// Returns the tags of an SVG that are not closed.
fn unclosed_tags(svg: &str) -> Vec<&str> {
    let mut open = Vec::new();
    for piece in svg.split('<').skip(1) {
        let tag = piece.split('>').next().expect("a tag ends");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().expect("a name")),
        }
    }
    open
}

#[test]
fn an_svg() {
    let svg = plan("linear 25/10m").to_svg();
    assert!(unclosed_tags(&svg).is_empty());
    assert!(svg.contains("<title id=\"title\">LINEAR deployment of orders:2</title>"));
    let description =
        "<desc id=\"desc\">orders:2 gets 25 % after 0s, 50 % after 10m, 75 % after 20m, 100 % after 30m.</desc>";
    assert!(svg.contains(description));
    let label = "<text class=\"ink\" x=\"124.0\" y=\"220.0\">25 %</text>";
    assert!(svg.contains(label), "{svg}");
    assert!(plan_with_alarms("10/5m").to_svg().contains(">2 steps in 5m, 2 alarms</text>"));
    // The percentages as heights: each step adds a quarter of 200 pixels.
    let path = "<path class=\"target\" d=\"M56 276V276.0H120.0V226.0H290.7V176.0H461.3V126.0H632.0V76.0H696V276Z\"/>";
    assert!(svg.contains(path), "{svg}");
    assert!(!svg.contains("http://www.w3.org/1999/xlink") && !svg.contains("href"));
}

#[test]
fn labels_of_a_hundred_steps_do_not_overlap() {
    let svg = plan("linear 1/21m").to_svg();
    let labels = svg.matches("text-anchor=\"middle\"").count();
    assert!((2..=14).contains(&labels), "{labels}");
    assert!(svg.contains(">1d10h39m</text>"));
}

/// Returns the time labels, from left to right.
fn times(svg: &str) -> Vec<&str> {
    let labels = svg.split("text-anchor=\"middle\">").skip(1);
    labels.map(|rest| rest.split('<').next().expect("a label")).collect()
}

#[test]
fn the_longest_steps_are_labelled_first() {
    let svg = plan("1/1m,2/1m,3/1m,50/2h,60/1m").to_svg();
    assert_eq!(times(&svg), ["3m", "2h4m"]);
    assert!(svg.contains(">50 %</text>"));
}

#[test]
fn a_long_name_is_shortened_where_it_is_drawn() {
    let preference = parse_preference("10/5m");
    let long = |number: u32, weight| {
        let mut long = route(number, weight);
        long.state_machine_version_arn = version(number).replace("orders", &"o".repeat(80));
        long
    };
    let target = long(2, 0).state_machine_version_arn;
    let svg = sfn_alias_deployment::plan_deployment(&preference, &[long(1, 100)], Some(&target)).unwrap().to_svg();
    let whole = "o".repeat(80);
    let end = "o".repeat(31);
    assert!(svg.contains(&format!("<title id=\"title\">CANARY deployment of {whole}:2</title>")));
    assert!(svg.contains(&format!("y=\"30\">CANARY deployment of …{end}:2</text>")), "{svg}");
}

#[test]
fn names_are_escaped() {
    let odd = |number: u32, weight| {
        let mut odd = route(number, weight);
        odd.state_machine_version_arn = version(number).replace("orders", "a&b");
        odd
    };
    let preference = parse_preference("10/5m");
    let target = odd(2, 0).state_machine_version_arn;
    let preference = DeploymentPreference { state_machine_version_arn: Some(target), ..preference };
    let plan = sfn_alias_deployment::plan_deployment(&preference, &[odd(1, 100)], None).unwrap();
    assert!(plan.to_svg().contains("CANARY deployment of a&amp;b:2</title>"));
}

/// A simulation of a canary with an alarm, as JSON events.
fn simulation_svg(events: serde_json::Value) -> String {
    let plan = plan_with_alarms("10/5m");
    let deployment = Deployment::new(&format!("{MACHINE}:PROD"), None, plan.clone()).unwrap();
    simulate(deployment, &serde_json::from_value::<Vec<_>>(events).unwrap()).unwrap().to_svg(&plan)
}

#[test]
fn an_svg_of_a_rollback() {
    let svg = simulation_svg(json!([{"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}]));
    assert!(unclosed_tags(&svg).is_empty());
    let description = "orders:2: rolled back after 2m; after 1m30s: the alarm errors is ALARM.</desc>";
    assert!(svg.contains(description), "{svg}");
    assert!(svg.contains(">rolled back after 2m</text>") && svg.contains(">10 %</text>"), "{svg}");
    // 10 percent at the start, 0 at the end.
    assert!(svg.contains(r#"d="M56 276V276.0H120.0V256.0H632.0V276.0H696V276Z""#), "{svg}");
    assert!(svg.contains(">1: after 1m30s: the alarm errors is ALARM</text>"), "{svg}");
}

/// The response of the first update is lost, and someone else updates the alias.
#[test]
fn an_svg_of_a_crash_and_a_drift() {
    let svg = simulation_svg(json!([
        {"event": "crashAtCall", "call": 3, "applied": true, "restartAfterSeconds": 30},
        {"event": "drift", "atSeconds": 45, "routingConfiguration": [{"stateMachineVersionArn": version(7), "weight": 100}]}
    ]));
    assert!(svg.contains(">stopped because of drift after 1m30s</text>"), "{svg}");
    assert!(svg.contains("V276.0H120.0V256.0H376.0V276.0H696"), "{svg}");
    assert!(svg.contains(">2: after 45s: someone else updates the alias to 100 % orders:7</text>"), "{svg}");
}

#[test]
fn an_svg_lists_some_of_many_events() {
    let event = |at: usize| json!({"event": "alarm", "atSeconds": at, "name": "errors", "state": "OK"});
    let svg = simulation_svg((1..=9).map(event).collect());
    assert_eq!(svg.matches(r#"class="event""#).count(), 6);
    assert!(svg.contains(">3 more events</text>") && svg.contains(r#"height="518""#), "{svg}");
}
