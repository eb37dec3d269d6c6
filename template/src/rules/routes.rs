//! Converts a routing into a request that can be checked. Unknown ARNs become valid examples, so that all problems are
//! about known values.

use crate::resolve::{Part, Selected, SymbolicText};
use crate::resources::View;
use crate::target::{Qualifier, StateMachineIdentity};
use crate::tree::{Node, Value as Written};
use serde_json::{Map, Value, json};
use sfn_alias::{Problem, ProblemCode};

/// Example state machines: the first is that of the first route.
const EXAMPLES: [&str; 2] = [
    "arn:aws:states:us-east-1:000000000000:stateMachine:example-of-first-route",
    "arn:aws:states:us-east-1:000000000000:stateMachine:example-of-second-route",
];
/// Version numbers of examples, which no real version has.
const FIRST_VERSION: u32 = 4_000_000_000;

/// A route.
struct Route<'t> {
    /// The index in the list of the template.
    index: usize,
    arn: Option<SymbolicText<'t>>,
    /// The ARN in the request: the known text, or an example.
    request_arn: String,
    /// `None` if unknown; null if missing.
    weight: Option<Value>,
    defaults: Vec<&'t str>,
}

pub(crate) struct Routes<'t> {
    routes: Vec<Route<'t>>,
}

impl<'t> Routes<'t> {
    pub fn from_items(view: View<'_, 't>, items: &[(usize, &'t Node<'t>)]) -> Self {
        let mut routes = Self { routes: items.iter().map(|(index, node)| read_route(view, *index, node)).collect() };
        routes.choose_arns(view);
        routes
    }

    /// Creates a single route with weight 100.
    pub fn single(view: View<'_, 't>, arn: SymbolicText<'t>) -> Self {
        let defaults = arn.defaults.clone();
        let route = Route { index: 0, arn: Some(arn), request_arn: String::new(), weight: Some(100.into()), defaults };
        let mut routes = Self { routes: vec![route] };
        routes.choose_arns(view);
        routes
    }

    /// Chooses the ARNs of the request.
    fn choose_arns(&mut self, view: View<'_, 't>) {
        let base = self.routes.iter().find_map(|route| literal_state_machine(view, route.arn.as_ref()?));
        let machines: Vec<_> = self
            .routes
            .iter()
            .map(|route| view.resolve_arn(route.arn.as_ref()?).and_then(|target| target.state_machine))
            .collect();
        let mut request_arn: Vec<String> = Vec::new();
        for (index, route) in self.routes.iter().enumerate() {
            let differs = |first: &Option<StateMachineIdentity<'_>>| {
                first.as_ref().zip(machines.get(index)?.as_ref()).map(|(first, own)| own.differs(first))
            };
            let other = machines.first().and_then(differs).unwrap_or_default();
            let example = EXAMPLES.get(usize::from(other)).copied().unwrap_or_default();
            let machine = if other { example } else { base.as_deref().unwrap_or(example) };
            let equal = self.routes.iter().take(index).position(|before| is_same_version(view, before, route));
            let twin = equal.and_then(|equal| request_arn.get(equal).cloned());
            request_arn.push(twin.unwrap_or_else(|| choose_arn(view, route.arn.as_ref(), machine, index)));
        }
        self.routes.iter_mut().zip(request_arn).for_each(|(route, request_arn)| route.request_arn = request_arn);
    }

    /// Builds the routing of the request.
    pub fn request(&self) -> Value {
        let known = self.routes.iter().filter_map(|route| route.weight.as_ref()?.as_i64());
        // The sum can leave the range of i64.
        let rest = known.fold(100, i64::saturating_sub);
        let item = |route: &Route<'_>| {
            let mut item = Map::new();
            if route.arn.is_some() {
                item.insert("stateMachineVersionArn".to_owned(), route.request_arn.clone().into());
            }
            match &route.weight {
                Some(Value::Null) => {}
                Some(weight) => drop(item.insert("weight".to_owned(), weight.clone())),
                None => drop(item.insert("weight".to_owned(), json!(rest.clamp(0, 100)))),
            }
            Value::Object(item)
        };
        self.routes.iter().map(item).collect()
    }

    /// Returns whether a problem depends on an unknown weight.
    pub fn is_about_unknown(&self, problem: &Problem) -> bool {
        problem.code == ProblemCode::WeightsSum && self.routes.iter().any(|route| route.weight.is_none())
    }

    /// Converts a pointer into the request to a path in the template.
    pub fn template_path(&self, pointer: &str) -> String {
        let mut path = "Properties/RoutingConfiguration".to_owned();
        let mut steps = pointer.split('/').skip(2);
        if let Some(route) = steps.next().and_then(|index| self.routes.get(index.parse::<usize>().ok()?)) {
            path.push_str(&format!("/{}", route.index));
        }
        if let Some(member) = steps.next() {
            path.push('/');
            path.push_str(property_name(member));
        }
        path
    }

    /// Returns the property of the template for a pointer into the request.
    pub fn property_of(&self, pointer: &str) -> &'static str {
        property_name(pointer.rsplit('/').next().unwrap_or_default())
    }

    /// Replaces the examples in a message by the texts of the template.
    pub fn restore_template_values(&self, text: &str) -> String {
        self.routes.iter().fold(text.to_owned(), |text, route| match &route.arn {
            Some(arn) if !route.request_arn.is_empty() && arn.text().is_none() => {
                replace_whole(&text, &route.request_arn, &arn.to_sub_pattern())
            }
            _ => text,
        })
    }

    pub fn defaults(&self) -> impl Iterator<Item = &'t str> {
        self.routes.iter().flat_map(|route| route.defaults.iter().copied())
    }
}

