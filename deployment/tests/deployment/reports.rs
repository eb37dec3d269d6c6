//! Tests of the reports of drivers, and of the records that the console derives from them.

use crate::{MACHINE, config, parse_preference, request, route, version};
use proptest::prelude::*;
use serde_json::{Value, json};
use sfn_alias_deployment::{
    Action, Alarm, AlarmState, CallFailure, CustomStep, Deployment, DeploymentError, DeploymentPreference,
    DeploymentRecord, DeploymentReport, Observation, RecordEventType, deployment_id, is_deployment_id,
};

const DRIVER: &str = "sfn-alias deploy 0.1.0";
const START: i64 = 1_764_000_000_000;

/// A deployment whose reports are sent to a record.
struct Fixture {
    deployment: Deployment,
    alarms: Vec<Alarm>,
    now: i64,
    reports: Vec<(i64, DeploymentReport)>,
    record: Option<DeploymentRecord>,
}

impl Fixture {
    fn new(shorthand: &str) -> Self {
        Self::with_preference(parse_preference(shorthand))
    }

    fn with_preference(preference: DeploymentPreference) -> Self {
        let alarms = preference.alarms.clone().or_else(|| Some(vec!["errors".to_owned()]));
        let plan = request(DeploymentPreference { alarms, ..preference }).plan().unwrap();
        let deployment = Deployment::new(&format!("{MACHINE}:PROD"), Some("release"), plan).unwrap();
        Self { deployment, alarms: Vec::new(), now: START, reports: Vec::new(), record: None }
    }

    fn next(&mut self, observation: &Observation) -> Action {
        if let Observation::Alarms { alarms } = observation {
            self.alarms.clone_from(alarms);
        }
        let action = self.deployment.next(self.now, observation).unwrap();
        let report =
            DeploymentReport::new(&self.deployment, DRIVER, &self.alarms, Some("sfn-alias deploy A V")).unwrap();
        self.reports.push((self.now, report.clone()));
        self.send(&report);
        action
    }

    fn send(&mut self, report: &DeploymentReport) {
        let updated = DeploymentRecord::update(self.record.take(), &report.id(), report, self.now).unwrap();
        // What is stored is what is read.
        assert_eq!(DeploymentRecord::from_json(updated.to_json().as_bytes()).unwrap(), updated);
        self.record = Some(updated);
    }

    /// Reads the alias and the alarms, and makes an update that is due.
    fn check(&mut self, state: AlarmState) {
        let found = self.expected_routing();
        self.next(&Observation::Alias { routing_configuration: found });
        let alarms = vec![Alarm { name: "errors".to_owned(), state }];
        if let Action::UpdateAlias { .. } = self.next(&Observation::Alarms { alarms }) {
            self.next(&Observation::Updated);
        }
    }

    fn expected_routing(&self) -> Vec<sfn_alias_deployment::Route> {
        self.deployment.event().routing
    }

    fn wait(&mut self, millis: i64) {
        self.now += millis;
        self.next(&Observation::Waited);
    }

    fn record(&self) -> &DeploymentRecord {
        self.record.as_ref().unwrap()
    }

    fn texts(&self) -> Vec<&str> {
        self.record().events.iter().map(|event| &*event.text).collect()
    }

    /// A canary that has shifted 10 % and waits.
    fn after_first_step() -> Self {
        let mut fixture = Self::new("10/5m");
        fixture.next(&Observation::Start);
        fixture.check(AlarmState::InsufficientData);
        fixture
    }
}

