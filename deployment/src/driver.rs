//! The deployment itself: told what was observed, it says what to do next. It does nothing itself.

use super::action::{
    Action, Alarm, AlarmState, AlarmsInput, DeploymentOutcome, DescribeInput, Observation, Reason, UpdateInput,
};
use super::checkpoint::{Checkpoint, FORMAT, Intent, Phase};
use super::error::DeploymentError;
use super::plan::{POLL_SECONDS, Plan, Step};
use super::{retry, routes};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

const POLL_MILLIS: i64 = POLL_SECONDS as i64 * 1000;

/// A deployment that is under way. It is driven from outside: [`Deployment::next`] says what to do, the driver
/// does it and tells what came of it.
///
/// The course is that of CloudFormation's provider, with one reading more: the alias is also described before
/// the first update, and after every restart or failure. What is found then is compared with what the checkpoint
/// says: where the alias leads where it led before an update whose answer was lost, the update is made again;
/// where it leads where the update was to lead, it goes on; anything else is drift, and is not touched.
///
/// ```
/// use sfn_alias_deployment::{Action, Deployment, Observation, PlanRequest};
/// use sfn_alias::wire::output::RoutingConfigurationOutput;
/// let orders = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
/// let route = |n, weight| RoutingConfigurationOutput { state_machine_version_arn: format!("{orders}:{n}"), weight };
/// let plan = PlanRequest {
///     shorthand: Some("10/5m".into()),
///     current_routing: vec![route(1, 100)],
///     new_version: Some(format!("{orders}:2")),
///     ..Default::default()
/// };
/// let mut deployment = Deployment::new(&format!("{orders}:PROD"), None, plan.plan()?)?;
/// deployment.next(0, &Observation::Start)?;
/// let action = deployment.next(0, &Observation::Alias { routing_configuration: vec![route(1, 100)] })?;
/// let Action::UpdateAlias { input } = action else { unreachable!() };
/// assert_eq!(input.routing_configuration, [route(2, 10), route(1, 90)]);
/// # Ok::<(), sfn_alias_deployment::DeploymentError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Deployment {
    checkpoint: Checkpoint,
    plan: Plan,
}

impl Deployment {
    /// A deployment that has not begun.
    ///
    /// # Errors
    /// [`DeploymentError::Refused`] where AWS would refuse the updates: an ARN that is no alias's, or another
    /// state machine's, or a description that is too long.
    pub fn new(alias: &str, description: Option<&str>, plan: Plan) -> Result<Self, DeploymentError> {
        let checkpoint = Checkpoint {
            format: FORMAT,
            state_machine_alias_arn: alias.to_owned(),
            description: description.map(str::to_owned),
            plan: plan.request(),
            steps_done: 0,
            last_shift_at_millis: None,
            intent: None,
            shift_in_flight: false,
            failures: 0,
            phase: Phase::Reading,
        };
        Self::of(checkpoint, plan)
    }

    pub(super) fn of(checkpoint: Checkpoint, plan: Plan) -> Result<Self, DeploymentError> {
        let (alias, description) = (&checkpoint.state_machine_alias_arn, checkpoint.description.as_deref());
        // The versions of the steps are of the same state machine as the version before.
        routes::check_update(alias, description, &plan.before)?;
        let request = plan.request();
        Ok(Self { checkpoint: Checkpoint { plan: request, ..checkpoint }, plan })
    }

    /// The plan that it follows.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What to remember, to be kept before the last action is carried out.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Whether this action must not be done unless the checkpoint was kept: a shift. Where keeping it fails, all else
    /// goes on: the alarms are looked at, and a rollback is made. The failure is told at the end, or at the next
    /// shift.
    pub fn requires_save(&self, action: &Action) -> bool {
        matches!(action, Action::UpdateAlias { .. }) && self.checkpoint.intent == Some(Intent::Shift)
    }

