//! Runs deployments with the driver of `sfn-alias deploy`, one step at a time.

use super::content::{ALARM_NAME, alarm_rules};
use super::world::World;
use serde_json::json;
use sfn_alias::{AlarmRules, AlarmStateValue};
use sfn_alias_deployment::{
    Action, Alarm, AlarmState, CallFailure, DeploymentRequest, Driver, Observation, PlanRequest, Route,
};

const DRIVER: &str = concat!("sfn-alias deploy ", env!("CARGO_PKG_VERSION"));

/// A deployment of PROD.
#[derive(Debug)]
pub(super) struct Rollout {
    driver: Driver,
    alarms: Vec<Alarm>,
    version: u32,
    command: String,
    /// When it started.
    pub started: i64,
    /// When the driver continues. `None` after the end.
    pub due: Option<i64>,
}

impl Rollout {
    /// Starts a deployment to a version, for example `canary 10/5m`, and makes its first shift. Returns `None` if someone has
    /// deleted the alias or the version.
    pub fn start(world: &World, shorthand: &str, version: u32) -> Option<Self> {
        let alias = world.arn("PROD");
        let described = world.call("DescribeStateMachineAlias", &json!({"stateMachineAliasArn": alias})).ok()?;
        let routing: Vec<Route> = serde_json::from_value(described.get("routingConfiguration")?.clone()).ok()?;
        let target = world.arn(&version.to_string());
        let plan = PlanRequest {
            shorthand: Some(shorthand.to_owned()),
            new_version: Some(target.clone()),
            alarms: Some(vec![ALARM_NAME.to_owned()]),
            ..PlanRequest::default()
        };
        let command = format!(
            "sfn-alias deploy {alias} {target} --{shorthand} --alarm {ALARM_NAME} --alarm-command 'sfn-alias alarms alarms.json'"
        );
        let request = DeploymentRequest { state_machine_alias_arn: alias, description: None, plan };
        let driver = Driver::new(request.start(routing).ok()?);
        let started = world.clock.now_millis();
        let mut rollout = Self { driver, version, alarms: Vec::new(), command, started, due: None };
        rollout.run(world, Observation::Start);
        Some(rollout)
    }

    /// Continues after a wait.
    pub fn resume(&mut self, world: &World) {
        self.run(world, Observation::Waited);
    }

    /// Executes actions until the driver waits or has ended.
    fn run(&mut self, world: &World, first: Observation) {
        let mut observation = first;
        self.due = loop {
            if let Observation::Alarms { alarms } = &observation {
                self.alarms.clone_from(alarms);
            }
            let action = self.driver.next(world.clock.now_millis(), &observation, |_| Ok(()));
            self.report(world);
            observation = match action {
                Ok(Action::Wait { until_millis, .. }) => break Some(until_millis),
                Ok(Action::Done { .. }) | Err(_) => break None,
                Ok(call) => execute(world, self.version, &call).unwrap_or_else(Observation::Failed),
            };
        };
    }

    fn report(&self, world: &World) {
        let deployment = self.driver.deployment();
        let report = sfn_alias_deployment::DeploymentReport::new(deployment, DRIVER, &self.alarms, Some(&self.command));
        if let Some(report) = report {
            world.report(&report);
        }
    }
}

fn execute(world: &World, version: u32, action: &Action) -> Result<Observation, CallFailure> {
    match action {
        Action::DescribeAlias { input } => {
            let alias = world.call("DescribeStateMachineAlias", &json!(input))?;
            let routing = alias.get("routingConfiguration").cloned().unwrap_or_default();
            let routing_configuration = serde_json::from_value(routing).unwrap_or_default();
            Ok(Observation::Alias { routing_configuration })
        }
        Action::UpdateAlias { input } => {
            world.update_alias(&json!(input), "sfn-alias deploy").map(|()| Observation::Updated)
        }
        Action::DescribeAlarms { .. } => read_alarms(world, version),
        Action::Wait { .. } | Action::Done { .. } => Ok(Observation::Waited),
    }
}

/// Evaluates the alarm from the stored executions, as `sfn-alias alarms`.
fn read_alarms(world: &World, version: u32) -> Result<Observation, CallFailure> {
    let failure = |message: String| CallFailure { code: "AlarmCommand".to_owned(), message, status: None };
    let rules = AlarmRules::parse(&alarm_rules(version)).map_err(|error| failure(error.to_string()))?;
    let states = world.service.evaluate_alarms(&rules).map_err(|error| failure(error.to_string()))?;
    let alarms = states.into_iter().map(|alarm| {
        let state = if alarm.state == AlarmStateValue::Alarm { AlarmState::Alarm } else { AlarmState::Ok };
        Alarm { name: alarm.name, state }
    });
    Ok(Observation::Alarms { alarms: alarms.collect() })
}
