//! Inputs of the execution operations.

use super::rules::{INPUT, STATUSES, TRACE_HEADER, integer, one_of, sensitive, text};
use crate::wire::SensitiveText;
use crate::wire::structure::prelude::*;

structures! {
    /// Input of StartExecution.
    StartExecutionInput<'a> {
        /// A state machine, version or alias.
        state_machine_arn "stateMachineArn": Text<'a>, true, text(1, 256);
        /// The execution's name; absent: a UUID.
        name "name": Text<'a>, false, text(1, 80);
        /// JSON text; absent: `{}`.
        input "input": SensitiveText<'a>, false, INPUT;
        /// The X-Ray trace header.
        trace_header "traceHeader": Text<'a>, false, TRACE_HEADER;
    }

    /// Input of DescribeExecution.
    DescribeExecutionInput<'a> {
        /// The execution's ARN.
        execution_arn "executionArn": Text<'a>, true, text(1, 256);
        /// METADATA_ONLY omits definition and input.
        included_data "includedData": Text<'a>, false, one_of(&["ALL_DATA", "METADATA_ONLY"]);
    }

    /// Input of DescribeStateMachineForExecution.
    DescribeStateMachineForExecutionInput<'a> {
        /// The execution's ARN.
        execution_arn "executionArn": Text<'a>, true, text(1, 256);
        /// METADATA_ONLY omits definition and input.
        included_data "includedData": Text<'a>, false, one_of(&["ALL_DATA", "METADATA_ONLY"]);
    }

    /// Input of ListExecutions.
    ListExecutionsInput<'a> {
        /// A state machine, version or alias.
        state_machine_arn "stateMachineArn": Text<'a>, false, text(1, 256);
        /// Return only executions with this status.
        status_filter "statusFilter": Text<'a>, false, one_of(STATUSES);
        /// Page size; 0 or absent: 100.
        max_results "maxResults": i64, false, integer(0, 1000);
        /// Pagination token from the previous response.
        next_token "nextToken": Text<'a>, false, text(1, 3096);
        /// The ARN of a map run. Map runs are not emulated.
        map_run_arn "mapRunArn": Text<'a>, false, text(1, 2000);
        /// Filter by redrive. No execution is redriven here.
        redrive_filter "redriveFilter": Text<'a>, false, one_of(&["REDRIVEN", "NOT_REDRIVEN"]);
    }

    /// Input of StopExecution.
    StopExecutionInput<'a> {
        /// The execution's ARN.
        execution_arn "executionArn": Text<'a>, true, text(1, 256);
        /// An error code.
        error "error": SensitiveText<'a>, false, sensitive(256);
        /// A cause.
        cause "cause": SensitiveText<'a>, false, sensitive(32_768);
    }
}