#[test]
fn the_record_of_a_rolled_back_deployment() {
    let mut fixture = Fixture::after_first_step();
    fixture.wait(60_000);
    fixture.check(AlarmState::Ok);
    fixture.wait(60_000);
    fixture.check(AlarmState::Alarm);
    let message = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].";
    let event = |seconds: i64, event: Value| {
        let mut event = event;
        event["timeMillis"] = json!(START + seconds * 1000);
        event
    };
    let alarm = |text: &str, state: &str| json!({"type": "alarm", "text": text, "alarm": "errors", "state": state});
    let expected = json!({
        "id": deployment_id(&format!("{MACHINE}:PROD"), &version(2), START),
        "stateMachineAliasArn": format!("{MACHINE}:PROD"), "driver": DRIVER, "command": "sfn-alias deploy A V",
        "startedMillis": START, "reportedMillis": START + 120_000, "nextReportMillis": null,
        "fromVersion": 1, "toVersion": 2, "preference": "canary 10/5m",
        "steps": [{"atSeconds": 0, "weight": 10}, {"atSeconds": 300, "weight": 100}],
        "stepsDone": 1, "targetWeight": 0, "dueMillis": null, "phase": "rolledBack", "rollsBack": true,
        "cause": {"message": message, "alarms": ["errors"]}, "retryMillis": null, "endedMillis": START + 120_000,
        "alarms": [{"name": "errors", "state": "ALARM", "sinceMillis": START + 120_000, "checkedMillis": START + 120_000}],
        "events": [
            event(0, alarm("alarm errors is INSUFFICIENT_DATA", "INSUFFICIENT_DATA")),
            event(0, json!({"type": "shift", "text": "10 % routed to version 2, 90 % to version 1", "weight": 10})),
            event(60, alarm("alarm errors is OK, before: INSUFFICIENT_DATA", "OK")),
            event(120, alarm("alarm errors is ALARM, before: OK", "ALARM")),
            event(120, json!({"type": "rollback", "weight": 0,
                "text": "100 % routed to version 1 again because of the alarm errors"})),
            event(120, json!({"type": "end", "text": "rolled back"})),
        ],
    });
    assert_eq!(json!(fixture.record()), expected);
}

#[test]
fn the_record_while_a_deployment_waits() {
    let mut fixture = Fixture::after_first_step();
    fixture.wait(60_000);
    assert_eq!(fixture.record().next_report_millis, Some(START + 60_000 + 75_000));
    fixture.check(AlarmState::InsufficientData);
    let record = fixture.record();
    assert_eq!((&*record.phase, record.steps_done, record.target_weight), ("waiting", 1, 10));
    assert_eq!((record.due_millis, record.ended_millis), (Some(START + 300_000), None));
    assert_eq!(record.next_report_millis, Some(START + 120_000 + 15_000));
    let alarm = &record.alarms[0];
    assert_eq!((alarm.since_millis, alarm.checked_millis), (START, START + 60_000));
    for minute in 2..=5 {
        fixture.wait(60_000);
        fixture.check(AlarmState::InsufficientData);
        assert_eq!(fixture.record().has_ended(), minute == 5);
    }
    let record = fixture.record();
    assert_eq!((&*record.phase, record.target_weight, record.due_millis), ("succeeded", 100, None));
    assert_eq!(fixture.texts()[2..], ["100 % routed to version 2", "succeeded"]);
}

#[test]
fn repeated_and_late_reports_change_nothing() {
    let mut fixture = Fixture::after_first_step();
    fixture.wait(60_000);
    fixture.check(AlarmState::Alarm);
    let (ended, reports) = (fixture.record().clone(), fixture.reports.clone());
    fixture.now += 5000;
    for (_, report) in reports {
        fixture.send(&report);
        assert_eq!(*fixture.record(), ended);
    }
}

#[test]
fn a_failed_call_is_an_event_once() {
    let mut fixture = Fixture::after_first_step();
    fixture.wait(60_000);
    let failure = |code: &str, status| {
        Observation::Failed(CallFailure {
            code: code.to_owned(),
            message: "too many requests".to_owned(),
            status: Some(status),
        })
    };
    fixture.next(&failure("ThrottlingException", 400));
    let record = fixture.record();
    assert_eq!((&*record.phase, record.retry_millis), ("retrying", Some(START + 62_000)));
    let repeated = fixture.reports.last().unwrap().1.clone();
    fixture.wait(2000);
    fixture.send(&repeated);
    fixture.next(&failure("ThrottlingException", 400));
    fixture.wait(4000);
    fixture.next(&failure("ValidationException", 400));
    assert_eq!(fixture.record().phase, "failed");
    // The same command resumes the deployment.
    fixture.next(&Observation::Start);
    assert_eq!((&*fixture.record().phase, fixture.record().ended_millis), ("readingAlias", None));
    fixture.check(AlarmState::Ok);
    assert_eq!(fixture.record().phase, "waiting");
    assert_eq!(
        fixture.texts()[2..],
        [
            "DescribeStateMachineAlias failed (1): ThrottlingException: too many requests",
            "DescribeStateMachineAlias failed (2): ThrottlingException: too many requests",
            "failed with ValidationException: too many requests",
            "alarm errors is OK, before: INSUFFICIENT_DATA",
        ]
    );
}

