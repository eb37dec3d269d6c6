//! Tests of SVGs. A test of the geometry reads the positions of all texts, and measures them in the font DejaVu Sans, which
//! is wider than most.

use crate::{config, parse_preference, request, route, version};
use proptest::prelude::*;
use serde_json::{Value, json};
use sfn_alias_deployment::{Deployment, DeploymentPreference, Plan, PlanRequest, Route, simulate};

fn plan(shorthand: &str) -> Plan {
    request(parse_preference(shorthand)).plan().unwrap()
}

fn plan_with_alarms(shorthand: &str) -> Plan {
    let alarms = Some(vec!["errors".to_owned(), "latency".to_owned()]);
    request(DeploymentPreference { alarms, ..parse_preference(shorthand) }).plan().unwrap()
}

fn plan_of(preference: DeploymentPreference, current: Route, new_version: Option<String>) -> Plan {
    let (preference, current_routing) = (Some(preference), vec![current]);
    PlanRequest { preference, current_routing, new_version, ..PlanRequest::default() }.plan().unwrap()
}

/// A plan of `ALL_AT_ONCE` for an alias with two routes.
fn split_plan(routes: [Route; 2], target: u32) -> Plan {
    let preference =
        DeploymentPreference { state_machine_version_arn: Some(version(target)), ..parse_preference("all-at-once") };
    PlanRequest { preference: Some(preference), current_routing: routes.to_vec(), ..PlanRequest::default() }
        .plan()
        .unwrap()
}

fn simulation_svg(plan: &Plan, events: &Value) -> String {
    let machine = plan.target.rsplit_once(':').unwrap().0;
    let deployment = Deployment::new(&format!("{machine}:PROD"), None, plan.clone()).unwrap();
    simulate(deployment, &serde_json::from_value::<Vec<_>>(events.clone()).unwrap()).unwrap().to_svg(plan)
}

/// The widths of the characters from space to `~` in thousandths of the size: DejaVu Sans.
const WIDTHS: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
];

#[derive(Debug)]
struct Text<'s> {
    class: &'s str,
    content: &'s str,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: f64,
    y: f64,
}

fn attribute<'s>(tag: &'s str, name: &str) -> &'s str {
    let start = tag.find(&format!(" {name}=\"")).unwrap_or_else(|| panic!("{name} in {tag}")) + name.len() + 3;
    tag[start..].split('"').next().unwrap()
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).parse().unwrap()
}

fn parse_text(element: &str) -> Text<'_> {
    let (tag, content) = element.split_once('>').unwrap();
    let (class, x, y) = (attribute(tag, "class"), number(tag, "x"), number(tag, "y"));
    let size = if class.contains("title") { 16.0 * 1.1 } else { 13.0 };
    let width =
        |character: char| (character as usize).checked_sub(32).and_then(|index| WIDTHS.get(index)).unwrap_or(&1000);
    let width = content.chars().map(|character| f64::from(*width(character))).sum::<f64>() * size / 1000.0;
    let left = match attribute(tag, "text-anchor") {
        "start" => x,
        "middle" => x - width / 2.0,
        _ => x - width,
    };
    let (mut area, y_top) = ((left, left + width), y - size * 0.75);
    let (mut top, mut bottom) = (y_top, y + size * 0.25);
    if tag.contains("rotate") {
        (area, top, bottom) = ((x - size / 2.0, x + size / 2.0), y - width / 2.0, y + width / 2.0);
    }
    Text { class, content, left: area.0, right: area.1, top, bottom, x, y }
}

fn texts(svg: &str) -> Vec<Text<'_>> {
    svg.split("<text").skip(1).map(|rest| parse_text(rest.split("</text>").next().unwrap())).collect()
}

/// The height of the new version from each position on.
fn heights(svg: &str) -> Vec<(f64, f64)> {
    let path = attribute(svg.split("<path class=\"target\"").nth(1).unwrap(), "d");
    let (mut heights, mut x) = (Vec::new(), 0.0);
    for part in path
        .trim_end_matches('Z')
        .split_inclusive(char::is_numeric)
        .collect::<String>()
        .replace('H', " H")
        .replace('V', " V")
        .split(' ')
    {
        match part.split_at_checked(1) {
            Some(("H", to)) => x = to.parse().unwrap(),
            Some(("V", to)) => heights.push((x, to.parse().unwrap())),
            _ => {}
        }
    }
    heights.pop();
    heights
}

const PLOT: (f64, f64, f64, f64) = (72.0, 712.0, 84.0, 284.0);

