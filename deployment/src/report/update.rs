//! Updates the record of a deployment with a report.

use super::deployment_report::{DeploymentReport, invalid_report, is_deployment_id};
use super::events;
use super::limits::limit_names;
use super::record::{AlarmRecord, DeploymentRecord, RecordStep};
use crate::action::DeploymentOutcome;
use crate::checkpoint::{Intent, Phase};
use crate::deployment::Deployment;
use crate::error::DeploymentError;
use crate::event::EventCause;
use crate::plan::Plan;

/// A driver reports before each call. A call takes up to a minute.
const CALL_MILLIS: i64 = 75_000;
/// After a wait, the driver reports immediately.
const AFTER_WAIT_MILLIS: i64 = 15_000;
/// The longest wait between two reports. The clocks of driver and endpoint may differ.
const MAX_WAIT_MILLIS: i64 = 60_000;
/// Longer messages are truncated.
const MAX_MESSAGE_CHARS: usize = 1000;
/// Alarms of a cause. `alarms` of the record has the others.
const MAX_CAUSE_ALARMS: usize = 10;

impl DeploymentRecord {
    /// Returns the record after a report that arrived at this time, in milliseconds since 1970. `previous` is the record with
    /// this identifier, `None` for a new one.
    ///
    /// Events are derived from the difference between the report and the previous record, so a repeated report adds none. A
    /// report that arrives late changes nothing: it has fewer completed steps, no rollback although one was reported, or
    /// arrives after the end. A failed deployment can be resumed.
    ///
    /// # Errors
    /// Returns [`DeploymentError::InvalidInput`] if the identifier, the driver, the command or the alias is not valid, or if
    /// the previous record belongs to another deployment, and the errors of [`Deployment::resume`].
    pub fn update(
        previous: Option<Self>,
        id: &str,
        report: &DeploymentReport,
        now_millis: i64,
    ) -> Result<Self, DeploymentError> {
        if !is_deployment_id(id) {
            let expected = "expected an id with 1 to 64 of `A-Z`, `a-z`, `0-9`, `-` and `_`";
            return Err(invalid_report(format!("{expected}, found `{id}`")));
        }
        let deployment = report.validate()?;
        let next = Self::create(id, report, &deployment, now_millis);
        match previous {
            None => Ok(next.complete(None, &deployment, report)),
            Some(previous) if !previous.is_same_deployment(&next) => {
                Err(invalid_report(format!("the id `{id}` belongs to another deployment; use a new id")))
            }
            Some(previous) if previous.is_newer_than(&next) => Ok(previous),
            Some(previous) => Ok(next.complete(Some(previous), &deployment, report)),
        }
    }