    /// What to do next, at a time in milliseconds since 1970, after an observation.
    ///
    /// # Errors
    /// [`DeploymentError::Unexpected`] for an observation that is no answer to the last action; nothing has
    /// changed then.
    pub fn next(&mut self, now: i64, observation: &Observation) -> Result<Action, DeploymentError> {
        match (&self.checkpoint.phase, observation) {
            // What has failed goes on; what has succeeded looks whether that still holds.
            (
                Phase::Done { outcome: DeploymentOutcome::Failed { .. } | DeploymentOutcome::Succeeded },
                Observation::Start,
            ) => {
                self.checkpoint.failures = 0;
                Ok(self.read())
            }
            (Phase::Done { outcome }, _) => Ok(Action::Done { outcome: outcome.clone() }),
            (Phase::Waiting { until_millis, reason }, Observation::Start | Observation::Waited) => {
                // Nothing is read early: a reading so soon after an update might still be the one before.
                if now >= *until_millis {
                    return Ok(self.read());
                }
                // Where the clock was set back, the alarms are not left alone for longer than ever.
                let (until, reason) = ((*until_millis).min(now.saturating_add(POLL_MILLIS)), reason.clone());
                Ok(self.wait(until, reason))
            }
            (_, Observation::Start) => Ok(self.read()),
            (Phase::Reading, Observation::Alias { routing_configuration }) => {
                Ok(self.compare(now, routing_configuration))
            }
            (Phase::CheckingAlarms, Observation::Alarms { alarms }) => Ok(self.judge(now, alarms)),
            (Phase::Updating, Observation::Updated) => Ok(self.confirm(now)),
            (Phase::Reading | Phase::CheckingAlarms | Phase::Updating, Observation::Failed { code, message }) => {
                Ok(self.fail(now, code, message))
            }
            (phase, observation) => {
                Err(DeploymentError::Unexpected { observed: observation.name(), awaited: awaited(phase) })
            }
        }
    }

    fn read(&mut self) -> Action {
        self.checkpoint.phase = Phase::Reading;
        let state_machine_alias_arn = self.checkpoint.state_machine_alias_arn.clone();
        Action::DescribeAlias { input: DescribeInput { state_machine_alias_arn } }
    }

    /// Where the alias must lead now.
    pub(super) fn expected(&self) -> &[Route] {
        let last = self.checkpoint.steps_done.checked_sub(1).and_then(|last| self.plan.steps.get(last));
        last.map_or(&self.plan.before, |step| &step.routing)
    }

    fn next_step(&self) -> Option<&Step> {
        self.plan.steps.get(self.checkpoint.steps_done)
    }

    fn intended(&self, intent: &Intent) -> Vec<Route> {
        match intent {
            Intent::Shift => self.next_step().map(|step| step.routing.clone()).unwrap_or_default(),
            Intent::RollBack { .. } => routes::only(&self.plan.origin),
        }
    }

    fn compare(&mut self, now: i64, found: &[Route]) -> Action {
        let as_before = routes::same(found, self.expected());
        // An update whose answer was lost may come through later than the next reading.
        let asked = self.checkpoint.shift_in_flight || self.checkpoint.intent == Some(Intent::Shift);
        let as_next = asked && self.next_step().is_some_and(|step| routes::same(found, &step.routing));
        match self.checkpoint.intent.clone() {
            // Where an update changes nothing that can be seen, it is made again.
            Some(intent @ Intent::RollBack { .. }) if !as_before && routes::same(found, &self.intended(&intent)) => {
                self.confirm(now)
            }
            Some(intent @ Intent::RollBack { .. }) if as_before || as_next => self.update(intent),
            Some(Intent::Shift) | None if as_next && !as_before => {
                self.checkpoint.intent = Some(Intent::Shift);
                self.confirm(now)
            }
            Some(Intent::Shift) | None if as_before => {
                self.checkpoint.intent = None;
                if self.next_step().is_none() { self.end(DeploymentOutcome::Succeeded) } else { self.look(now) }
            }
            _ => self.drifted(found),
        }
    }

    fn drifted(&mut self, found: &[Route]) -> Action {
        let message = format!(
            "Failed to continue deployment of type '{}', drift detected. Expected routing configuration: '{}', actual \
             routing configuration: '{}'. Ensure that UpdateStateMachineAlias is not being invoked elsewhere and try \
             the deployment again.",
            self.plan.deployment_type,
            routes::printed(self.expected()),
            routes::printed(found)
        );
        self.end(DeploymentOutcome::Drifted { message, routing: found.to_vec() })
    }

    /// At the alarms, where there are any.
    fn look(&mut self, now: i64) -> Action {
        if self.plan.alarms().is_empty() {
            return self.proceed(now);
        }
        self.checkpoint.phase = Phase::CheckingAlarms;
        let alarm_names = self.plan.alarms().to_vec();
        let alarm_types = ["CompositeAlarm", "MetricAlarm"];
        Action::DescribeAlarms { input: AlarmsInput { alarm_names, alarm_types, max_records: 100 } }
    }

