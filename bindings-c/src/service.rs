//! The stored service.

use crate::arguments::{Output, array, bytes, object, text};
use crate::error::{Failure, Report};
use crate::guard::guard;
use crate::options::ServiceOptions;
use crate::replies::Replies;
use crate::result::SfnAlias;
use crate::text::OwnedText;
use sfn_alias_core::model::VersionNumber;
use sfn_alias_core::{Options, Scope, StartCount, StepFunctions};
use std::ffi::c_char;

/// An in-process emulator of AWS Step Functions state machines, versions, aliases and executions. Many threads may share one.
pub struct Service(StepFunctions);

/// One of many requests. Its texts are only read during the call.
#[repr(C)]
pub struct Request {
    /// The operation's name, for example `StartExecution`.
    pub operation: *const c_char,
    /// Its length in bytes.
    pub operation_length: usize,
    /// The input as JSON.
    pub input: *const c_char,
    /// Its length in bytes.
    pub input_length: usize,
}

/// How often a version was started.
#[repr(C)]
pub struct VersionStarts {
    /// The version's number; 0 for starts with the state machine's own ARN.
    pub version: u32,
    /// Starts since the state machine was created.
    pub count: u64,
}

/// Makes an empty service in memory. `options` may be NULL: AWS's values, the system's clock, no seed.
/// Calls run in partition `aws`, account `000000000000`, region `us-east-1`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_new(
    options: *const ServiceOptions,
    service: *mut *mut Service,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let service = Output::new(service, "service")?;
        service.give(Service(StepFunctions::in_memory_with(chosen(options))?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Opens a durable service in an SQLite file, made where there is none. Several processes may open the
/// same file. `options` may be NULL. If the file cannot be opened, the result is `SFN_ALIAS_STORAGE_FAILURE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_open(
    path: *const c_char,
    path_length: usize,
    options: *const ServiceOptions,
    service: *mut *mut Service,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let path = text(path, path_length, "path")?;
        let service = Output::new(service, "service")?;
        service.give(Service(StepFunctions::open_with(path, chosen(options))?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Makes a service that sees the same store from another partition, account (12 digits) or region. It is
/// freed by itself; either may be freed first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_in_scope(
    service: *const Service,
    partition: *const c_char,
    partition_length: usize,
    account: *const c_char,
    account_length: usize,
    region: *const c_char,
    region_length: usize,
    scoped: *mut *mut Service,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let service = object(service, "service")?;
        let partition = text(partition, partition_length, "partition")?;
        let account = text(account, account_length, "account")?;
        let region = text(region, region_length, "region")?;
        let scoped = Output::new(scoped, "scoped")?;
        let scope = Scope::new(partition, account, region).map_err(|fault| Failure::Argument(fault.to_string()))?;
        scoped.give(Service(service.0.in_scope(scope)));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Frees a service. NULL is fine. A file is closed with the last service on it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_free(service: *mut Service) {
    unsafe { crate::guard::free(service) }
}

/// Answers one request: an operation's name and its input as JSON in, the output as JSON out. The answer
/// of AWS to a refused request is `sfn_alias_error_status` and `sfn_alias_error_body`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_call(
    service: *const Service,
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    output: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let service = object(service, "service")?;
        let operation = text(operation, operation_length, "operation")?;
        let input = bytes(input, input_length, "input")?;
        let output = Output::new(output, "output")?;
        let answer = service.0.try_call(operation, input);
        let refused = |error| Failure::of_request(error, || service.0.check(operation, input));
        output.give(OwnedText::new(answer.map_err(refused)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Answers many requests with one commit, in order, each as if it had come alone. Each has its own reply,
/// also where it is refused; `SFN_ALIAS_OK` says that there are replies, not that all are successes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_call_many(
    service: *const Service,
    requests: *const Request,
    count: usize,
    replies: *mut *mut Replies,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let service = object(service, "service")?;
        let requests = array(requests, count, "requests")?;
        let requests = requests.iter().map(|request| request.parts()).collect::<Result<Vec<_>, Failure>>()?;
        let replies = Output::new(replies, "replies")?;
        replies.give(Replies::new(service.0.call_batch(&requests)));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// As `sfn_alias_validate`, within this service's limits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_validate(
    service: *const Service,
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let service = object(service, "service")?;
        let operation = text(operation, operation_length, "operation")?;
        let input = bytes(input, input_length, "input")?;
        let refused = |error| Failure::of_request(error, || service.0.check(operation, input));
        service.0.validate(operation, input).map_err(refused)
    };
    unsafe { guard(error, work) }
}

/// As `sfn_alias_check`, within this service's limits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_check(
    service: *const Service,
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    problems: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let service = object(service, "service")?;
        let operation = text(operation, operation_length, "operation")?;
        let input = bytes(input, input_length, "input")?;
        let output = Output::new(problems, "problems")?;
        output.give(OwnedText::json(&service.0.check(operation, input)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// How often each version of a state machine was started, the state machine itself first. Writes the
/// first `capacity` of them to `counts` (which may be NULL where it is 0), and to `count` how many there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_start_counts(
    service: *const Service,
    state_machine_arn: *const c_char,
    state_machine_arn_length: usize,
    counts: *mut VersionStarts,
    capacity: usize,
    count: *mut usize,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let service = object(service, "service")?;
        let arn = text(state_machine_arn, state_machine_arn_length, "state_machine_arn")?;
        let count = Output::new(count, "count")?;
        // Only its bounds are looked at: what stands there may never have been written.
        array(counts.cast_const(), capacity, "counts")?;
        let found = service.0.start_counts(arn)?;
        for (index, starts) in found.iter().take(capacity).enumerate() {
            counts.add(index).write(starts.into());
        }
        count.set(found.len());
        Ok(())
    };
    unsafe { guard(error, work) }
}

unsafe fn chosen(options: *const ServiceOptions) -> Options {
    unsafe { options.as_ref() }.map(|options| options.0.clone()).unwrap_or_default()
}

impl Request {
    unsafe fn parts<'a>(&self) -> Result<(&'a str, &'a [u8]), Failure> {
        let operation = unsafe { text(self.operation, self.operation_length, "operation") }?;
        Ok((operation, unsafe { bytes(self.input, self.input_length, "input") }?))
    }
}

impl From<&StartCount> for VersionStarts {
    fn from(starts: &StartCount) -> Self {
        Self { version: starts.version.map_or(0, VersionNumber::get), count: starts.count }
    }
}
