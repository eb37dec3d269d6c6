//! `sfn-alias plan`

use super::exit::{CliError, CommandResult, OK};
use super::output;
use super::preference::PreferenceArgs;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use sfn_alias_deployment::{BarStyle, ExpectedStarts, Plan, StepStarts, expected_starts};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias plan 10/5m --current arn:aws:states:us-east-1:123456789012:stateMachine:orders:1 \\
    --new arn:aws:states:us-east-1:123456789012:stateMachine:orders:2 --alarm orders-errors
  sfn-alias plan 'linear 10/1m' --current @routing.json --new ARN --format svg > plan.svg
  sfn-alias plan @preference.json --current @routing.json --rate 25

Steps, times and problems are those of CloudFormation's DeploymentPreference; a list of steps is
our own, and marked so. Exits with 1 where CloudFormation or Step Functions would refuse it.")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub preference: PreferenceArgs,
    /// How to print it
    #[arg(long, default_value = "table", value_name = "FORMAT")]
    pub format: PlanFormat,
    /// Also how many starts each version sees, when the alias is started so often a second
    #[arg(long, value_name = "STARTS_PER_SECOND")]
    pub rate: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// A line for each step
    Table,
    /// Bars, for a terminal
    Timeline,
    /// One JSON object
    Json,
    /// A picture
    Svg,
}

pub(super) fn run(args: &PlanArgs) -> CommandResult {
    let plan = args.preference.request()?.plan()?;
    let wrong = |error| CliError::Usage(format!("--rate: {error}"));
    let starts = args.rate.map(|rate| expected_starts(&plan, rate).map_err(wrong)).transpose()?;
    match args.format {
        PlanFormat::Table => output::print_text(&(plan.to_table() + &described(starts.as_ref())))?,
        PlanFormat::Timeline => {
            output::print_text(&(plan.to_timeline(BarStyle::Unicode) + &described(starts.as_ref())))?
        }
        PlanFormat::Json => output::print_json(json_of(&plan, starts.as_ref())?.to_string().as_bytes(), false)?,
        PlanFormat::Svg if starts.is_some() => {
            return Err(CliError::Usage("--rate: a picture shows no starts; use another --format".to_owned()));
        }
        PlanFormat::Svg => output::print_text(&plan.to_svg())?,
    }
    Ok(OK)
}

fn json_of(plan: &Plan, starts: Option<&ExpectedStarts>) -> Result<Value, CliError> {
    let failed = |error: serde_json::Error| CliError::System(error.to_string());
    let mut value = serde_json::to_value(plan).map_err(failed)?;
    if let (Some(members), Some(starts)) = (value.as_object_mut(), starts) {
        members.insert("expectedStarts".to_owned(), json!(starts));
    }
    Ok(value)
}

fn described(starts: Option<&ExpectedStarts>) -> String {
    let Some(ExpectedStarts { starts_per_second, steps, total }) = starts else { return String::new() };
    let line = |name: String, step: &StepStarts| {
        let (new, old) = (step.target, step.origin);
        format!(
            "{name}: {} starts, {:.0} on the new version ({} to {}), {:.0} on the one before ({} to {})\n",
            step.starts, new.expected, new.low, new.high, old.expected, old.low, old.high
        )
    };
    let numbered = steps.iter().zip(1..).map(|(step, number)| line(format!("step {number}"), step));
    let head = format!("at {starts_per_second} starts a second, to expect in 19 of 20 deployments:\n");
    head + &numbered.collect::<String>() + &line("in all".to_owned(), total)
}
