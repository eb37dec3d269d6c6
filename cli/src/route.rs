//! `sfn-alias route`

use crate::args::RouteArgs;
use crate::exit::{CliError, CommandResult, OK, REJECTED};
use crate::{input, output};
use serde_json::{Value, json};
use sfn_alias::model::{Resource, VersionNumber, Weight};
use sfn_alias::{Operation, WeightedPicker, parse_arn, parse_routing_from};

/// Length of the bar for 100 percent.
const BAR_WIDTH: usize = 50;

pub(crate) fn run(args: &RouteArgs) -> CommandResult {
    let (status, body) = load_routing(args)?;
    if status != 200 {
        output::print_json(&body, args.json)?;
        return Ok(REJECTED);
    }
    let routing = parse_routing_from(&body[..]).map_err(|error| CliError::rejected(&error))?;
    let picker = args.seed.map_or_else(WeightedPicker::from_entropy, |seed| Ok(WeightedPicker::new(seed)))?;
    let mut counts = [0_u64; 2];
    for _ in 0..args.count {
        if let Some(count) = counts.get_mut(routing.pick_index(picker.next_percent())) {
            *count = count.saturating_add(1);
        }
    }
    let routes = routing.routes().zip(counts).map(|(route, count)| (route.version, route.weight, count));
    if args.json {
        let routes: Vec<_> = routes.map(|(v, w, n)| json!({ "version": v, "weight": w, "starts": n })).collect();
        output::print_line(json!({ "count": args.count, "routes": routes }))?;
    } else {
        routes.into_iter().try_for_each(|(version, weight, count)| print_route(version, weight, count, args.count))?;
    }
    Ok(OK)
}

fn print_route(version: VersionNumber, weight: Weight, count: u64, total: u64) -> Result<(), CliError> {
    let share = count as f64 / total as f64;
    let bar = "#".repeat((share * BAR_WIDTH as f64).round() as usize);
    let digits = total.to_string().len();
    output::print_line(format_args!(
        "version {version:<5} weight {weight:>3}  {count:>digits$}  {:>5.1}%  {bar}",
        share * 100.0
    ))
}

/// Loads `{"routingConfiguration": [...]}` from an alias or the argument. Returns it with an HTTP status.
fn load_routing(args: &RouteArgs) -> Result<(u16, Vec<u8>), CliError> {
    if let Ok(arn) = parse_arn(&args.routing) {
        if !matches!(arn.resource, Resource::Alias { .. }) {
            return Err(CliError::Usage(format!(
                "ROUTING: expected an alias ARN or a routing configuration, found `{arn}`"
            )));
        }
        let request = json!({ "stateMachineAliasArn": args.routing }).to_string();
        let operation = Operation::DescribeStateMachineAlias;
        let reply = args.backend.open(operation)?.call(operation.as_str(), request.as_bytes())?;
        return Ok((reply.status, reply.body));
    }
    let bytes = input::read_argument(&args.routing)?;
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
        CliError::Usage(format!("ROUTING: expected an alias ARN, JSON, @FILE or -; the value is not a routing configuration in JSON: {error}"))
    })?;
    let request = if value.is_array() { json!({ "routingConfiguration": value }) } else { value };
    Ok((200, request.to_string().into_bytes()))
}