fn read_route<'t>(view: View<'_, 't>, index: usize, node: &'t Node<'t>) -> Route<'t> {
    let arn = read_arn(view, view.member(Some(node), "StateMachineVersionArn"));
    let weight = view.text(view.member(Some(node), "Weight"));
    let mut defaults: Vec<&str> = arn.iter().flat_map(|arn| arn.defaults.iter().copied()).collect();
    defaults.extend(weight.iter().flat_map(|weight| weight.defaults.iter().copied()));
    let weight = match &weight {
        None => Some(Value::Null),
        Some(symbol) => symbol.text().map(parse_number),
    };
    let strange = !matches!(node.value, Written::Map(_));
    Route { index, arn: if strange { None } else { arn }, request_arn: String::new(), weight, defaults }
}

/// Reads an ARN. Values imported with the same export name are equal.
fn read_arn<'t>(view: View<'_, 't>, selected: Selected<'t>) -> Option<SymbolicText<'t>> {
    const IMPORT: &str = "Fn::ImportValue";
    let name = selected.node().and_then(|node| view.symbol(node.call(IMPORT)));
    match name.filter(SymbolicText::is_known) {
        Some(name) => Some(
            SymbolicText::from_part(Part::Ref(format!("{IMPORT} {}", name.to_sub_pattern()).into()))
                .with_defaults(name.defaults),
        ),
        None => view.text(selected),
    }
}

/// Parses a number as CloudFormation does: quotes are allowed, and `100.0` is 100.
fn parse_number(text: &str) -> Value {
    let whole =
        text.split_once('.').filter(|(_, behind)| behind.bytes().all(|b| b == b'0')).map_or(text, |(whole, _)| whole);
    let fraction = || {
        text.parse::<f64>()
            .ok()
            .filter(|number| number.is_finite() && text.starts_with(|c: char| c.is_ascii_digit() || c == '-'))
    };
    match (whole.parse::<i64>(), fraction()) {
        (Ok(number), _) => number.into(),
        (_, Some(number)) => number.into(),
        _ => text.into(),
    }
}

fn is_same_version<'t>(view: View<'_, 't>, one: &Route<'t>, other: &Route<'t>) -> bool {
    let arns = one.arn.as_ref().zip(other.arn.as_ref());
    arns.is_some_and(|(one, other)| view.normalize_references(one).is_same_text(&view.normalize_references(other)))
}

fn literal_state_machine<'t>(view: View<'_, 't>, arn: &SymbolicText<'t>) -> Option<String> {
    arn.text()?;
    match view.resolve_arn(arn)?.state_machine? {
        StateMachineIdentity::Arn(arn) => Some(arn),
        _ => None,
    }
}

/// Returns the known text, or an example of the same kind of ARN.
fn choose_arn<'t>(view: View<'_, 't>, arn: Option<&SymbolicText<'t>>, machine: &str, index: usize) -> String {
    let Some(arn) = arn else { return String::new() };
    if let Some(text) = arn.text() {
        return text.to_owned();
    }
    let number = u32::try_from(index).unwrap_or_default().saturating_add(FIRST_VERSION);
    match view.resolve_arn(arn).map(|target| target.qualifier) {
        Some(Qualifier::None) => machine.to_owned(),
        Some(Qualifier::Alias(_) | Qualifier::AliasResource(_)) => format!("{machine}:alias-{number}"),
        // Rejected like the ARN of another service.
        None if view.is_other_resource(arn) => format!("arn:aws:other:us-east-1:000000000000:{number}"),
        Some(Qualifier::Version) | None => format!("{machine}:{number}"),
    }
}

/// Replaces an ARN, but not where it is the start of a longer ARN.
fn replace_whole(text: &str, arn: &str, by: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(arn) {
        replaced.push_str(before);
        replaced.push_str(if behind.starts_with([':', '-']) { arn } else { by });
        rest = behind;
    }
    replaced + rest
}

fn property_name(member: &str) -> &'static str {
    match member {
        "stateMachineVersionArn" => "StateMachineVersionArn",
        "weight" => "Weight",
        _ => "RoutingConfiguration",
    }
}
