//! The definitions of the demo, and the inputs and results of its executions.

use fastrand::Rng;
use serde_json::{Value, json};
use sfn_alias::model::{Failure, Outcome};
use std::time::Duration;

/// A version of the state machine.
pub(super) struct Version {
    pub description: &'static str,
    pub definition: Value,
}

/// Returns the versions, oldest first.
pub(super) fn versions() -> [Version; 3] {
    let retry =
        json!([{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}]);
    let charge = task("charge-card", json!({"Retry": retry, "Next": "SendReceipt"}));
    let receipt = task("send-receipt", json!({"End": true}));
    let first = json!({"Comment": "Orders", "StartAt": "ChargeCard", "States": {
        "ChargeCard": charge, "SendReceipt": receipt}});
    let second = json!({"Comment": "Orders", "StartAt": "CheckStock", "States": {
        "CheckStock": task("check-stock", json!({"Next": "ChargeCard"})), "ChargeCard": charge, "SendReceipt": receipt}});
    let third = json!({"Comment": "Orders", "StartAt": "CheckStock", "States": {
        "CheckStock": task("check-stock", json!({"Next": "ReserveStock"})),
        "ReserveStock": task("reserve-stock", json!({"Next": "ChargeCard"})),
        "ChargeCard": task("charge-card-v2", json!({"TimeoutSeconds": 3, "Next": "SendReceipt"})),
        "SendReceipt": receipt}});
    [
        Version { description: "First version", definition: first },
        Version { description: "Check stock before the charge", definition: second },
        Version { description: "New card provider, stock is reserved first", definition: third },
    ]
}

fn task(function: &str, more: Value) -> Value {
    let parameters = json!({"FunctionName": function, "Payload.$": "$"});
    let mut task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters});
    if let (Some(task), Value::Object(more)) = (task.as_object_mut(), more) {
        task.extend(more);
    }
    task
}

/// Returns the rules of the alarm: at least eight failures of a version in each of the last two minutes. In a canary of 10
/// percent, version 3 has about six if 20 percent of its executions fail, and sixteen if 60 percent do.
pub(super) fn alarm_rules(version: u32) -> String {
    json!({"alarms": [{
        "name": ALARM_NAME, "metric": "ExecutionsFailed", "stateMachine": "orders", "version": version,
        "threshold": 8, "period": "60s", "evaluationPeriods": 2,
    }]})
    .to_string()
}

/// The name of the alarm.
pub(super) const ALARM_NAME: &str = "orders-errors";

const NO_ANSWER: (&str, &str) = ("Card.NoAnswer", "charge-card-v2 did not answer within 3 seconds");
const DECLINED: (&str, &str) = ("Card.Declined", "the bank declined the card");

/// Returns the rules for executions that others start. `percent` of those of version 3 fail.
pub(super) fn outcome_rules(percent: u8) -> String {
    let (error, cause) = NO_ANSWER;
    let paid = json!({"status": "paid"});
    let results = json!([
        {"weight": percent, "error": error, "cause": cause, "after": "3s"},
        {"weight": 100_u8.saturating_sub(percent), "output": paid, "after": "1s"},
    ]);
    let third = json!({"stateMachine": "orders", "version": 3, "any": results});
    json!({"outcomes": [third, {"stateMachine": "orders", "output": paid, "after": "1s"}]}).to_string()
}

const GOODS: [(&str, u32); 6] = [
    ("tea-green-100g", 890),
    ("tea-black-250g", 1290),
    ("teapot-cast-iron", 5900),
    ("cup-porcelain", 1450),
    ("honey-500g", 790),
    ("filter-paper-100", 420),
];

/// An order: the input of an execution.
pub(super) struct Order {
    pub number: u64,
    pub input: Value,
}

impl Order {
    /// Creates an order with one to three goods.
    pub fn new(number: u64, random: &mut Rng) -> Self {
        let mut total = 0;
        let mut items = Vec::new();
        for _ in 0..random.u8(1..=3) {
            let Some((sku, cents)) = random.choice(&GOODS) else { break };
            let quantity = random.u32(1..=2);
            total += cents * quantity;
            items.push(json!({"sku": sku, "quantity": quantity}));
        }
        let customer = format!("c-{}", random.u32(1000..9999));
        let input = json!({
            "orderId": number, "customer": customer, "items": items,
            "total": f64::from(total) / 100.0, "currency": "EUR",
        });
        Self { number, input }
    }

    /// Returns how an execution of the order ends, and after which time.
    pub fn outcome(&self, version: u32, fails: bool, random: &mut Rng) -> (Outcome, Duration) {
        let millis = random.u64(400..2400);
        let failure = |(error, cause): (&str, &str)| {
            Outcome::Failed(Failure { error: Some(error.into()), cause: Some(cause.into()) })
        };
        match (fails, version) {
            (true, 3) => (failure(NO_ANSWER), Duration::from_millis(3000 + millis / 4)),
            (true, _) => (failure(DECLINED), Duration::from_millis(millis)),
            (false, _) => {
                let receipt = format!("r-{:06x}", random.u32(0..1 << 24));
                let output = json!({"orderId": self.number, "status": "paid", "receipt": receipt});
                (Outcome::Succeeded(output.to_string().into()), Duration::from_millis(millis))
            }
        }
    }
}
