//! Compiles conditions into expressions over variables.

use super::{Choice, Part, Resolver, Scenario};
use crate::tree::Node;
use std::borrow::Cow;
use std::collections::HashMap;

/// A compiled condition.
#[derive(Debug)]
pub(super) enum Expression {
    Known(bool),
    /// Another condition, by index.
    Condition(usize),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    /// A comparison of a variable with one of its values, by index.
    Equals(usize, usize),
}

/// An input of the conditions: a parameter, or an expression that cannot be resolved.
#[derive(Debug, Default)]
pub(super) struct Variable<'t> {
    /// The name of the parameter.
    pub name: Option<&'t str>,
    /// The texts that the variable is compared with.
    pub values: HashMap<Cow<'t, str>, usize>,
}

/// Compiles expressions and collects their variables.
pub(super) struct Compiler<'r, 't> {
    pub resolver: &'r Resolver<'t>,
    /// The index of each condition.
    pub indices: HashMap<&'t str, usize>,
    pub variables: Vec<Variable<'t>>,
    /// Variables by their text, so that equal texts are one variable.
    interned: HashMap<String, usize>,
    /// The number of rows that tables may still have.
    rows_left: usize,
}

/// One side of a comparison.
enum Side<'t> {
    Constant(Cow<'t, str>),
    Variable(usize),
    /// A text that depends on parameters with `AllowedValues`, for example by `Fn::FindInMap`.
    Table(Vec<Row<'t>>),
}

/// A text, and the values of the parameters (variable and value, by index) for which a side of a comparison has it.
type Row<'t> = (Vec<(usize, usize)>, Cow<'t, str>);

/// Maximum number of pairs of rows to compare.
const MAX_PAIRS: usize = 1024;
/// Maximum number of rows of all tables. Beyond it a side of a comparison is a variable.
const MAX_ROWS: usize = 100_000;

impl Expression {
    /// Returns the number of steps of an evaluation.
    pub fn size(&self) -> usize {
        match self {
            Self::Not(inner) => inner.size().saturating_add(1),
            Self::All(list) | Self::Any(list) => list.iter().map(Self::size).fold(1, usize::saturating_add),
            _ => 1,
        }
    }

    pub fn walk(&self, visit: &mut impl FnMut(&Self)) {
        visit(self);
        match self {
            Self::Not(inner) => inner.walk(visit),
            Self::All(list) | Self::Any(list) => list.iter().for_each(|item| item.walk(visit)),
            _ => {}
        }
    }
}

impl<'r, 't> Compiler<'r, 't> {
    pub fn new(resolver: &'r Resolver<'t>, order: &[&'t str]) -> Self {
        let indices = order.iter().enumerate().map(|(index, name)| (*name, index)).collect();
        Self { resolver, indices, variables: Vec::new(), interned: HashMap::new(), rows_left: MAX_ROWS }
    }

    pub fn compile(&mut self, node: &'t Node<'t>) -> Expression {
        match node.intrinsic() {
            Some(("Condition", name)) => match name.text().and_then(|name| self.indices.get(name)) {
                Some(index) => Expression::Condition(*index),
                None => self.compile_opaque(node),
            },
            Some(("Fn::Not", list)) => match list.items() {
                [inner] => Expression::Not(Box::new(self.compile(inner))),
                _ => self.compile_opaque(node),
            },
            Some(("Fn::And", list)) => Expression::All(self.compile_list(list)),
            Some(("Fn::Or", list)) => Expression::Any(self.compile_list(list)),
            Some(("Fn::Equals", pair)) => match pair.items() {
                [left, right] => self.compile_equals(left, right),
                _ => self.compile_opaque(node),
            },
            _ => self.compile_opaque(node),
        }
    }

    fn compile_list(&mut self, list: &'t Node<'t>) -> Vec<Expression> {
        list.items().iter().map(|item| self.compile(item)).collect()
    }

    fn compile_equals(&mut self, left: &'t Node<'t>, right: &'t Node<'t>) -> Expression {
        match (self.compile_side(left), self.compile_side(right)) {
            (Side::Constant(left), Side::Constant(right)) => Expression::Known(left == right),
            (Side::Variable(left), Side::Variable(right)) if left == right => Expression::Known(true),
            (Side::Variable(variable), Side::Constant(text)) | (Side::Constant(text), Side::Variable(variable)) => {
                self.equals_text(variable, text)
            }
            (Side::Table(rows), Side::Constant(text)) | (Side::Constant(text), Side::Table(rows)) => {
                Expression::Any(rows.iter().filter(|(_, own)| *own == text).map(|row| match_rows(&[row])).collect())
            }
            (one, other) => self
                .compare_tables(left, right)
                .unwrap_or_else(|| self.compare_variables([&one, &other], [left, right])),
        }
    }

    /// Compares two texts that depend on parameters with `AllowedValues`.
    fn compare_tables(&mut self, left: &'t Node<'t>, right: &'t Node<'t>) -> Option<Expression> {
        let (left, right) = (self.compile_table(left)?, self.compile_table(right)?);
        let pairs = left.iter().flat_map(|one| right.iter().map(move |other| [one, other]));
        let is_bounded = left.len().saturating_mul(right.len()) <= MAX_PAIRS;
        let equal = || pairs.filter(|[one, other]| one.1 == other.1).map(|pair| match_rows(&pair)).collect();
        is_bounded.then(|| Expression::Any(equal()))
    }

    /// Compares two variables: they are either equal or not. Nothing else is known about them.
    fn compare_variables(&mut self, sides: [&Side<'t>; 2], [left, right]: [&'t Node<'t>; 2]) -> Expression {
        let [one, other] = sides;
        let (one, other) = (self.side_variable(one, left), self.side_variable(other, right));
        let both = self.intern_variable(format!("= {} {}", one.min(other), one.max(other)), None);
        self.equals_text(both, "true".into())
    }

    /// Returns the variable of a side whose value is not decided.
    fn side_variable(&mut self, side: &Side<'t>, node: &'t Node<'t>) -> usize {
        match side {
            Side::Variable(variable) => *variable,
            _ => self.intern_variable(node.to_key(), None),
        }
    }

    /// Resolves a node for all allowed values of its parameters. Returns `None` if a text is not completely known.
    fn compile_table(&mut self, node: &'t Node<'t>) -> Option<Vec<Row<'t>>> {
        let mut names = Vec::new();
        self.resolver.collect_parameters(node, &mut names);
        names.sort_unstable();
        names.dedup();
        let (combinations, is_complete) = self.resolver.list_combinations(&names);
        if names.is_empty() || !is_complete {
            return None;
        }
        self.rows_left = self.rows_left.checked_sub(combinations.len())?;
        let rows = combinations.iter().map(|choices| {
            let symbol = self.resolver.symbol(Some(node), &Scenario::default().with_choices(choices))?;
            let text = symbol.text().filter(|_| symbol.defaults.is_empty())?.to_owned();
            let value = |choice: &Choice<'t>| {
                let variable = self.intern_variable(format!("Ref {}", choice.0), Some(choice.0));
                Some((variable, self.intern_value(variable, self.resolver.choice_text(choice)?)?))
            };
            Some((choices.iter().map(value).collect::<Option<_>>()?, text.into()))
        });
        rows.collect()
    }