    /// Creates the record of a report, without alarms and events.
    fn create(id: &str, report: &DeploymentReport, deployment: &Deployment, now: i64) -> Self {
        let (event, progress) = (deployment.event(), deployment.progress(now));
        let (plan, phase) = (deployment.plan(), &deployment.checkpoint().phase);
        let (rolls_back, has_ended) = (is_rolled_back(deployment), matches!(phase, Phase::Done { .. }));
        Self {
            id: id.to_owned(),
            state_machine_alias_arn: event.alias,
            driver: report.driver.clone(),
            command: report.command.clone(),
            started_millis: report.started_millis,
            reported_millis: now,
            next_report_millis: next_report_millis(phase, now),
            from_version: version_number(&plan.origin),
            to_version: version_number(&plan.target),
            preference: plan.preference.to_shorthand(),
            steps: list_steps(plan),
            steps_done: progress.steps_done,
            target_weight: progress.target_weight,
            due_millis: deployment.due_millis().filter(|_| !rolls_back && !has_ended),
            phase: event.phase.to_owned(),
            rolls_back,
            cause: event.cause.map(limit_cause),
            retry_millis: events::retry_millis(phase),
            ended_millis: has_ended.then_some(now),
            alarms: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Adds what depends on the previous record: alarms, events and times.
    fn complete(mut self, previous: Option<Self>, deployment: &Deployment, report: &DeploymentReport) -> Self {
        let now = self.reported_millis;
        self.alarms = self.update_alarms(previous.as_ref(), deployment, report);
        let mut added = events::find_events(&self, previous.as_ref(), deployment);
        if let Some(previous) = previous {
            self.ended_millis = self.ended_millis.map(|_| previous.ended_millis.unwrap_or(now));
            self.retry_millis = self.retry_millis.max(previous.retry_millis);
            self.command = self.command.or(previous.command);
            self.events = previous.events;
        }
        self.events.append(&mut added);
        self.limit_events();
        self
    }

    fn update_alarms(
        &self,
        previous: Option<&Self>,
        deployment: &Deployment,
        report: &DeploymentReport,
    ) -> Vec<AlarmRecord> {
        let known = previous.map_or(&[][..], |previous| &previous.alarms);
        if report.alarms.is_empty() {
            return known.to_vec();
        }
        let now = self.reported_millis;
        // These phases follow a check of the alarms.
        let is_checked = matches!(&*self.phase, "waiting" | "shifting" | "rollingBack" | "succeeded" | "rolledBack");
        let mut alarms: Vec<AlarmRecord> = Vec::new();
        let names = deployment.plan().alarms().iter().map(String::as_str);
        for name in limit_names(names) {
            let Some(alarm) = report.alarms.iter().find(|alarm| alarm.name == name) else { continue };
            let same = known.iter().find(|known| known.name == alarm.name && known.state == alarm.state);
            let since_millis = same.map_or(now, |known| known.since_millis);
            let checked_millis = same.filter(|_| !is_checked).map_or(now, |known| known.checked_millis);
            alarms.push(AlarmRecord { name: alarm.name.clone(), state: alarm.state, since_millis, checked_millis });
        }
        alarms
    }

    fn is_same_deployment(&self, other: &Self) -> bool {
        let key = |record: &Self| (record.started_millis, record.from_version, record.to_version, record.steps.len());
        self.state_machine_alias_arn == other.state_machine_alias_arn && key(self) == key(other)
    }

    /// Whether this record contains everything that an older report has.
    fn is_newer_than(&self, report: &Self) -> bool {
        let is_final = self.has_ended() && self.phase != "failed";
        is_final || (report.steps_done, report.rolls_back) < (self.steps_done, self.rolls_back)
    }
}

fn is_rolled_back(deployment: &Deployment) -> bool {
    let checkpoint = deployment.checkpoint();
    matches!(checkpoint.intent, Some(Intent::RollBack(_)))
        || matches!(checkpoint.phase, Phase::Done { outcome: DeploymentOutcome::RolledBack(_) })
}

fn next_report_millis(phase: &Phase, now: i64) -> Option<i64> {
    let delay = match phase {
        Phase::Done { .. } => return None,
        Phase::Waiting { until_millis, .. } => {
            until_millis.saturating_sub(now).clamp(0, MAX_WAIT_MILLIS).saturating_add(AFTER_WAIT_MILLIS)
        }
        Phase::ReadingAlias | Phase::CheckingAlarms | Phase::Updating => CALL_MILLIS,
    };
    Some(now.saturating_add(delay))
}

/// Returns the number of a version. All versions of a plan are version ARNs.
fn version_number(arn: &str) -> u64 {
    arn.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn list_steps(plan: &Plan) -> Vec<RecordStep> {
    plan.steps.iter().map(|step| RecordStep { at_seconds: step.offset_seconds, weight: step.target_weight }).collect()
}

fn limit_cause(cause: EventCause) -> EventCause {
    let EventCause { code, message, mut alarms } = cause;
    alarms.truncate(MAX_CAUSE_ALARMS);
    let code = code.map(|code| events::truncate(&code, MAX_CODE_CHARS));
    EventCause { code, message: events::truncate(&message, MAX_MESSAGE_CHARS), alarms }
}

const MAX_CODE_CHARS: usize = 100;