/// The labels of steps, in order of position.
fn labels<'t, 's>(texts: &'t [Text<'s>]) -> Vec<&'t Text<'s>> {
    let mut labels: Vec<_> = texts
        .iter()
        .filter(|text| text.content.contains(" %") && text.class != "soft" && text.y < PLOT.3 + 1.0)
        .collect();
    labels.sort_by(|a, b| a.x.total_cmp(&b.x));
    labels
}

fn label_texts(svg: &str) -> Vec<String> {
    labels(&texts(svg)).iter().map(|label| label.content.to_owned()).collect()
}

/// The marks of the time axis.
fn ticks<'t, 's>(texts: &'t [Text<'s>]) -> Vec<&'t Text<'s>> {
    texts.iter().filter(|text| text.class == "soft" && text.y == PLOT.3 + 22.0).collect()
}

/// Asserts that texts are within the image, do not overlap, and do not cross a step, and that the ticks are regular.
#[track_caller]
fn assert_readable(svg: &str) {
    assert_closed(svg);
    let texts = texts(svg);
    let (width, height) = (number(svg, "width"), number(svg, "height"));
    for (index, text) in texts.iter().enumerate() {
        assert!(text.left >= 0.0 && text.right <= width && text.top >= 0.0 && text.bottom <= height, "{text:?}\n{svg}");
        for other in &texts[..index] {
            let overlaps = text.left < other.right
                && other.left < text.right
                && text.top < other.bottom
                && other.top < text.bottom;
            assert!(!overlaps, "{text:?}\n{other:?}\n{svg}");
        }
    }
    let heights = heights(svg);
    for label in labels(&texts) {
        assert!(
            label.left >= PLOT.0 && label.right <= PLOT.1 && label.top >= PLOT.2 && label.bottom <= PLOT.3,
            "{label:?}\n{svg}"
        );
        let ends = heights.iter().skip(1).map(|(x, _)| *x).chain([PLOT.1]);
        for ((_, y), _) in
            heights.iter().zip(ends).filter(|((start, _), end)| *start < label.right && label.left < *end)
        {
            let is_readable = if label.class == "ink" { label.bottom <= *y } else { label.top >= *y };
            assert!(is_readable, "{label:?} {y}\n{svg}");
        }
    }
    let ticks = ticks(&texts);
    let distance = |pair: &[&Text<'_>]| pair[1].x - pair[0].x;
    let regular = ticks.windows(2).all(|pair| (distance(pair) - distance(&ticks[..2])).abs() < 0.2);
    assert!((1..=7).contains(&ticks.len()) && regular && ticks[0].content == "0s", "{ticks:?}");
}

/// Asserts that all tags are closed.
#[track_caller]
fn assert_closed(svg: &str) {
    let mut open = Vec::new();
    for piece in svg.split('<').skip(1) {
        let tag = piece.split('>').next().expect("a tag ends");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().expect("a name")),
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn an_svg() {
    let svg = plan("linear 25/10m").to_svg();
    assert_readable(&svg);
    assert!(svg.contains("<title id=\"title\">LINEAR deployment of orders:2</title>"));
    let description =
        "<desc id=\"desc\">orders:2 gets 25 % after 0s, 50 % after 10m, 75 % after 20m, 100 % after 30m.</desc>";
    assert!(svg.contains(description));
    assert_eq!(label_texts(&svg), ["25 % at 0s", "50 % at 10m", "75 % at 20m", "100 % at 30m"]);
    let subtitle = |shorthand| plan_with_alarms(shorthand).to_svg().contains(">2 steps in 5m, 2 alarms</text>");
    assert!(subtitle("10/5m") && svg.contains(">4 steps in 30m, no alarms</text>"));
    assert!(svg.contains(">note: no alarm is specified: this deployment is not rolled back automatically</text>"));
    assert!(svg.contains(">time after the first update</text>") && svg.contains(">share of executions</text>"));
    // The percentages as heights: each step adds a quarter of 200 pixels.
    assert_eq!(heights(&svg), [(0.0, 284.0), (136.0, 234.0), (306.7, 184.0), (477.3, 134.0), (648.0, 84.0)]);
    assert!(!svg.contains("http://www.w3.org/1999/xlink") && !svg.contains("href"));
}

/// Labels are next to each step or at regular steps, and inside the chart.
#[test]
fn labels_of_steps() {
    let labels = |shorthand: &str| {
        let svg = plan(shorthand).to_svg();
        assert_readable(&svg);
        label_texts(&svg).join(", ")
    };
    assert_eq!(labels("99/1m"), "99 % at 0s, 100 % at 1m");
    assert_eq!(labels("5/1m,25/10m,50/10m"), "5 %, 25 %, 50 %, 100 %");
    assert_eq!(labels("1/1m,2/1m,3/1m,50/2h,60/1m"), "2 %, 3 %, 50 %, 60 %, 100 %");
    let tens = "10 %, 20 %, 30 %, 40 %, 50 %, 60 %, 70 %, 80 %, 90 %, 100 %";
    for shorthand in ["linear 5/1m", "linear 2/42m", "linear 1/21m"] {
        assert_eq!(labels(shorthand), tens, "{shorthand}");
    }
}

#[test]
fn ticks_of_the_time_axis() {
    let ticks = |shorthand: &str| {
        let svg = plan(shorthand).to_svg();
        ticks(&texts(&svg)).iter().map(|tick| tick.content).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ticks("10/5m"), "0s 1m 2m 3m 4m 5m");
    assert_eq!(ticks("linear 5/1m"), "0s 5m 10m 15m");
    assert_eq!(ticks("5/1m,25/10m,50/10m"), "0s 5m 10m 15m 20m");
    assert_eq!(ticks("linear 2/42m"), "0s 6h 12h 18h 1d 1d6h");
    assert_eq!(ticks("10/1m"), "0s 10s 20s 30s 40s 50s 1m");
    assert_eq!(ticks("all-at-once"), "0s");
}

/// The image of a split alias has an area and a legend for each version.
#[test]
fn an_svg_of_a_split_alias() {
    let svg = split_plan([route(1, 30), route(2, 70)], 3).to_svg();
    assert_readable(&svg);
    assert!(svg.contains(">1 update, no alarms</text>"), "{svg}");
    assert!(svg.contains(r#"<path class="origin" d="M72 284V224.0H392.0V84.0H712V284Z"/>"#), "{svg}");
    assert!(svg.contains(r#"<path class="target" d="M72 284V284.0H392.0V84.0H712V284Z"/>"#), "{svg}");
    assert_eq!(
        ["orders:3 (new)", "orders:1", "orders:2"].map(|name| svg.matches(&format!(">{name}</text>")).count()),
        [1; 3]
    );
    // The first route is the new version.
    let svg = split_plan([route(2, 30), route(1, 70)], 2).to_svg();
    assert_eq!(heights(&svg), [(0.0, 224.0), (392.0, 84.0)]);
    assert!(svg.contains(">orders:1</text>") && !svg.contains(r#"<rect class="origin""#), "{svg}");
}

#[test]
fn a_long_name_is_shortened_where_it_is_drawn() {
    let long = |number: u32, weight| {
        let mut long = route(number, weight);
        long.state_machine_version_arn = version(number).replace("orders", &"o".repeat(80));
        long
    };
    let target = long(2, 0).state_machine_version_arn;
    let preference = parse_preference("10/5m");
    let svg = plan_of(preference, long(1, 100), Some(target)).to_svg();
    assert_readable(&svg);
    let whole = "o".repeat(80);
    assert!(svg.contains(&format!("<title id=\"title\">CANARY deployment of {whole}:2</title>")));
    assert!(svg.contains(">CANARY deployment of …oooo") && svg.contains("oooo:2</text>"), "{svg}");
}

#[test]
fn names_are_escaped() {
    let odd = |number: u32, weight| {
        let mut odd = route(number, weight);
        odd.state_machine_version_arn = version(number).replace("orders", "a&b");
        odd
    };
    let target = odd(2, 0).state_machine_version_arn;
    let alarms = Some(vec!["<\u{1}>".to_owned()]);
    let preference =
        DeploymentPreference { state_machine_version_arn: Some(target), alarms, ..parse_preference("10/5m") };
    let plan = plan_of(preference, odd(1, 100), None);
    assert!(plan.to_svg().contains("CANARY deployment of a&amp;b:2</title>"));
    let events = json!([{"event": "alarm", "atSeconds": 9, "name": "<\u{1}>", "state": "ALARM"}]);
    assert!(simulation_svg(&plan, &events).contains(">1: after 9s: the alarm &lt;\u{fffd}&gt; is ALARM</text>"));
}

#[test]
fn an_svg_of_a_rollback() {
    let events = json!([{"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}]);
    let svg = simulation_svg(&plan_with_alarms("10/5m"), &events);
    assert_readable(&svg);
    let description = "orders:2: rolled back after 2m; after 1m30s: the alarm errors is ALARM.</desc>";
    assert!(svg.contains(description), "{svg}");
    assert!(svg.contains(">rolled back after 2m</text>"), "{svg}");
    assert_eq!(label_texts(&svg), ["10 %", "0 %"]);
    // 10 percent at the start, 0 at the end.
    assert_eq!(heights(&svg), [(0.0, 284.0), (136.0, 264.0), (648.0, 284.0)]);
    assert!(svg.contains(">1: after 1m30s: the alarm errors is ALARM</text>"), "{svg}");
}

/// The response of the first update is lost, and someone else updates the alias.
#[test]
fn an_svg_of_a_crash_and_a_drift() {
    let drift =
        [(7, 60), (8, 40)].map(|(number, weight)| json!({"stateMachineVersionArn": version(number), "weight": weight}));
    let events = json!([
        {"event": "crashAtCall", "call": 3, "applied": true, "restartAfterSeconds": 30},
        {"event": "drift", "atSeconds": 45, "routingConfiguration": drift}
    ]);
    let svg = simulation_svg(&plan_with_alarms("10/5m"), &events);
    assert_readable(&svg);
    assert!(svg.contains(">stopped because of drift after 1m30s</text>"), "{svg}");
    assert!(svg.contains(r#"<path class="origin" d="M72 284V84.0H136.0V84.0H392.0V284.0H712V284Z"/>"#), "{svg}");
    assert!(
        svg.contains(">2: after 45s: someone else updates the alias to 60 % orders:7, 40 % orders:8</text>"),
        "{svg}"
    );
    assert!(svg.contains(">other versions</text>"), "{svg}");
}

/// Numbers of close events share a label, and the events after the sixth are counted.
#[test]
fn an_svg_lists_some_of_many_events() {
    let event = |at: usize| json!({"event": "alarm", "atSeconds": at, "name": "errors", "state": "OK"});
    let svg = simulation_svg(&plan_with_alarms("10/5m"), &(1..=9).map(event).collect());
    assert_readable(&svg);
    assert_eq!(svg.matches(r#"class="event""#).count(), 6);
    assert!(svg.contains(">1–6</text>") && svg.contains(">3 more events</text>"), "{svg}");
}

/// Any preference, with names of any length.
fn plans() -> impl Strategy<Value = Plan> {
    let custom = prop::collection::btree_map(1..100_i64, 1..200_i64, 1..9);
    let custom = custom.prop_map(|steps| {
        let steps: Vec<String> =
            steps.iter().map(|(percentage, interval)| format!("{percentage}/{interval}m")).collect();
        format!("custom {}", steps.join(","))
    });
    let shorthand = prop_oneof![
        (1..100_i64, 1..2101_i64).prop_map(|(percentage, interval)| format!("{percentage}/{interval}m")),
        (1..100_i64, 1..22_i64).prop_map(|(percentage, interval)| format!("linear {percentage}/{interval}m")),
        custom,
        Just("all-at-once".to_owned()),
    ];
    let name = "[a-zA-Z0-9_-]{1,80}";
    (shorthand, name, any::<bool>(), 1..100_u8).prop_map(|(shorthand, name, is_split, weight)| {
        let named = |number: u32, weight: u8| Route {
            state_machine_version_arn: version(number).replace("orders", &name),
            weight,
        };
        let current_routing = match is_split && shorthand == "all-at-once" {
            true => vec![named(1, weight), named(3, 100 - weight)],
            false => vec![named(1, 100)],
        };
        let alarms = Some(vec!["a".to_owned()]);
        let new_version = Some(named(2, 0).state_machine_version_arn);
        let request =
            PlanRequest { shorthand: Some(shorthand), current_routing, new_version, alarms, preference: None };
        request.plan().unwrap()
    })
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn plans_are_readable(plan in plans()) {
        assert_readable(&plan.to_svg());
    }

    #[test]
    fn simulations_are_readable(plan in plans(), events in prop::collection::vec((0..4000_u64, 0..5_u8), 0..9)) {
        let events = events.into_iter().map(|(at, kind)| match kind {
            0 => json!({"event": "alarm", "atSeconds": at, "name": "a", "state": "ALARM"}),
            1 => json!({"event": "crash", "atSeconds": at, "restartAtSeconds": at + 100}),
            2 => json!({"event": "failure", "atSeconds": at, "times": 2, "code": "Slow", "message": "W".repeat(99), "status": 503}),
            3 => json!({"event": "drift", "atSeconds": at,
                "routingConfiguration": [{"stateMachineVersionArn": plan.target, "weight": 100}]}),
            _ => json!({"event": "alarm", "atSeconds": at, "name": "a", "state": "OK"}),
        });
        assert_readable(&simulation_svg(&plan, &events.collect()));
    }
}