    fn equals_text(&mut self, variable: usize, text: Cow<'t, str>) -> Expression {
        match self.intern_value(variable, text) {
            Some(value) => Expression::Equals(variable, value),
            None => Expression::Known(false),
        }
    }

    fn intern_value(&mut self, variable: usize, text: Cow<'t, str>) -> Option<usize> {
        let values = &mut self.variables.get_mut(variable)?.values;
        let next = values.len();
        Some(*values.entry(text).or_insert(next))
    }

    fn compile_side(&mut self, node: &'t Node<'t>) -> Side<'t> {
        if let Some(text) = node.scalar() {
            return Side::Constant(text);
        }
        if let Some(name) = parameter_name(node) {
            return match self.resolver.parameter_value(name) {
                Some(value) => Side::Constant(value.into()),
                None => Side::Variable(self.intern_variable(format!("Ref {name}"), Some(name))),
            };
        }
        let symbol = self.resolver.symbol(Some(node), &Scenario::default()).filter(|symbol| symbol.defaults.is_empty());
        if let Some([Part::Text(text)]) = symbol.as_ref().map(|symbol| symbol.parts()) {
            return Side::Constant(text.clone());
        }
        match self.compile_table(node) {
            Some(rows) => Side::Table(rows),
            None => Side::Variable(self.intern_variable(node.to_key(), None)),
        }
    }

    /// Compiles an expression that cannot be resolved: it can be true or false.
    fn compile_opaque(&mut self, node: &'t Node<'t>) -> Expression {
        let variable = self.intern_variable(node.to_key(), None);
        self.equals_text(variable, "true".into())
    }

    fn intern_variable(&mut self, key: String, name: Option<&'t str>) -> usize {
        let next = self.variables.len();
        let variable = *self.interned.entry(key).or_insert(next);
        if variable == next {
            self.variables.push(Variable { name, ..Variable::default() });
        }
        variable
    }
}

/// Returns an expression that is true if all parameters have the values of these rows.
fn match_rows(rows: &[&Row<'_>]) -> Expression {
    let values = rows.iter().flat_map(|(values, _)| values);
    Expression::All(values.map(|(variable, value)| Expression::Equals(*variable, *value)).collect())
}

/// Returns the parameter that a node refers to, by `Ref` or by an `Fn::Sub` of one variable.
fn parameter_name<'t>(node: &'t Node<'t>) -> Option<&'t str> {
    let sub = || node.call("Fn::Sub")?.text()?.strip_prefix("${")?.strip_suffix('}');
    let name = node.call("Ref").and_then(Node::text).or_else(sub)?;
    (!name.contains(['$', '}', '.', '!'])).then_some(name)
}