#[test]
fn drift_ends_the_record() {
    let mut fixture = Fixture::after_first_step();
    fixture.wait(60_000);
    fixture.next(&Observation::Alias { routing_configuration: vec![route(3, 100)] });
    assert_eq!((&*fixture.record().phase, fixture.record().has_ended()), ("drifted", true));
    assert_eq!(fixture.texts()[2..], ["stopped because someone else updated the alias"]);
}

/// Names and numbers as long as they can be.
#[test]
fn the_longest_plan_fits_into_a_document() {
    const MAX_BYTES: usize = 64 << 10;
    let name = |number: usize| format!("{number:03}{}", "😀".repeat(253));
    let alarms: Vec<String> = (0..100).map(name).collect();
    let mut longest = Fixture::with_preference(DeploymentPreference {
        alarms: Some(alarms.clone()),
        ..parse_preference("linear 1/21m")
    });
    longest.next(&Observation::Start);
    for step in 0..100 {
        longest.next(&Observation::Alias { routing_configuration: longest.expected_routing() });
        let state = if step % 2 == 0 { AlarmState::Ok } else { AlarmState::InsufficientData };
        let states = alarms.iter().map(|name| Alarm { name: name.clone(), state }).collect();
        longest.next(&Observation::Alarms { alarms: states });
        longest.next(&Observation::Updated);
        longest.now += 21 * 60_000;
        longest.next(&Observation::Waited);
        assert!(longest.record().to_json().len() < MAX_BYTES);
    }
    let record = longest.record();
    assert_eq!((&*record.phase, record.steps.len(), record.steps_done), ("succeeded", 100, 100));
    assert_eq!(record.events.last().unwrap().event_type, RecordEventType::End);
    // Alarms that are not in the record have no events either.
    let names: Vec<&str> = record.alarms.iter().map(|alarm| &*alarm.name).collect();
    assert_eq!(names, alarms[..names.len()]);
    assert!(record.events.iter().filter_map(|event| event.alarm.as_deref()).all(|name| names.contains(&name)));
}

#[test]
fn the_newest_events_remain() {
    let steps = (1..=99).map(|n| CustomStep { percentage: Some(n), interval: Some(1) }).collect();
    let preference = DeploymentPreference { steps: Some(steps), ..parse_preference("custom 1/1m") };
    let mut fixture = Fixture::with_preference(preference);
    fixture.next(&Observation::Start);
    for step in 0..100 {
        fixture.check(if step % 2 == 0 { AlarmState::Ok } else { AlarmState::InsufficientData });
        if step < 99 {
            fixture.wait(60_000);
        }
    }
    let events = &fixture.record().events;
    assert_eq!(events.len(), 200);
    assert_eq!(events[0].text, "1 % routed to version 2, 99 % to version 1");
    assert_eq!(events[199].text, "succeeded");
}

