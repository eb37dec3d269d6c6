//! The service.

use crate::arguments::{array, bytes, object, text};
use crate::error::{ErrorObject, FfiError};
use crate::guard::{guard, guard_object, guard_output};
use crate::options::ServiceOptions;
use crate::replies::Replies;
use crate::result::ResultCode;
use crate::text::OwnedText;
use sfn_alias_core::model::VersionNumber;
use sfn_alias_core::{
    Error, Json, Options, Problem, Reply, Scope, StartCount, StepFunctions, UnknownMembers, check_from, validate_from,
};
use std::ffi::c_char;

/// An in-process emulator of AWS Step Functions state machines, versions, aliases and executions. Many threads may share one.
pub struct Service(pub(crate) StepFunctions);

impl Service {
    fn check(&self, operation: &str, input: &[u8]) -> Result<Vec<Problem>, Error> {
        check_from(operation, input, &self.0.options().limits, UnknownMembers::Ignore)
    }
}

/// A request of a batch. Its texts are only read during the call.
#[repr(C)]
pub struct Request {
    /// The name of the operation, for example `StartExecution`.
    pub operation: *const c_char,
    /// Length in bytes.
    pub operation_length: usize,
    /// The input as JSON.
    pub input: *const c_char,
    /// Length in bytes.
    pub input_length: usize,
}

/// The number of executions of a version.
#[repr(C)]
pub struct VersionStarts {
    /// The version number, or 0 for executions that were started with the state machine ARN.
    pub version: u32,
    /// Executions since the state machine was created.
    pub count: u64,
}

/// Creates an empty service in memory. `options` may be NULL: the documented values of AWS, the system clock, no seed.
/// The service uses partition `aws`, account `000000000000` and region `us-east-1`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_new(
    options: *const ServiceOptions,
    service: *mut *mut Service,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe {
        guard_object(error, service, "service", || {
            Ok(Service(StepFunctions::in_memory_with(options_or_default(options))?))
        })
    }
}

/// Opens a durable service in an SQLite file. The file is created if it does not exist. Several processes may open the
/// same file. `options` may be NULL. If the file cannot be opened, the result is `SFN_ALIAS_STORAGE_FAILURE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_open(
    path: *const c_char,
    path_length: usize,
    options: *const ServiceOptions,
    service: *mut *mut Service,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let path = text(path, path_length, "path")?;
        Ok(Service(StepFunctions::open_with(path, options_or_default(options))?))
    };
    unsafe { guard_object(error, service, "service", work) }
}

/// Creates a service with the same storage for another partition, account (12 digits) or region. Both services must be
/// freed, in any order.
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
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let service = object(service, "service")?;
        let partition = text(partition, partition_length, "partition")?;
        let account = text(account, account_length, "account")?;
        let region = text(region, region_length, "region")?;
        let scope =
            Scope::new(partition, account, region).map_err(|error| FfiError::InvalidArgument(error.to_string()))?;
        Ok(Service(service.0.in_scope(scope)))
    };
    unsafe { guard_object(error, scoped, "scoped", work) }
}

/// Frees a service. NULL is allowed. The file is closed when its last service is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_free(service: *mut Service) {
    unsafe { crate::free::free(service) }
}

/// Calls an operation. `input` and `output` are JSON. After an error, `sfn_alias_error_status` and
/// `sfn_alias_error_body` return the response of AWS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_call(
    service: *const Service,
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    output: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let service = object(service, "service")?;
        let (operation, input) = Request { operation, operation_length, input, input_length }.parts()?;
        let answer = service.0.call_from(operation, input, &Json);
        let to_error = |error| FfiError::from_request_error(error, || service.check(operation, input));
        answer.map_err(to_error)
    };
    unsafe { guard_object(error, output, "output", work) }
}

/// Calls many operations in order, with one commit. Each request has its own reply, even if it fails. `SFN_ALIAS_OK`
/// means that there are replies, not that all requests succeeded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_call_batch(
    service: *const Service,
    requests: *const Request,
    count: usize,
    replies: *mut *mut Replies,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let service = object(service, "service")?;
        let requests = array(requests, count, "requests")?;
        let scope = service.0.scope();
        let with_scope = |request: &Request| request.parts().map(|(operation, input)| (scope, operation, input));
        let requests = requests.iter().map(with_scope).collect::<Result<Vec<_>, FfiError>>()?;
        Ok(Replies::new(service.0.call_batch(&requests).into_iter().map(Reply::from_result)))
    };
    unsafe { guard_object(error, replies, "replies", work) }
}

/// Like `sfn_alias_validate`, with the limits of this service.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_validate(
    service: *const Service,
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let service = object(service, "service")?;
        let (operation, input) = Request { operation, operation_length, input, input_length }.parts()?;
        let to_error = |error| FfiError::from_request_error(error, || service.check(operation, input));
        validate_from(operation, input, &service.0.options().limits).map_err(to_error)
    };
    unsafe { guard(error, work) }
}

/// Like `sfn_alias_check`, with the limits of this service.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_service_check(
    service: *const Service,
    operation: *const c_char,
    operation_length: usize,
    input: *const c_char,
    input_length: usize,
    problems: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let service = object(service, "service")?;
        let (operation, input) = Request { operation, operation_length, input, input_length }.parts()?;
        Ok(OwnedText::from_json(&service.check(operation, input)?))
    };
    unsafe { guard_object(error, problems, "problems", work) }
}

/// Returns the number of executions per version of a state machine. Executions with the state machine ARN come first.
/// Writes up to `capacity` entries to `counts` (NULL is allowed if `capacity` is 0), and the total number of entries to
/// `count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_start_counts(
    service: *const Service,
    state_machine_arn: *const c_char,
    state_machine_arn_length: usize,
    counts: *mut VersionStarts,
    capacity: usize,
    count: *mut usize,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let service = object(service, "service")?;
        let arn = text(state_machine_arn, state_machine_arn_length, "state_machine_arn")?;
        // Checks only the bounds: the memory may be uninitialized.
        array(counts.cast_const(), capacity, "counts")?;
        let found = service.0.count_starts(arn)?;
        for (index, starts) in found.iter().take(capacity).enumerate() {
            counts.add(index).write(starts.into());
        }
        Ok(found.len())
    };
    unsafe { guard_output(error, count, "count", work) }
}

unsafe fn options_or_default(options: *const ServiceOptions) -> Options {
    unsafe { options.as_ref() }.map(ServiceOptions::to_core).unwrap_or_default()
}

impl Request {
    pub(crate) unsafe fn parts<'a>(&self) -> Result<(&'a str, &'a [u8]), FfiError> {
        let operation = unsafe { text(self.operation, self.operation_length, "operation") }?;
        Ok((operation, unsafe { bytes(self.input, self.input_length, "input") }?))
    }
}

impl From<&StartCount> for VersionStarts {
    fn from(starts: &StartCount) -> Self {
        Self { version: starts.version.map_or(0, VersionNumber::get), count: starts.count }
    }
}
