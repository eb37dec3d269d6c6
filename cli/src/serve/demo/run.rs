//! What happens when, first in the past, then on a thread.

use super::clock::DemoClock;
use super::rollout::Rollout;
use super::traffic::Traffic;
use super::world::World;
use crate::exit::CliError;
use sfn_alias::StepFunctions;
use sfn_alias_console::WebConsole;
use sfn_alias_deployment::CallFailure;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// The seed if the command line has none. With it, the first canaries are rolled back after four minutes.
pub(crate) const DEMO_SEED: u64 = 7;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How long the canary runs when the endpoint starts.
const UNDER_WAY: i64 = 166 * SECOND;
/// Traffic before the canary.
const TRAFFIC_BEFORE: i64 = 5 * MINUTE;
/// The time between the end of a deployment and the next start.
const PAUSE: i64 = MINUTE;
/// When version 3 begins to fail more often.
const MORE_FAILURES_AFTER: i64 = 130 * SECOND;
/// After a longer time without the processor, for example because the machine was suspended, the missed starts are omitted.
const MAX_DELAY: i64 = 10 * SECOND;

/// The demo, whose thread runs until it is stopped.
#[derive(Debug)]
pub(crate) struct Demo {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Demo {
    /// Creates the history, with a canary under way, and continues it on a thread.
    ///
    /// # Errors
    /// [`CliError::System`] if the data cannot be created or no thread can be started.
    pub fn start(
        service: StepFunctions,
        console: Arc<WebConsole>,
        clock: DemoClock,
        seed: u64,
    ) -> Result<Self, CliError> {
        let world = World::new(service, console, clock);
        let mut script = Script::new(world, seed);
        script.create_history()?;
        let (stop, stopped) = channel();
        let run = move || script.follow_clock(&stopped);
        let thread = Builder::new().name("demo".to_owned()).spawn(run).map_err(CliError::system)?;
        Ok(Self { stop, thread })
    }

    /// Ends the thread.
    pub fn stop(self) {
        drop(self.stop);
        // An error means that the thread has panicked.
        self.thread.join().ok();
    }
}

/// What happens next.
#[derive(Debug)]
struct Script {
    world: World,
    prod: Traffic,
    dev: Traffic,
    rollout: Option<Rollout>,
    /// When the next canary starts, if none runs.
    next_canary: i64,
    failure_percent: u8,
}

impl Script {
    fn new(world: World, seed: u64) -> Self {
        let prod = Traffic::new("PROD", (100, 400), 100_000, seed);
        let dev = Traffic::new("DEV", (10 * SECOND, 20 * SECOND), 5000, seed);
        Self { world, prod, dev, rollout: None, next_canary: i64::MAX, failure_percent: 0 }
    }

    /// Creates the versions and the first deployment in the past days, and the current canary.
    fn create_history(&mut self) -> Result<(), CliError> {
        let now = self.world.clock.now_millis();
        let start = now.saturating_sub(UNDER_WAY);
        self.create_versions(start).map_err(|error| CliError::System(format!("{}: {}", error.code, error.message)))?;
        self.prod.due = start.saturating_sub(TRAFFIC_BEFORE);
        self.next_canary = start;
        self.advance_to(now);
        self.world.clock.follow_system();
        Ok(())
    }

    fn create_versions(&mut self, start: i64) -> Result<(), CallFailure> {
        let clock = self.world.clock.clone();
        let set_before = |time: i64| clock.set_millis(start.saturating_sub(time));
        set_before(3 * DAY);
        self.world.create_state_machine()?;
        set_before(3 * DAY - 5 * MINUTE);
        self.world.create_alias("PROD", "Orders of the shop", 1)?;
        set_before(3 * DAY - 20 * MINUTE);
        self.world.create_alias("DEV", "Tests of the next version", 1)?;
        set_before(2 * DAY);
        self.world.publish(2)?;
        set_before(2 * DAY - 10 * MINUTE);
        self.world.route_to("DEV", 2, "aws-cli/2.31.0")?;
        self.deploy_second_version(start.saturating_sub(2 * DAY - HOUR));
        set_before(26 * MINUTE);
        self.world.publish(3)?;
        set_before(24 * MINUTE);
        self.world.route_to("DEV", 3, "aws-cli/2.31.0")?;
        self.dev.due = start.saturating_sub(23 * MINUTE);
        Ok(())
    }

