//! A routing of a template as a request that can be asked about. ARNs that are not known yet become
//! examples that are right, so that what is said is about what is written.

use crate::resolve::{Part, Selected, Symbol};
use crate::resources::View;
use crate::target::{Machine, Qualifier};
use crate::tree::{Node, Value as Written};
use serde_json::{Map, Value, json};
use sfn_alias::{Problem, ProblemCode};

/// State machines of examples, by the first route that leads to them.
const EXAMPLES: [&str; 2] = [
    "arn:aws:states:us-east-1:000000000000:stateMachine:example-of-first-route",
    "arn:aws:states:us-east-1:000000000000:stateMachine:example-of-second-route",
];
/// Versions of examples: numbers that no real one has.
const FIRST_VERSION: u32 = 4_000_000_000;

/// One route.
struct Route<'t> {
    /// Its place in the template's list.
    index: usize,
    arn: Option<Symbol<'t>>,
    /// What stands for the ARN in the request, which need not be what is written.
    sent: String,
    /// `None`: not known; null: missing.
    weight: Option<Value>,
    defaults: Vec<&'t str>,
}

pub(crate) struct Routes<'t> {
    routes: Vec<Route<'t>>,
}

impl<'t> Routes<'t> {
    pub fn of(view: View<'_, 't>, items: &[(usize, &'t Node<'t>)]) -> Self {
        let mut routes = Self { routes: items.iter().map(|(index, node)| route(view, *index, node)).collect() };
        routes.send(view);
        routes
    }

    /// One route that takes everything.
    pub fn single(view: View<'_, 't>, arn: Symbol<'t>) -> Self {
        let defaults = arn.defaults.clone();
        let route = Route { index: 0, arn: Some(arn), sent: String::new(), weight: Some(100.into()), defaults };
        let mut routes = Self { routes: vec![route] };
        routes.send(view);
        routes
    }

    /// Chooses what is sent for every ARN.
    fn send(&mut self, view: View<'_, 't>) {
        let base = self.routes.iter().find_map(|route| literal_machine(view, route.arn.as_ref()?));
        let machines: Vec<_> = self
            .routes
            .iter()
            .map(|route| view.target(route.arn.as_ref()?).and_then(|target| target.machine))
            .collect();
        let mut sent: Vec<String> = Vec::new();
        for (index, route) in self.routes.iter().enumerate() {
            let differs = |first: &Option<Machine<'_>>| {
                first.as_ref().zip(machines.get(index)?.as_ref()).map(|(first, own)| own.differs(first))
            };
            let other = machines.first().and_then(differs).unwrap_or_default();
            let example = EXAMPLES.get(usize::from(other)).copied().unwrap_or_default();
            let machine = if other { example } else { base.as_deref().unwrap_or(example) };
            let equal = self.routes.iter().take(index).position(|before| same(view, before, route));
            let twin = equal.and_then(|equal| sent.get(equal).cloned());
            sent.push(twin.unwrap_or_else(|| sent_arn(view, route.arn.as_ref(), machine, index)));
        }
        self.routes.iter_mut().zip(sent).for_each(|(route, sent)| route.sent = sent);
    }

    /// The routing of the request.
    pub fn request(&self) -> Value {
        let known = self.routes.iter().filter_map(|route| route.weight.as_ref()?.as_i64());
        // Weights are any numbers that a file can have.
        let rest = known.fold(100, i64::saturating_sub);
        let item = |route: &Route<'_>| {
            let mut item = Map::new();
            if route.arn.is_some() {
                item.insert("stateMachineVersionArn".to_owned(), route.sent.clone().into());
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

    /// Whether a problem rests on a weight that is not known.
    pub fn is_about_unknown(&self, problem: &Problem) -> bool {
        problem.code == ProblemCode::WeightsSum && self.routes.iter().any(|route| route.weight.is_none())
    }

    /// The path in the template of a pointer into the request.
    pub fn template_path(&self, pointer: &str) -> String {
        let mut path = "Properties/RoutingConfiguration".to_owned();
        let mut steps = pointer.split('/').skip(2);
        if let Some(route) = steps.next().and_then(|index| self.routes.get(index.parse::<usize>().ok()?)) {
            path.push_str(&format!("/{}", route.index));
        }
        if let Some(member) = steps.next() {
            path.push('/');
            path.push_str(property(member));
        }
        path
    }

    /// The member of the template that a pointer leads to.
    pub fn member_of(&self, pointer: &str) -> &'static str {
        property(pointer.rsplit('/').next().unwrap_or_default())
    }

    /// A text of AWS's with what is written in the template in place of the examples.
    pub fn shown(&self, text: &str) -> String {
        self.routes.iter().fold(text.to_owned(), |text, route| match &route.arn {
            Some(arn) if !route.sent.is_empty() && arn.text().is_none() => {
                replace_whole(&text, &route.sent, &arn.shown())
            }
            _ => text,
        })
    }

    pub fn defaults(&self) -> impl Iterator<Item = &'t str> {
        self.routes.iter().flat_map(|route| route.defaults.iter().copied())
    }
}

