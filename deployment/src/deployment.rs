//! A running deployment: it receives observations and returns actions. It performs no I/O.

use super::action::{
    Action, Alarm, AlarmState, AlarmsInput, DeploymentOutcome, DescribeInput, Observation, Rollback, UpdateInput,
    WaitReason,
};
use super::checkpoint::{CHECKPOINT_FORMAT, Checkpoint, FailureCounts, Intent, Phase};
use super::error::DeploymentError;
use super::failure::CallFailure;
use super::plan::{POLL_INTERVAL_SECONDS, Plan, Step};
use super::routing;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

const POLL_INTERVAL_MILLIS: i64 = POLL_INTERVAL_SECONDS as i64 * 1000;

/// A running deployment. The caller (the *driver*) calls [`Deployment::next`], executes the returned action, and passes
/// the result to the next call.
///
/// It follows CloudFormation's provider, with one difference: it also describes the alias before the first update, and
/// after each restart or failure; after a failed update, it also checks the alarms again. Texts of drift end before the
/// suffix ` (Service: null; ...)` of the provider's Java SDK. It compares the alias's routing with the checkpoint:
/// - The routing before an unconfirmed update: the update is repeated.
/// - The routing after an unconfirmed update: the deployment continues.
/// - Any other routing is drift: the alias is left unchanged.
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
    /// Creates a deployment that has not started.
    ///
    /// # Errors
    /// Returns [`DeploymentError::Rejected`] if AWS would reject the updates: `alias` is not an alias ARN, the versions
    /// belong to another state machine, or the description is too long.
    pub fn new(alias: &str, description: Option<&str>, plan: Plan) -> Result<Self, DeploymentError> {
        let checkpoint = Checkpoint {
            format: CHECKPOINT_FORMAT,
            state_machine_alias_arn: alias.to_owned(),
            description: description.map(str::to_owned),
            plan: plan.request(),
            started_millis: None,
            steps_done: 0,
            last_shift_at_millis: None,
            intent: None,
            shift_in_flight: false,
            failures: FailureCounts::default(),
            phase: Phase::ReadingAlias,
        };
        Self::from_parts(checkpoint, plan)
    }

    pub(super) fn from_parts(checkpoint: Checkpoint, plan: Plan) -> Result<Self, DeploymentError> {
        let (alias, description) = (&checkpoint.state_machine_alias_arn, checkpoint.description.as_deref());
        // One check is sufficient: all versions of the plan belong to one state machine.
        routing::validate_update(alias, description, &plan.before)?;
        let request = plan.request();
        Ok(Self { checkpoint: Checkpoint { plan: request, ..checkpoint }, plan })
    }

    /// Returns the plan.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns the checkpoint. The driver saves it before it executes the last action.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Returns `saveFirst` of an action: whether it must not be executed without a saved checkpoint, because it is a
    /// shift. See [`Driver::next`](super::Driver::next).
    pub(super) fn saves_first(&self, action: &Action) -> bool {
        matches!(action, Action::UpdateAlias { .. }) && self.checkpoint.intent == Some(Intent::Shift)
    }

    /// Returns the next action after an observation, at a time in milliseconds since 1970.
    ///
    /// # Errors
    /// Returns [`DeploymentError::UnexpectedObservation`] if the observation does not answer the last action. Then the
    /// deployment is unchanged.
    pub fn next(&mut self, now: i64, observation: &Observation) -> Result<Action, DeploymentError> {
        let action = match (&self.checkpoint.phase, observation) {
            (Phase::Done { .. }, _) => self.on_ended(observation),
            (Phase::Waiting { .. }, Observation::Start | Observation::Waited) => self.on_waited(now),
            (_, Observation::Start) => self.read_alias(),
            (Phase::ReadingAlias, Observation::Alias { routing_configuration }) => {
                self.on_alias(now, routing_configuration)
            }
            (Phase::CheckingAlarms, Observation::Alarms { alarms }) => self.on_alarms(now, alarms),
            (Phase::Updating, Observation::Updated) => self.on_updated(now),
            (Phase::ReadingAlias | Phase::CheckingAlarms | Phase::Updating, Observation::Failed(failure)) => {
                self.on_failure(now, failure)
            }
            (phase, observation) => {
                let (observed, expected) = (observation.name(), expected_observation(phase));
                return Err(DeploymentError::UnexpectedObservation { observed, expected });
            }
        };
        self.checkpoint.started_millis.get_or_insert(now);
        Ok(action)
    }

    /// Resumes a failed deployment. For a successful one, checks whether its routing is still in place.
    fn on_ended(&mut self, observation: &Observation) -> Action {
        use DeploymentOutcome::{Failed, Succeeded};
        match &self.checkpoint.phase {
            Phase::Done { outcome }
                if !matches!((outcome, observation), (Failed { .. } | Succeeded, Observation::Start)) =>
            {
                Action::Done { outcome: outcome.clone() }
            }
            _ => {
                self.checkpoint.failures = FailureCounts::default();
                self.read_alias()
            }
        }
    }

    fn on_waited(&mut self, now: i64) -> Action {
        match &self.checkpoint.phase {
            // Not earlier than planned: soon after an update, the alias may still return the previous routing.
            Phase::Waiting { until_millis, reason } if now < *until_millis => {
                // If the clock was set back, alarms are still checked within the poll interval.
                let until = (*until_millis).min(now.saturating_add(POLL_INTERVAL_MILLIS));
                let reason = reason.clone();
                self.wait(until, reason)
            }
            _ => self.read_alias(),
        }
    }

    fn read_alias(&mut self) -> Action {
        self.checkpoint.phase = Phase::ReadingAlias;
        let state_machine_alias_arn = self.checkpoint.state_machine_alias_arn.clone();
        Action::DescribeAlias { input: DescribeInput { state_machine_alias_arn } }
    }

    fn last_step(&self) -> Option<&Step> {
        self.plan.steps.get(self.checkpoint.steps_done.checked_sub(1)?)
    }

    fn next_step(&self) -> Option<&Step> {
        self.plan.steps.get(self.checkpoint.steps_done)
    }

    /// Returns the routing that the alias must have now.
    pub(super) fn expected_routing(&self) -> &[Route] {
        self.last_step().map_or(&self.plan.before, |step| &step.routing)
    }

    fn intended_routing(&self, intent: &Intent) -> Vec<Route> {
        match intent {
            Intent::Shift => self.next_step().map(|step| step.routing.clone()).unwrap_or_default(),
            Intent::RollBack { .. } => routing::single_route(&self.plan.origin),
        }
    }

    fn on_alias(&mut self, now: i64, found: &[Route]) -> Action {
        use routing::is_same_routing;
        self.checkpoint.failures.describe_alias = 0;
        let is_before = is_same_routing(found, self.expected_routing());
        // An update whose response was lost may take effect after the next read.
        let was_requested = self.checkpoint.shift_in_flight || self.checkpoint.intent == Some(Intent::Shift);
        let is_after = was_requested && self.next_step().is_some_and(|step| is_same_routing(found, &step.routing));
        match self.checkpoint.intent.clone() {
            // An update that does not change the routing cannot be confirmed by reading, so it is repeated.
            Some(rollback @ Intent::RollBack(_)) if is_before || is_after => self.update(rollback),
            Some(rollback @ Intent::RollBack(_)) if is_same_routing(found, &self.intended_routing(&rollback)) => {
                self.on_updated(now)
            }
            Some(Intent::Shift) | None if is_before => self.start_step(now),
            Some(Intent::Shift) | None if is_after => {
                self.checkpoint.intent = Some(Intent::Shift);
                self.on_updated(now)
            }
            _ => self.on_drift(found),
        }
    }

    fn start_step(&mut self, now: i64) -> Action {
        self.checkpoint.intent = None;
        match self.next_step() {
            Some(_) => self.check_alarms(now),
            None => self.finish(DeploymentOutcome::Succeeded),
        }
    }

    fn on_drift(&mut self, found: &[Route]) -> Action {
        let message = format!(
            "Failed to continue deployment of type '{}', drift detected. Expected routing configuration: '{}', actual \
             routing configuration: '{}'. Ensure that UpdateStateMachineAlias is not being invoked elsewhere and try \
             the deployment again.",
            self.plan.deployment_type,
            routing::format_routing(self.expected_routing()),
            routing::format_routing(found)
        );
        self.finish(DeploymentOutcome::Drifted { message, routing: found.to_vec() })
    }

    fn check_alarms(&mut self, now: i64) -> Action {
        if self.plan.alarms().is_empty() {
            return self.shift_or_wait(now);
        }
        self.checkpoint.phase = Phase::CheckingAlarms;
        Action::DescribeAlarms { input: AlarmsInput::new(self.plan.alarms().to_vec()) }
    }

    fn on_alarms(&mut self, now: i64, states: &[Alarm]) -> Action {
        self.checkpoint.failures.describe_alarms = 0;
        let is_in_alarm =
            |name: &&String| states.iter().any(|alarm| alarm.name == **name && alarm.state == AlarmState::Alarm);
        let mut alarms: Vec<String> = self.plan.alarms().iter().filter(is_in_alarm).cloned().collect();
        routing::sort_as_hash_set(&mut alarms, |name| routing::hash_string(name));
        if alarms.is_empty() {
            return self.shift_or_wait(now);
        }
        let names = alarms.join(", ");
        let message =
            format!("Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [{names}].");
        self.roll_back(Rollback { message, alarms })
    }

    /// Starts the next step if it is due, otherwise waits until the next check.
    fn shift_or_wait(&mut self, now: i64) -> Action {
        let due = self.due_millis().unwrap_or(now);
        if now >= due {
            return self.update(Intent::Shift);
        }
        self.wait(now.saturating_add(POLL_INTERVAL_MILLIS).min(due), WaitReason::Interval)
    }

    /// Returns when the next step is due, or `None` for the first step.
    pub(super) fn due_millis(&self) -> Option<i64> {
        let interval_millis = self.last_step()?.wait_seconds().saturating_mul(1000);
        Some(self.checkpoint.last_shift_at_millis?.saturating_add_unsigned(interval_millis))
    }

    fn roll_back(&mut self, rollback: Rollback) -> Action {
        // A call of its own: failures of a shift do not count.
        self.checkpoint.failures.update_alias = 0;
        self.update(Intent::RollBack(rollback))
    }

    fn update(&mut self, intent: Intent) -> Action {
        let input = UpdateInput {
            state_machine_alias_arn: self.checkpoint.state_machine_alias_arn.clone(),
            description: self.checkpoint.description.clone(),
            routing_configuration: self.intended_routing(&intent),
        };
        self.checkpoint.shift_in_flight |= intent == Intent::Shift;
        self.checkpoint.intent = Some(intent);
        self.checkpoint.phase = Phase::Updating;
        Action::UpdateAlias { input }
    }

    fn on_updated(&mut self, now: i64) -> Action {
        self.checkpoint.failures.update_alias = 0;
        match self.checkpoint.intent.take() {
            Some(Intent::RollBack(rollback)) => self.finish(DeploymentOutcome::RolledBack(rollback)),
            Some(Intent::Shift) => self.on_shifted(now),
            // Only a modified checkpoint has an update without an intent. Start again with the alias.
            None => self.read_alias(),
        }
    }

    fn on_shifted(&mut self, now: i64) -> Action {
        self.checkpoint.shift_in_flight = false;
        self.checkpoint.steps_done = self.checkpoint.steps_done.saturating_add(1);
        self.checkpoint.last_shift_at_millis = Some(now);
        match self.due_millis() {
            Some(due) if self.next_step().is_some() => {
                self.wait(now.saturating_add(POLL_INTERVAL_MILLIS).min(due), WaitReason::Interval)
            }
            _ => self.finish(DeploymentOutcome::Succeeded),
        }
    }

    fn on_failure(&mut self, now: i64, failure: &CallFailure) -> Action {
        let count = self.checkpoint.failures.last_call_mut(&self.checkpoint.phase);
        *count = count.saturating_add(1);
        let (failures, code, message) = (*count, failure.code.clone(), failure.message.clone());
        // A rollback is retried without limit, because nothing else restores the routing.
        let is_limited = !matches!(self.checkpoint.intent, Some(Intent::RollBack { .. }));
        if let Some(delay) = failure.retry_delay_millis(failures, is_limited) {
            return self.wait(now.saturating_add(delay), WaitReason::Retry { code, message, failures });
        }
        if self.checkpoint.phase == Phase::CheckingAlarms && self.checkpoint.steps_done > 0 {
            // As CloudFormation if its provider fails: without the alarm states, an error of the new version is not detected.
            let message = format!("Aborting deployment. The CloudWatch alarms cannot be read: {code}: {message}");
            return self.roll_back(Rollback { message, alarms: Vec::new() });
        }
        if failure.is_client_error() && self.checkpoint.intent == Some(Intent::Shift) {
            // The service did not execute the update, so nothing is in flight.
            (self.checkpoint.intent, self.checkpoint.shift_in_flight) = (None, false);
        }
        self.finish(DeploymentOutcome::Failed { code, message })
    }

    fn wait(&mut self, until_millis: i64, reason: WaitReason) -> Action {
        self.checkpoint.phase = Phase::Waiting { until_millis, reason: reason.clone() };
        Action::Wait { until_millis, reason }
    }

    fn finish(&mut self, outcome: DeploymentOutcome) -> Action {
        self.checkpoint.phase = Phase::Done { outcome: outcome.clone() };
        Action::Done { outcome }
    }
}

/// Returns the observation that answers the last action.
const fn expected_observation(phase: &Phase) -> &'static str {
    match phase {
        Phase::ReadingAlias => "alias",
        Phase::CheckingAlarms => "alarms",
        Phase::Updating => "updated",
        Phase::Waiting { .. } => "waited",
        Phase::Done { .. } => "start",
    }
}
