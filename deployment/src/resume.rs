//! From a record that was kept back to its deployment.

use super::action::Outcome;
use super::driver::Deployment;
use super::fault::DeploymentError;
use super::plan::{Plan, PlanRequest};
use super::record::{FORMAT, Phase, Record};

impl Deployment {
    /// The deployment of a record; its next observation is [`Observation::Start`](super::Observation::Start).
    ///
    /// # Errors
    /// [`DeploymentError::Record`] for a record that no deployment of this version wrote; otherwise as
    /// [`Deployment::new`] and [`super::PlanRequest::plan`].
    pub fn resume(record: Record) -> Result<Self, DeploymentError> {
        let refuse = |fault: String| Err(DeploymentError::Record { fault });
        if record.format != FORMAT {
            return refuse(format!("its format is {}, not {FORMAT}", record.format));
        }
        let plan = record.plan.plan()?;
        let steps = plan.steps.len();
        if record.steps_done > steps {
            return refuse(format!("{} of {steps} steps are done", record.steps_done));
        }
        if (record.steps_done > 0) != record.shifted_millis.is_some() {
            return refuse("`stepsDone` and `shiftedMillis` belong together".to_owned());
        }
        Self::of(record, plan)
    }

    /// As [`Deployment::resume`], where the record is of the deployment that is asked for: with the same plan, on
    /// the same alias, with the same description. Where the alias led before is the record's to say. `None` where
    /// the record is of another one that has ended: the one that is asked for is to begin.
    ///
    /// # Errors
    /// [`DeploymentError::Another`], and as [`Deployment::resume`].
    pub fn resume_asked(
        record: Record,
        alias: &str,
        description: Option<&str>,
        asked: PlanRequest,
    ) -> Result<Option<Self>, DeploymentError> {
        let kept = Self::resume(record)?;
        let asked = PlanRequest { current_routing: kept.plan().before.clone(), ..asked }.plan();
        let differs = kept.differs(alias, description, asked.as_ref().ok());
        match differs {
            None => asked.map(|_| Some(kept)),
            Some(_) if kept.has_ended() => Ok(None),
            Some(member) => {
                asked?;
                Err(kept.another(member))
            }
        }
    }

    /// Whether nothing is under way: it went to its end, or failed before it changed anything.
    fn has_ended(&self) -> bool {
        let record = self.record();
        match &record.phase {
            Phase::Done { outcome: Outcome::Failed { .. } } => record.steps_done == 0 && record.intent.is_none(),
            Phase::Done { .. } => true,
            _ => false,
        }
    }

    /// The first member in which it is not what is asked for.
    fn differs(&self, alias: &str, description: Option<&str>, asked: Option<&Plan>) -> Option<&'static str> {
        let (record, plan) = (self.record(), self.plan());
        let Some(asked) = asked else { return Some("preference") };
        let (ours, theirs) = (&plan.preference, &asked.preference);
        [
            ("alias", record.state_machine_alias_arn == alias),
            ("version", plan.target == asked.target),
            ("Type", plan.kind == asked.kind),
            ("Percentage", ours.percentage == theirs.percentage),
            ("Interval", ours.interval == theirs.interval),
            ("Steps", ours.steps == theirs.steps),
            ("Alarms", ours.alarms == theirs.alarms),
            ("description", record.description.as_deref() == description),
        ]
        .into_iter()
        .find_map(|(member, same)| (!same).then_some(member))
    }

    fn another(self, member: &'static str) -> DeploymentError {
        let (plan, alias) = (self.plan(), self.record().state_machine_alias_arn.clone());
        DeploymentError::Another { kind: plan.kind, target: plan.target.clone(), alias, member }
    }
}