    /// Runs a linear deployment in the past, with traffic.
    fn deploy_second_version(&mut self, start: i64) {
        self.world.clock.set_millis(start);
        self.prod.due = start;
        self.rollout = Rollout::start(&self.world, "linear 20/1m", 2);
        // The next canary would start a minute after its end.
        self.advance_to(start.saturating_add(5 * MINUTE - SECOND));
        (self.prod.due, self.next_canary, self.rollout) = (i64::MAX, i64::MAX, None);
    }

    /// Runs everything until a time in the past.
    fn advance_to(&mut self, end: i64) {
        while self.next_time() <= end {
            self.world.clock.set_millis(self.next_time());
            self.run_next();
        }
    }

    /// Runs until the demo is stopped.
    fn follow_clock(mut self, stopped: &Receiver<()>) {
        loop {
            let wait = self.next_time().saturating_sub(self.world.clock.now_millis());
            let wait = Duration::from_millis(u64::try_from(wait).unwrap_or(0));
            if stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            self.skip_missed();
            self.run_next();
        }
    }

    fn skip_missed(&mut self) {
        let now = self.world.clock.now_millis();
        for traffic in [&mut self.prod, &mut self.dev] {
            if now.saturating_sub(traffic.due) > MAX_DELAY {
                traffic.due = now;
            }
        }
    }

    fn rollout_time(&self) -> i64 {
        self.rollout.as_ref().map_or(self.next_canary, |rollout| rollout.due.unwrap_or(self.next_canary))
    }

    fn next_time(&self) -> i64 {
        self.rollout_time().min(self.prod.due).min(self.dev.due)
    }

    fn run_next(&mut self) {
        self.update_failures();
        let time = self.next_time();
        if time == self.rollout_time() {
            self.continue_rollout();
        } else if time == self.prod.due {
            self.prod.start_order(&self.world, self.failure_percent);
        } else {
            self.dev.start_order(&self.world, self.failure_percent);
        }
    }

    /// Version 3 fails more often after a part of the canary.
    fn update_failures(&mut self) {
        let running = self.rollout.as_ref().filter(|rollout| rollout.due.is_some());
        let time = running.map_or(0, |rollout| self.world.clock.now_millis().saturating_sub(rollout.started));
        let percent = if time < MORE_FAILURES_AFTER { 20 } else { 60 };
        if percent != self.failure_percent && self.world.set_failures(percent).is_ok() {
            self.failure_percent = percent;
        }
    }

    fn continue_rollout(&mut self) {
        let now = self.world.clock.now_millis();
        match &mut self.rollout {
            Some(rollout) if rollout.due.is_some() => rollout.resume(&self.world),
            _ => self.start_canary(),
        }
        let has_ended = self.rollout.as_ref().is_none_or(|rollout| rollout.due.is_none());
        self.next_canary = if has_ended { now.saturating_add(PAUSE) } else { i64::MAX };
    }

    /// Starts a canary from version 2. Someone else may have changed the alias meanwhile.
    fn start_canary(&mut self) {
        let is_restart = self.rollout.take().is_some();
        if is_restart && !self.routes_to_second() {
            self.world.route_to("PROD", 2, "sfn-alias demo").ok();
        }
        self.rollout = Rollout::start(&self.world, "canary 10/5m", 3);
    }

