//! How many starts each version is to see while a deployment runs.

use super::error::DeploymentError;
use super::plan::Plan;
use serde::Serialize;

/// Starts to expect while a deployment runs, at a steady rate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedStarts {
    /// The rate that was asked for.
    pub starts_per_second: f64,
    /// Step by step, without the last, which has no end.
    pub steps: Vec<StepStarts>,
    /// From the first update to the last.
    pub total: StepStarts,
}

/// Starts to expect in a step, or in all.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepStarts {
    /// Seconds after the first update.
    pub offset_seconds: u64,
    /// For how long.
    pub seconds: u64,
    /// Starts of the alias, rounded.
    pub starts: u64,
    /// Of these, on the version that is deployed.
    pub target: CountEstimate,
    /// Of these, on the version before.
    pub origin: CountEstimate,
}

/// How many of a number of starts fall on a version: each by a random number of its own, so the count is binomial.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CountEstimate {
    /// The mean.
    pub expected: f64,
    /// The standard deviation.
    pub standard_deviation: f64,
    /// Fewer are seen in at most one of 40 deployments.
    pub low: u64,
    /// More are seen in at most one of 40 deployments.
    pub high: u64,
}

/// Beyond this variance the normal distribution is as good as the binomial: their quantiles differ by one.
const NORMAL_FROM: f64 = 100.0;
/// Of the normal distribution, 2.5 percent lie above so many standard deviations.
const TWO_SIDED_95: f64 = 1.959_964;
const TAIL: f64 = 0.025;
const HIGHEST_RATE: f64 = 1e6;

/// How many starts each version sees per step and in total, when the alias is started so often.
///
/// # Errors
/// [`DeploymentError::Rate`] for a rate that is none.
pub fn expected_starts(plan: &Plan, starts_per_second: f64) -> Result<ExpectedStarts, DeploymentError> {
    if !(0.0..=HIGHEST_RATE).contains(&starts_per_second) {
        return Err(DeploymentError::Rate { given: starts_per_second.to_string() });
    }
    let waits = plan.steps.iter().filter(|step| step.wait_seconds() > 0);
    let steps: Vec<StepStarts> = waits
        .map(|step| {
            let seconds = step.wait_seconds();
            of_step(step.offset_seconds, seconds, starts_per_second, f64::from(step.target_weight) / 100.0)
        })
        .collect();
    Ok(ExpectedStarts { starts_per_second, total: total(&steps, plan.duration_seconds), steps })
}

fn of_step(offset_seconds: u64, seconds: u64, rate: f64, share: f64) -> StepStarts {
    // Of the times and not of the length, so that the steps add up to the whole.
    let by = |second: u64| (second as f64 * rate).round() as u64;
    let starts = by(offset_seconds.saturating_add(seconds)).saturating_sub(by(offset_seconds));
    let target = binomial(starts, share);
    StepStarts { offset_seconds, seconds, starts, target, origin: rest(starts, target) }
}

/// The other version sees what is left.
fn rest(starts: u64, target: CountEstimate) -> CountEstimate {
    let left = |seen: u64| starts.saturating_sub(seen);
    CountEstimate {
        expected: starts as f64 - target.expected,
        low: left(target.high),
        high: left(target.low),
        ..target
    }
}

fn total(steps: &[StepStarts], seconds: u64) -> StepStarts {
    let starts = steps.iter().map(|step| step.starts).fold(0, u64::saturating_add);
    let target = match steps {
        [step] => step.target,
        _ => {
            let mean = steps.iter().map(|step| step.target.expected).sum();
            normal(starts, mean, steps.iter().map(|step| step.target.standard_deviation.powi(2)).sum())
        }
    };
    StepStarts { offset_seconds: 0, seconds, starts, target, origin: rest(starts, target) }
}

fn binomial(starts: u64, share: f64) -> CountEstimate {
    let mean = starts as f64 * share;
    let variance = mean * (1.0 - share);
    let spread = normal(starts, mean, variance);
    if variance >= NORMAL_FROM || starts == 0 {
        return spread;
    }
    // Counted from the rarer side, where the first probability is not too small for a float.
    if share > 0.5 { rest(starts, exact(starts, 1.0 - share, spread)) } else { exact(starts, share, spread) }
}

fn normal(starts: u64, expected: f64, variance: f64) -> CountEstimate {
    let standard_deviation = variance.sqrt();
    let reach = TWO_SIDED_95 * standard_deviation;
    let low = (expected - reach).floor().max(0.0) as u64;
    let high = ((expected + reach).ceil() as u64).min(starts);
    CountEstimate { expected, standard_deviation, low, high }
}

/// The binomial distribution's own quantiles, added up from the count of 0.
fn exact(starts: u64, share: f64, spread: CountEstimate) -> CountEstimate {
    let mut probability = (1.0 - share).powf(starts as f64);
    let mut below = 0.0;
    let (mut low, mut high) = (0, starts);
    for count in 0..=starts {
        if below <= TAIL {
            low = count;
        }
        below += probability;
        if below >= 1.0 - TAIL {
            high = count;
            break;
        }
        probability *= starts.saturating_sub(count) as f64 / count.saturating_add(1) as f64 * share / (1.0 - share);
    }
    CountEstimate { expected: starts as f64 * share, low, high, ..spread }
}
