//! `sfn-alias plan`

use crate::exit::{CliError, CommandResult, OK};
use crate::output;
use crate::preference::PreferenceArgs;
use clap::{Args, ValueEnum};
use serde::Serialize;
use sfn_alias_deployment::{BarStyle, ExpectedStarts, Plan, StepStarts, expected_starts};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples (VERSION_ARN is the ARN of the version to deploy):
  sfn-alias plan 10/5m --new VERSION_ARN --alarm orders-errors \\
    --current arn:aws:states:us-east-1:123456789012:stateMachine:orders:1
  sfn-alias plan 'linear 10/1m' --current @routing.json --new VERSION_ARN \\
    --format svg > plan.svg
  sfn-alias plan @preference.json --current @routing.json --rate 25

The plan follows CloudFormation's DeploymentPreference. A list of steps is an extension, and the plan says so.

The exit code is 1 if CloudFormation or Step Functions would reject the deployment.")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub preference: PreferenceArgs,
    /// Output format
    #[arg(long, default_value = "table", value_name = "FORMAT")]
    pub format: PlanFormat,
    /// Show how many executions each version receives at this rate
    #[arg(long, value_name = "STARTS_PER_SECOND", allow_negative_numbers = true)]
    pub rate: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// One line per step
    Table,
    /// Bars for a terminal
    Timeline,
    /// JSON
    Json,
    /// SVG image
    Svg,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanJson<'p> {
    #[serde(flatten)]
    plan: &'p Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_starts: Option<&'p ExpectedStarts>,
}

pub(crate) fn run(args: &PlanArgs) -> CommandResult {
    let plan = args.preference.request()?.plan()?;
    let invalid = |error| CliError::Usage(format!("--rate: {error}"));
    let starts = args.rate.map(|rate| expected_starts(&plan, rate).map_err(invalid)).transpose()?;
    let starts_text = starts.as_ref().map(format_starts).unwrap_or_default();
    match args.format {
        PlanFormat::Table => output::print_text(&(plan.to_table() + &starts_text))?,
        PlanFormat::Timeline => output::print_text(&(plan.to_timeline(BarStyle::Unicode) + &starts_text))?,
        PlanFormat::Json => output::print_value(&PlanJson { plan: &plan, expected_starts: starts.as_ref() })?,
        PlanFormat::Svg if starts.is_some() => {
            return Err(CliError::Usage("--rate cannot be combined with --format svg; use another format".to_owned()));
        }
        PlanFormat::Svg => output::print_text(&plan.to_svg())?,
    }
    Ok(OK)
}

fn format_starts(starts: &ExpectedStarts) -> String {
    let ExpectedStarts { starts_per_second, steps, total } = starts;
    let format_line = |name: String, step: &StepStarts| {
        let (new, previous) = (step.target, step.origin);
        format!(
            "{name}: {} executions, {:.0} on the new version ({} to {}), {:.0} on the previous one ({} to {})\n",
            step.starts, new.expected, new.low, new.high, previous.expected, previous.low, previous.high
        )
    };
    let lines = steps.iter().zip(1..).map(|(step, number)| format_line(format!("step {number}"), step));
    let header = format!("at {starts_per_second} executions per second (95 % interval in parentheses):\n");
    header + &lines.collect::<String>() + &format_line("total".to_owned(), total)
}