    fn routes_to_second(&self) -> bool {
        let input = serde_json::json!({"stateMachineAliasArn": self.world.arn("PROD")});
        let alias = self.world.call("DescribeStateMachineAlias", &input).unwrap_or_default();
        let routing = alias.get("routingConfiguration").cloned().unwrap_or_default();
        routing == serde_json::json!([{"stateMachineVersionArn": self.world.arn("2"), "weight": 100}])
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use http::Method;
    use serde_json::Value;
    use sfn_alias::Options;
    use sfn_alias::store::MemoryStore;
    use sfn_alias_console::{ConsoleOptions, StorageKind};
    use sfn_alias_server::http::{Console, ConsoleRequest};

    /// Returns the demo at a fixed time.
    fn create_script(seed: u64) -> (Script, Arc<WebConsole>) {
        let options = ConsoleOptions { storage: StorageKind::Memory, signed: false, demo: true, upstream: false };
        let (console, clock) = (Arc::new(WebConsole::new(options).unwrap()), DemoClock::new());
        clock.set_millis(1_790_000_400_000);
        let store = console.observe(Box::new(MemoryStore::new().unwrap()), clock.as_clock());
        let options = Options { clock: clock.as_clock(), seed: Some(seed), ..Options::default() };
        let service = StepFunctions::with_store(store, options).unwrap();
        let mut script = Script::new(World::new(service, Arc::clone(&console), clock), seed);
        script.create_history().unwrap();
        (script, console)
    }

    fn get(script: &Script, console: &WebConsole, path: &str, parameter: &str, arn: &str) -> Value {
        let query = format!("{parameter}={arn}");
        let method = Method::GET;
        let request = ConsoleRequest { method: &method, path, query: &query, body: &[], may_see_all_accounts: true };
        serde_json::from_slice(&console.handle(&script.world.service, &request).unwrap()).unwrap()
    }

    /// Returns the phase of each deployment and how many seconds it took, newest first.
    fn list_deployments(script: &Script, console: &WebConsole) -> Vec<(String, Option<i64>)> {
        let list = get(script, console, "/deployments", "stateMachineAliasArn", &script.world.arn("PROD"));
        let deployments = list["deployments"].as_array().unwrap().iter();
        let describe = |deployment: &Value| {
            let time = |member: &str| deployment[member].as_i64();
            let seconds = time("endedMillis").zip(time("startedMillis")).map(|(end, start)| (end - start) / SECOND);
            (deployment["phase"].as_str().unwrap().to_owned(), seconds)
        };
        deployments.map(describe).collect()
    }

    #[test]
    fn history_has_a_deployment_and_a_canary_under_way() {
        let (script, console) = create_script(DEMO_SEED);
        let expected = [("waiting".to_owned(), None), ("succeeded".to_owned(), Some(240))];
        assert_eq!(list_deployments(&script, &console), expected);
        let summary = get(&script, &console, "/summary", "stateMachineArn", &script.world.state_machine_arn);
        let orders = &summary["stateMachines"][0];
        assert_eq!((&orders["versionCount"], &orders["aliases"][0]["name"]), (&3.into(), &"PROD".into()));
        assert!(orders["versions"][0]["starts"].as_i64().unwrap() > 100, "{orders}");
        let routings = get(&script, &console, "/routings", "stateMachineAliasArn", &script.world.arn("PROD"));
        assert_eq!(routings["routings"].as_array().unwrap().len(), 7);
    }

    #[test]
    fn canaries_are_rolled_back_after_four_minutes() {
        let (mut script, console) = create_script(DEMO_SEED);
        script.advance_to(1_790_000_400_000 + 9 * MINUTE);
        let rolled_back = ("rolledBack".to_owned(), Some(240));
        let deployments = list_deployments(&script, &console);
        assert_eq!(
            &deployments[..deployments.len() - 1],
            [("waiting".to_owned(), None), rolled_back.clone(), rolled_back]
        );
    }

    #[test]
    fn alias_that_someone_has_deleted_ends_nothing_else() {
        let (mut script, console) = create_script(DEMO_SEED);
        let delete = serde_json::json!({"stateMachineAliasArn": script.world.arn("DEV")});
        script.world.call("DeleteStateMachineAlias", &delete).unwrap();
        script.advance_to(1_790_000_400_000 + 2 * MINUTE);
        assert_eq!(list_deployments(&script, &console)[0].0, "rolledBack");
    }
}
