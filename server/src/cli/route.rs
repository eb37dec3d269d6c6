//! `sfn-alias route`

use super::args::RouteArgs;
use super::exit::{Failure, OK, Outcome, REFUSED};
use super::target::Target;
use super::{input, output};
use serde_json::{Value, json};
use sfn_alias::model::Resource;
use sfn_alias::{WeightedPicker, parse_arn, routing_from};

/// Characters of a full bar.
const WIDTH: usize = 50;

pub(super) fn run(args: &RouteArgs) -> Outcome {
    let (status, found) = routing(args)?;
    if status != 200 {
        output::json(&found, args.json)?;
        return Ok(REFUSED);
    }
    let routing = match routing_from(&found[..]) {
        Ok(routing) => routing,
        Err(refusal) => return Err(Failure::Usage(format!("{}: {refusal}", refusal.code()))),
    };
    let picker = args.seed.map_or_else(WeightedPicker::from_entropy, |seed| Ok(WeightedPicker::new(seed)))?;
    let mut counts = [0_u64; 2];
    for _ in 0..args.count {
        if let Some(count) = counts.get_mut(routing.position(picker.next_percent())) {
            *count = count.saturating_add(1);
        }
    }
    let routes = routing.routes().zip(counts).map(|(route, count)| (route.version, route.weight, count));
    if args.json {
        let routes: Vec<_> = routes.map(|(v, w, n)| json!({ "version": v, "weight": w, "starts": n })).collect();
        output::line(json!({ "count": args.count, "routes": routes }))?;
    } else {
        routes.into_iter().try_for_each(|(version, weight, count)| show(version, weight, count, args.count))?;
    }
    Ok(OK)
}

fn show(version: u32, weight: u8, count: u64, total: u64) -> Result<(), Failure> {
    let share = count as f64 / total as f64;
    let bar = "#".repeat((share * WIDTH as f64).round() as usize);
    let digits = total.to_string().len();
    output::line(format_args!(
        "version {version:<5} weight {weight:>3}  {count:>digits$}  {:>5.1}%  {bar}",
        share * 100.0
    ))
}

/// `{"routingConfiguration": [...]}`, of an alias or as given.
fn routing(args: &RouteArgs) -> Result<(u16, Vec<u8>), Failure> {
    if let Ok(arn) = parse_arn(&args.routing) {
        if !matches!(arn.resource, Resource::Alias { .. }) {
            return Err(Failure::Usage(format!("`{arn}` is no alias; give an alias's ARN or a routing")));
        }
        let request = json!({ "stateMachineAliasArn": args.routing }).to_string();
        let reply = Target::of(&args.target)?.call("DescribeStateMachineAlias", request.as_bytes())?;
        return Ok((reply.status, reply.body));
    }
    let bytes = input::read(&args.routing)?;
    let given: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Failure::Usage(format!("the routing is neither an ARN nor JSON: {error}")))?;
    let wrapped = if given.is_array() { json!({ "routingConfiguration": given }) } else { given };
    Ok((200, wrapped.to_string().into_bytes()))
}
