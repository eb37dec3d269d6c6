//! The metrics of the process, with the names that Prometheus clients use.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;
use std::time::{SystemTime, UNIX_EPOCH};

/// Registers the metrics of the process. Those that the system does not report are absent.
pub(super) fn register(registry: &mut Registry, started: SystemTime) {
    let registry = registry.sub_registry_with_prefix("process");
    let mut gauge = |name, help, unit: Option<Unit>, value: Option<f64>| {
        let Some(value) = value else { return };
        let gauge = Gauge::<f64, AtomicU64>::default();
        gauge.set(value);
        match unit {
            Some(unit) => registry.register_with_unit(name, help, unit, gauge),
            None => registry.register(name, help, gauge),
        }
    };
    let start = started.duration_since(UNIX_EPOCH).ok().map(|time| time.as_secs_f64());
    gauge("start_time", "Start time of the endpoint since the Unix epoch", Some(Unit::Seconds), start);
    gauge("resident_memory", "Resident memory size", Some(Unit::Bytes), system::resident_bytes());
    gauge("open_fds", "Number of open file descriptors", None, system::open_files());
    gauge("max_fds", "Maximum number of open file descriptors", None, system::max_open_files());
    if let Some(seconds) = system::cpu_seconds() {
        let counter = Counter::<f64, AtomicU64>::default();
        counter.inc_by(seconds);
        registry.register_with_unit("cpu", "Total user and system CPU time", Unit::Seconds, counter);
    }
}

#[cfg(unix)]
#[expect(clippy::cast_precision_loss, reason = "metrics are floating-point numbers")]
mod system {
    use rustix::process::{Resource, getrlimit};
    use rustix::time::{ClockId, clock_gettime};

    pub fn cpu_seconds() -> Option<f64> {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        Some(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
    }

    /// `None` where `/proc` does not exist.
    pub fn resident_bytes() -> Option<f64> {
        let statistics = std::fs::read_to_string("/proc/self/statm").ok()?;
        let pages: u64 = statistics.split(' ').nth(1)?.parse().ok()?;
        Some(pages as f64 * rustix::param::page_size() as f64)
    }

    pub fn open_files() -> Option<f64> {
        Some(std::fs::read_dir("/proc/self/fd").ok()?.count() as f64)
    }

    pub fn max_open_files() -> Option<f64> {
        getrlimit(Resource::Nofile).current.map(|limit| limit as f64)
    }
}

#[cfg(not(unix))]
mod system {
    pub fn cpu_seconds() -> Option<f64> {
        None
    }
    pub use self::{cpu_seconds as max_open_files, cpu_seconds as open_files, cpu_seconds as resident_bytes};
}
