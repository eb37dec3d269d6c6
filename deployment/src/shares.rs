//! The shares of the new version, step by step, as CloudFormation's provider computes them.

use super::preference::{DeploymentPreference, DeploymentType};

/// Per step: percent for the new version, and minutes until the next step. Of a preference that nothing is
/// wrong with.
pub fn shares(kind: DeploymentType, preference: &DeploymentPreference) -> Vec<(u8, u64)> {
    let (percentage, interval) = (percent(preference.percentage), minutes(preference.interval));
    let mut shares = match kind {
        DeploymentType::AllAtOnce => Vec::new(),
        DeploymentType::Canary => vec![(percentage, interval)],
        DeploymentType::Linear => linear(percentage).map(|share| (share, interval)).collect(),
        DeploymentType::Custom => {
            let steps = preference.steps.as_deref().unwrap_or_default();
            steps.iter().map(|step| (percent(step.percentage), minutes(step.interval))).collect()
        }
    };
    shares.push((100, 0));
    shares
}

/// P, 2P, 3P and so on, as long as they are below 100.
fn linear(percentage: u8) -> impl Iterator<Item = u8> {
    std::iter::successors(Some(percentage), move |share| share.checked_add(percentage)).take_while(|share| *share < 100)
}

/// A value out of its range does not get here; it would become one that ends the steps.
fn percent(given: Option<i64>) -> u8 {
    given.and_then(|given| u8::try_from(given).ok()).filter(|given| (1..100).contains(given)).unwrap_or(100)
}

fn minutes(given: Option<i64>) -> u64 {
    given.and_then(|given| u64::try_from(given).ok()).unwrap_or(0).min(super::preference::MAX_MINUTES as u64)
}