    fn judge(&mut self, now: i64, states: &[Alarm]) -> Action {
        let in_alarm =
            |name: &&String| states.iter().any(|alarm| alarm.name == **name && alarm.state == AlarmState::Alarm);
        let alarms: Vec<String> = self.plan.alarms().iter().filter(in_alarm).cloned().collect();
        if alarms.is_empty() {
            return self.proceed(now);
        }
        let named = alarms.join(", ");
        let message =
            format!("Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [{named}].");
        self.update(Intent::RollBack { message, alarms })
    }

    /// To the next step when its time has come, else to the next look.
    fn proceed(&mut self, now: i64) -> Action {
        let due = self.due_millis().unwrap_or(now);
        if now >= due {
            return self.update(Intent::Shift);
        }
        self.checkpoint.failures = 0;
        self.wait(now.saturating_add(POLL_MILLIS).min(due), Reason::Interval)
    }

    /// When the next step may be made; `None` for the first.
    pub(super) fn due_millis(&self) -> Option<i64> {
        let last = self.checkpoint.steps_done.checked_sub(1).and_then(|last| self.plan.steps.get(last))?;
        Some(self.checkpoint.last_shift_at_millis?.saturating_add_unsigned(last.wait_seconds().saturating_mul(1000)))
    }

    fn update(&mut self, intent: Intent) -> Action {
        let input = UpdateInput {
            state_machine_alias_arn: self.checkpoint.state_machine_alias_arn.clone(),
            description: self.checkpoint.description.clone(),
            routing_configuration: self.intended(&intent),
        };
        self.checkpoint.shift_in_flight |= intent == Intent::Shift;
        self.checkpoint.intent = Some(intent);
        self.checkpoint.phase = Phase::Updating;
        Action::UpdateAlias { input }
    }

    fn confirm(&mut self, now: i64) -> Action {
        self.checkpoint.failures = 0;
        match self.checkpoint.intent.take() {
            Some(Intent::RollBack { message, alarms }) => self.end(DeploymentOutcome::RolledBack { message, alarms }),
            Some(Intent::Shift) => {
                self.checkpoint.shift_in_flight = false;
                self.checkpoint.steps_done = self.checkpoint.steps_done.saturating_add(1);
                self.checkpoint.last_shift_at_millis = Some(now);
                match self.due_millis() {
                    Some(due) if self.next_step().is_some() => {
                        self.wait(now.saturating_add(POLL_MILLIS).min(due), Reason::Interval)
                    }
                    _ => self.end(DeploymentOutcome::Succeeded),
                }
            }
            // An update without an intent is in no checkpoint that a deployment writes: begin at the alias again.
            None => self.read(),
        }
    }

    fn fail(&mut self, now: i64, code: &str, message: &str) -> Action {
        let failures = self.checkpoint.failures.saturating_add(1);
        self.checkpoint.failures = failures;
        let (code, message) = (code.to_owned(), message.to_owned());
        // Nobody else rolls back.
        let gives_up = !matches!(self.checkpoint.intent, Some(Intent::RollBack { .. }));
        if let Some(pause) = retry::pause_millis(&code, failures, gives_up) {
            return self.wait(now.saturating_add(pause), Reason::Retry { code, message, failures });
        }
        if self.checkpoint.phase == Phase::CheckingAlarms && self.checkpoint.steps_done > 0 {
            // As CloudFormation would do after the provider has failed; with nobody watching, it is safer too.
            self.checkpoint.failures = 0;
            let message = format!("Aborting deployment. The CloudWatch alarms cannot be read: {code}: {message}");
            return self.update(Intent::RollBack { message, alarms: Vec::new() });
        }
        self.end(DeploymentOutcome::Failed { code, message })
    }

    fn wait(&mut self, until_millis: i64, reason: Reason) -> Action {
        self.checkpoint.phase = Phase::Waiting { until_millis, reason: reason.clone() };
        Action::Wait { until_millis, reason }
    }

    fn end(&mut self, outcome: DeploymentOutcome) -> Action {
        self.checkpoint.phase = Phase::Done { outcome: outcome.clone() };
        Action::Done { outcome }
    }
}

const fn awaited(phase: &Phase) -> &'static str {
    match phase {
        Phase::Reading => "the alias",
        Phase::CheckingAlarms => "the alarms",
        Phase::Updating => "the update",
        Phase::Waiting { .. } => "time to pass",
        Phase::Done { .. } => "nothing",
    }
}