#[track_caller]
fn assert_rejected(report: &DeploymentReport, id: &str, previous: Option<&DeploymentRecord>, message: &str) {
    let error = DeploymentRecord::update(previous.cloned(), id, report, START).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn reports_are_validated() {
    let mut fixture = Fixture::new("10/5m");
    fixture.next(&Observation::Start);
    let (valid, id) = (fixture.reports[0].1.clone(), fixture.record().id.clone());
    let invalid = |change: fn(&mut DeploymentReport)| {
        let mut report = valid.clone();
        change(&mut report);
        report
    };
    let driver = "invalid deployment report: expected `driver` with 1 to 64 printable characters, found";
    assert_rejected(&invalid(|report| report.driver.clear()), &id, None, &format!("{driver} 0 characters"));
    let long = invalid(|report| report.driver = "d".repeat(65));
    assert_rejected(&long, &id, None, &format!("{driver} 65 characters"));
    let command =
        "invalid deployment report: expected `command` with 1 to 2048 bytes, without control characters; found";
    let long = invalid(|report| report.command = Some("c".repeat(2049)));
    assert_rejected(&long, &id, None, &format!("{command} 2049 bytes"));
    assert_rejected(&invalid(|report| report.command = Some("\n".into())), &id, None, &format!("{command} 1 bytes"));
    let other = invalid(|report| report.state_machine_alias_arn = format!("{MACHINE}:DEV"));
    let message = format!("expected the alias of the checkpoint, `{MACHINE}:PROD`, found `{MACHINE}:DEV`");
    assert_rejected(&other, &id, None, &format!("invalid deployment report: {message}"));
    let earlier = invalid(|report| report.started_millis = 0);
    let message = format!("expected `startedMillis` of the checkpoint, {START}, found 0");
    assert_rejected(&earlier, &id, None, &format!("invalid deployment report: {message}"));
    let inconsistent = invalid(|report| report.checkpoint.steps_done = 3);
    let message = "invalid checkpoint: `stepsDone` is 3, and the plan has 2 steps; delete it to start over";
    assert_rejected(&inconsistent, &id, None, message);
    let message =
        "invalid deployment report: expected an id with 1 to 64 of `A-Z`, `a-z`, `0-9`, `-` and `_`, found `a/b`";
    assert_rejected(&valid, "a/b", None, message);
    let mut other = Fixture::new("linear 20/1m");
    other.next(&Observation::Start);
    let message = format!("invalid deployment report: the id `{id}` belongs to another deployment; use a new id");
    assert_rejected(&valid, &id, other.record.as_ref(), &message);
}

#[test]
fn reports_are_parsed() {
    let mut fixture = Fixture::new("10/5m");
    fixture.next(&Observation::Start);
    let report = fixture.reports[0].1.clone();
    assert_eq!(DeploymentReport::from_json(report.to_json().as_bytes()).unwrap(), report);
    let mut unknown = json!(report);
    unknown["extra"] = json!(1);
    let error = DeploymentReport::from_json(unknown.to_string().as_bytes()).unwrap_err();
    let names = "`stateMachineAliasArn`, `driver`, `checkpoint`, `alarms`, `startedMillis`, `command`";
    let detail = format!("unknown field `extra`, expected one of {names}");
    assert_eq!(error, DeploymentError::InvalidInput { input: "deployment report", detail });
}

#[test]
fn a_report_has_only_valid_values() {
    let mut fixture = Fixture::new("10/5m");
    assert_eq!(DeploymentReport::new(&fixture.deployment, DRIVER, &[], None), None);
    fixture.next(&Observation::Start);
    let other = Alarm { name: "other".to_owned(), state: AlarmState::Ok };
    let report = DeploymentReport::new(&fixture.deployment, &"d\n".repeat(70), &[other], Some("a\nb")).unwrap();
    assert_eq!((report.driver.len(), report.alarms.len(), &report.command), (64, 0, &None));
    assert!(DeploymentRecord::update(None, &report.id(), &report, START).is_ok());
}

#[test]
fn an_id_has_the_start_and_a_hash() {
    let (prod, dev) = (format!("{MACHINE}:PROD"), format!("{MACHINE}:DEV"));
    let ids = [
        deployment_id(&prod, &version(2), START),
        deployment_id(&dev, &version(2), START),
        deployment_id(&prod, &version(3), START),
        deployment_id(&prod, &version(2), START + 1),
    ];
    let hashes: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(hashes.len(), 4, "{ids:?}");
    assert!(ids.iter().all(|id| id.starts_with("20251124T160000Z-") && id.len() == 21 && is_deployment_id(id)));
    for millis in [i64::MIN, -1, i64::MAX] {
        assert!(is_deployment_id(&deployment_id(&prod, &version(2), millis)), "{millis}");
    }
    assert!(!is_deployment_id("") && !is_deployment_id(&"a".repeat(65)) && !is_deployment_id("a b"));
}

proptest! {
    #![proptest_config(config(200))]

    /// The shorthand form is parsed to the same preference.
    #[test]
    fn shorthands_are_parsed(preference in crate::preferences()) {
        let expected = DeploymentPreference { alarms: None, ..preference.clone() };
        let expected = match preference.to_shorthand().as_str() {
            "all-at-once" => DeploymentPreference { percentage: None, interval: None, ..expected },
            _ => expected,
        };
        prop_assert_eq!(parse_preference(&preference.to_shorthand()), expected);
    }

    /// Reports in any order, repeated or lost, never cause an error, and never add an event twice.
    #[test]
    fn any_order_of_reports(picks in prop::collection::vec(any::<prop::sample::Index>(), 0..60)) {
        let mut fixture = Fixture::after_first_step();
        for state in [AlarmState::Ok, AlarmState::Alarm] {
            fixture.wait(60_000);
            fixture.check(state);
        }
        let reports = std::mem::take(&mut fixture.reports);
        fixture.record = None;
        for pick in picks {
            let (now, report) = pick.get(&reports).clone();
            fixture.now = now;
            fixture.send(&report);
        }
        let Some(record) = &fixture.record else { return Ok(()) };
        for event_type in [RecordEventType::Shift, RecordEventType::Rollback, RecordEventType::End] {
            prop_assert!(record.events.iter().filter(|event| event.event_type == event_type).count() <= 1);
        }
    }
}
