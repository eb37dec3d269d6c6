//! What there is in all accounts and regions: for metrics.

use super::StepFunctions;
use crate::error::Result;
use crate::store::View;

/// So many state machines are looked up at once.
const PAGE: usize = 1000;

/// How much is stored, in all accounts and regions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// State machines.
    pub state_machines: usize,
    /// Their versions.
    pub versions: usize,
    /// Their aliases.
    pub aliases: usize,
    /// How often each version, and each state machine itself, was started; those never started are
    /// left out.
    pub starts: Vec<Starts>,
}

/// How often one ARN was started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starts {
    /// The version's ARN, or the state machine's for starts without a version.
    pub arn: String,
    /// Starts since the state machine was created.
    pub count: u64,
}

impl StepFunctions {
    /// Counts everything; reads each state machine once, so not for every request.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub fn statistics(&self) -> Result<Statistics> {
        let store = &self.inner.store;
        let mut statistics = Statistics::default();
        let mut after: Option<String> = None;
        loop {
            let page = store.machines("", after.as_deref(), PAGE)?;
            for (arn, _) in &page {
                store.read(arn, &mut |view| statistics.add(arn, view))?;
            }
            match page.into_iter().last() {
                Some((last, _)) => after = Some(last),
                None => return Ok(statistics),
            }
        }
    }
}

impl Statistics {
    fn add(&mut self, arn: &str, view: &dyn View) -> Result<()> {
        self.state_machines = self.state_machines.saturating_add(1);
        self.versions = self.versions.saturating_add(view.version_count()?);
        self.aliases = self.aliases.saturating_add(view.alias_count()?);
        self.starts.extend(view.starts()?.into_iter().map(|(version, count)| {
            let arn = version.map_or_else(|| arn.to_owned(), |number| format!("{arn}:{number}"));
            Starts { arn, count }
        }));
        Ok(())
    }
}
