//! The expected number of executions per version while a deployment runs.

use super::error::DeploymentError;
use super::plan::Plan;
use serde::Serialize;

/// The executions to expect while a deployment runs, at a constant rate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedStarts {
    /// The rate in the request.
    pub starts_per_second: f64,
    /// Each step except the last, which has no end.
    pub steps: Vec<StepStarts>,
    /// From the first update to the last.
    pub total: StepStarts,
}

/// The executions to expect in one step, or in the whole deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepStarts {
    /// The time since the first update.
    pub offset_seconds: u64,
    /// The duration.
    pub seconds: u64,
    /// The executions started through the alias, rounded.
    pub starts: u64,
    /// The share of the new version.
    pub target: CountEstimate,
    /// The share of the previous version.
    pub origin: CountEstimate,
}

/// An estimate of the executions of one version. Each execution is routed independently, so the count has a binomial
/// distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CountEstimate {
    /// The mean.
    pub expected: f64,
    /// The standard deviation.
    pub standard_deviation: f64,
    /// The lower bound of the 95 % interval: a smaller count has a probability of at most 2.5 %.
    pub low: u64,
    /// The upper bound of the 95 % interval: a greater count has a probability of at most 2.5 %.
    pub high: u64,
}

/// From this variance on, the normal distribution replaces the binomial one: their quantiles differ by at most one.
const MIN_NORMAL_VARIANCE: f64 = 100.0;
/// The 97.5 % quantile of the standard normal distribution.
const NORMAL_QUANTILE: f64 = 1.959_964;
const TAIL: f64 = 0.025;
const MAX_RATE: f64 = 1e6;

/// Returns the number of executions that each version receives, per step and in total.
///
/// # Errors
/// Returns [`DeploymentError::InvalidRequest`] if the rate is not between 0 and 1000000.
pub fn expected_starts(plan: &Plan, starts_per_second: f64) -> Result<ExpectedStarts, DeploymentError> {
    if !(0.0..=MAX_RATE).contains(&starts_per_second) {
        let text = format!("`{starts_per_second}` is not a valid rate; use 0 to 1000000 executions per second");
        return Err(DeploymentError::InvalidRequest(text));
    }
    let waits = plan.steps.iter().filter(|step| step.wait_seconds() > 0);
    let steps: Vec<StepStarts> = waits
        .map(|step| {
            let probability = f64::from(step.target_weight) / 100.0;
            estimate_step(step.offset_seconds, step.wait_seconds(), starts_per_second, probability)
        })
        .collect();
    Ok(ExpectedStarts { starts_per_second, total: estimate_total(&steps, plan.duration_seconds), steps })
}

fn estimate_step(offset_seconds: u64, seconds: u64, rate: f64, probability: f64) -> StepStarts {
    // The difference of two rounded times, not the rounded duration: so the steps add up to the total.
    let starts_until = |second: u64| (second as f64 * rate).round() as u64;
    let starts = starts_until(offset_seconds.saturating_add(seconds)).saturating_sub(starts_until(offset_seconds));
    let target = estimate_binomial(starts, probability);
    StepStarts { offset_seconds, seconds, starts, target, origin: complement(starts, target) }
}

/// Returns the estimate of the other version.
fn complement(starts: u64, estimate: CountEstimate) -> CountEstimate {
    let remaining = |count: u64| starts.saturating_sub(count);
    CountEstimate {
        expected: starts as f64 - estimate.expected,
        low: remaining(estimate.high),
        high: remaining(estimate.low),
        ..estimate
    }
}

fn estimate_total(steps: &[StepStarts], seconds: u64) -> StepStarts {
    let starts = steps.iter().map(|step| step.starts).fold(0, u64::saturating_add);
    let target = match steps {
        [step] => step.target,
        _ => {
            // The sum of no steps is -0.0.
            let mean = 0.0 + steps.iter().map(|step| step.target.expected).sum::<f64>();
            let variance = 0.0 + steps.iter().map(|step| step.target.standard_deviation.powi(2)).sum::<f64>();
            estimate_normal(starts, mean, variance)
        }
    };
    StepStarts { offset_seconds: 0, seconds, starts, target, origin: complement(starts, target) }
}

fn estimate_binomial(starts: u64, probability: f64) -> CountEstimate {
    let mean = starts as f64 * probability;
    let variance = mean * (1.0 - probability);
    let estimate = estimate_normal(starts, mean, variance);
    if variance >= MIN_NORMAL_VARIANCE || starts == 0 {
        return estimate;
    }
    // For the less probable version, the probability of a count of 0 is not too small for a float.
    if probability > 0.5 {
        complement(starts, with_exact_bounds(starts, 1.0 - probability, estimate))
    } else {
        with_exact_bounds(starts, probability, estimate)
    }
}

fn estimate_normal(starts: u64, expected: f64, variance: f64) -> CountEstimate {
    let standard_deviation = variance.sqrt();
    let margin = NORMAL_QUANTILE * standard_deviation;
    let low = (expected - margin).floor().max(0.0) as u64;
    let high = ((expected + margin).ceil() as u64).min(starts);
    CountEstimate { expected, standard_deviation, low, high }
}

/// Replaces the bounds by the exact quantiles of the binomial distribution.
fn with_exact_bounds(starts: u64, probability: f64, estimate: CountEstimate) -> CountEstimate {
    let mut of_count = (1.0 - probability).powf(starts as f64);
    let mut cumulative = 0.0;
    let (mut low, mut high) = (0, starts);
    for count in 0..=starts {
        if cumulative <= TAIL {
            low = count;
        }
        cumulative += of_count;
        if cumulative >= 1.0 - TAIL {
            high = count;
            break;
        }
        let odds = probability / (1.0 - probability);
        of_count *= starts.saturating_sub(count) as f64 / count.saturating_add(1) as f64 * odds;
    }
    CountEstimate { expected: starts as f64 * probability, low, high, ..estimate }
}