fn route<'t>(view: View<'_, 't>, index: usize, node: &'t Node<'t>) -> Route<'t> {
    let arn = arn(view, view.member(Some(node), "StateMachineVersionArn"));
    let weight = view.text(view.member(Some(node), "Weight"));
    let mut defaults: Vec<&str> = arn.iter().flat_map(|arn| arn.defaults.iter().copied()).collect();
    defaults.extend(weight.iter().flat_map(|weight| weight.defaults.iter().copied()));
    let weight = match &weight {
        None => Some(Value::Null),
        Some(symbol) => symbol.text().map(number),
    };
    let strange = !matches!(node.value, Written::Map(_));
    Route { index, arn: if strange { None } else { arn }, sent: String::new(), weight, defaults }
}

/// What another stack exports under one name is one ARN, whatever it is.
fn arn<'t>(view: View<'_, 't>, selected: Selected<'t>) -> Option<Symbol<'t>> {
    const IMPORT: &str = "Fn::ImportValue";
    let name = selected.node().and_then(|node| view.symbol(node.call(IMPORT)));
    match name.filter(Symbol::is_known) {
        Some(name) => {
            Some(Symbol::of(Part::Ref(format!("{IMPORT} {}", name.shown()).into())).resting_on(name.defaults))
        }
        None => view.text(selected),
    }
}

/// CloudFormation takes a number in quotes for a number, and `100.0` for 100.
fn number(text: &str) -> Value {
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

fn same<'t>(view: View<'_, 't>, one: &Route<'t>, other: &Route<'t>) -> bool {
    let arns = one.arn.as_ref().zip(other.arn.as_ref());
    arns.is_some_and(|(one, other)| view.normalised(one).same(&view.normalised(other)))
}

fn literal_machine<'t>(view: View<'_, 't>, arn: &Symbol<'t>) -> Option<String> {
    arn.text()?;
    match view.target(arn)?.machine? {
        Machine::Arn(arn) => Some(arn),
        _ => None,
    }
}

/// What is written, where it is a text; else an example that is the same kind of ARN.
fn sent_arn<'t>(view: View<'_, 't>, arn: Option<&Symbol<'t>>, machine: &str, index: usize) -> String {
    let Some(arn) = arn else { return String::new() };
    if let Some(text) = arn.text() {
        return text.to_owned();
    }
    let number = u32::try_from(index).unwrap_or_default().saturating_add(FIRST_VERSION);
    match view.target(arn).map(|target| target.qualifier) {
        Some(Qualifier::None) => machine.to_owned(),
        Some(Qualifier::Alias(_) | Qualifier::AliasResource(_)) => format!("{machine}:alias-{number}"),
        // Each refused as an ARN of something else is.
        None if view.is_nothing_of_machine(arn) => format!("arn:aws:other:us-east-1:000000000000:{number}"),
        Some(Qualifier::Version) | None => format!("{machine}:{number}"),
    }
}

/// Replaces an ARN, and not the beginning of a longer one.
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

fn property(member: &str) -> &'static str {
    match member {
        "stateMachineVersionArn" => "StateMachineVersionArn",
        "weight" => "Weight",
        _ => "RoutingConfiguration",
    }
}
