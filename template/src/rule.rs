//! The rules, with the texts that all findings of a rule share.

use serde::Serialize;

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The deployment fails, or the deployed resources do not work.
    Error,
    /// The deployment succeeds, but the result is probably not intended.
    Warning,
    /// Information only.
    Info,
}

impl Severity {
    /// Returns the severity as in the JSON report.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A rule. Its id and name do not change in later releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The id, for example `SFA001`.
    pub id: &'static str,
    /// The name, for example `weights-sum`.
    pub name: &'static str,
    /// The severity of its findings.
    pub severity: Severity,
    /// The problem in one line.
    pub title: &'static str,
    /// The consequences of the problem.
    pub description: &'static str,
    /// How to fix it.
    pub fix: &'static str,
    /// The AWS documentation.
    pub url: &'static str,
}

impl Rule {
    /// Returns which parts of a template the rule reads, if the title does not make that clear.
    pub fn reads(&self) -> Option<&'static str> {
        READS.iter().find(|(id, _)| *id == self.id).map(|(_, reads)| *reads)
    }
}

/// The description and the fix of a rule in a Terraform plan.
pub(crate) struct PlanTexts {
    pub description: &'static str,
    pub fix: &'static str,
}

impl Rule {
    /// Returns the texts for Terraform plans.
    pub(crate) fn plan_texts(&self) -> PlanTexts {
        let own = PLAN_TEXTS.iter().find(|(id, _, _)| *id == self.id);
        let (description, fix) = own.map_or((None, None), |(_, description, fix)| (*description, *fix));
        PlanTexts { description: description.unwrap_or(self.description), fix: fix.unwrap_or(self.fix) }
    }
}

/// The descriptions and fixes that are different in Terraform plans.
const PLAN_TEXTS: [(&str, Option<&str>, Option<&str>); 4] = [
    ("SFA001", Some("AWS rejects the alias, and the apply fails."), None),
    (
        "SFA005",
        None,
        Some(
            "Use a version ARN: `state_machine_version_arn` of an aws_sfn_state_machine with `publish = true`, or the state machine's ARN followed by `:` and the version number.",
        ),
    ),
    (
        "SFA020",
        Some(
            "Terraform replaces the alias, and its ARN changes. Clients that use the old ARN fail when the old alias is deleted.",
        ),
        None,
    ),
    ("SFA021", Some("AWS rejects the second alias because an alias with this name already exists."), None),
];

const READS: [(&str, &str); 8] = [
    (
        "SFA017",
        "Templates: policy documents of AWS::IAM, AWS::Serverless and AWS::SSO::PermissionSet resources, including documents written as JSON text, Fn::Sub, Fn::Join or Fn::ToJsonString. Terraform plans: the policies of aws_iam_policy, aws_iam_role, aws_iam_role_policy, aws_iam_user_policy and aws_iam_group_policy. The rule reports nothing if a customer managed policy, a macro, a connector or an unknown value may allow the start.",
    ),
    (
        "SFA018",
        "Templates: Targets of AWS::Events::Rule; Target of AWS::Scheduler::Schedule, including the universal target startExecution; Target and Enrichment of AWS::Pipes::Pipe; AWS::ApiGateway::Method; AWS::ApiGatewayV2::Integration; x-amazon-apigateway-integration in the bodies of AWS::ApiGateway::RestApi, AWS::ApiGatewayV2::Api, AWS::Serverless::Api and AWS::Serverless::HttpApi; the StepFunctions action of AWS::IoT::TopicRule; tasks that start executions in Definition and DefinitionString, including Fn::Sub, Fn::Join and Fn::ToJsonString. Terraform plans: aws_cloudwatch_event_target, aws_scheduler_schedule, aws_pipes_pipe, aws_apigatewayv2_integration, aws_api_gateway_integration and the definition of aws_sfn_state_machine. Files that a template refers to, such as DefinitionUri or BodyS3Location, are not read.",
    ),
    (
        "SFA029",
        "Versions of a state machine of the template that an alias uses. The rule reports nothing if the state machine has several version resources, if the name of the version contains a digit (a version per deployment, made by hand), or if the description of the version depends on a parameter: a new description replaces the version.",
    ),
    (
        "SFA034",
        "Templates: AWS::StepFunctions types and AWS::Serverless::StateMachine, with the public resource schemas and the SAM translator (`template/src/schema.rs` has their dates).",
    ),
    (
        "SFA035",
        "Templates: types of the service StepFunctions, with the public resource schemas (`template/src/schema.rs` has their date).",
    ),
    ("SFA036", OPERATIONS_READ),
    ("SFA037", OPERATIONS_READ),
    (
        "SFA041",
        "Templates: Namespace, MetricName, Dimensions and Metrics of AWS::CloudWatch::Alarm in the namespace AWS/States, with or without a deployment preference that uses the alarm. Terraform plans: aws_cloudwatch_metric_alarm. Expressions are not read. Without dimensions, the metrics of executions are those of the account.",
    ),
];

const OPERATIONS_READ: &str = "The policies of SFA017. The operations are those with the condition key states:StateMachineQualifier: CreateStateMachineAlias, DescribeStateMachineAlias, UpdateStateMachineAlias, DeleteStateMachineAlias, ListStateMachineAliases, DescribeStateMachine, DeleteStateMachineVersion and ListExecutions; in SFA037 also StartExecution and StartSyncExecution.";

macro_rules! rules {
    ($($constant:ident $id:literal $name:literal $severity:ident $url:ident
        $title:literal, $description:literal, $fix:literal;)*) => {
        $(pub(crate) const $constant: Rule = Rule {
            id: $id, name: $name, severity: Severity::$severity, title: $title, description: $description, fix: $fix, url: $url,
        };)*

        const RULES: &[Rule] = &[$($constant,)*];
    };
}

const API_CREATE: &str =
    "https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html";
const API_PUBLISH: &str =
    "https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html";
const API_ROUTE: &str =
    "https://docs.aws.amazon.com/step-functions/latest/apireference/API_RoutingConfigurationListItem.html";
const AUTHORIZATION: &str = "https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html";
const CFN_ALIAS: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-stepfunctions-statemachinealias.html";
const CFN_PREFERENCE: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-stepfunctions-statemachinealias-deploymentpreference.html";
const CFN_VERSION: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-stepfunctions-statemachineversion.html";
const CFN_STATE_MACHINE: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-stepfunctions-statemachine.html";
const CFN_STEP_FUNCTIONS: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_StepFunctions.html";
const CONDITIONS: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html";
const FOR_EACH: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html";
const METRICS: &str = "https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html";
const TERRAFORM: &str = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sfn_state_machine";
const STARTS: &str = "https://docs.aws.amazon.com/step-functions/latest/dg/execution-alias-version-associate.html";

rules! {
    WEIGHTS_SUM "SFA001" "weights-sum" Error API_ROUTE
        "The weights of the two routes do not add up to 100",
        "AWS rejects the alias. The deployment fails and is rolled back.",
        "Change the weights so that their sum is 100.";
    SINGLE_ROUTE_WEIGHT "SFA002" "single-route-weight" Error API_ROUTE
        "The only route has a weight other than 100",
        "AWS rejects the alias: a single route must receive all executions.",
        "Set the weight to 100, or add a second route with the remaining weight.";
    VERSION_REPEATED "SFA003" "version-repeated" Error API_ROUTE
        "Both routes use the same version",
        "AWS rejects the alias: its two routes must use different versions.",
        "Use two different versions, or one route with weight 100.";
    OTHER_STATE_MACHINE "SFA004" "other-state-machine" Error API_ROUTE
        "The routes use versions of two different state machines",
        "AWS rejects the alias: all versions of an alias must belong to the same state machine.",
        "Use versions of one state machine. Create a separate alias for the other state machine.";
    NOT_A_VERSION_ARN "SFA005" "not-a-version-arn" Error API_ROUTE
        "The ARN of a route is not a version ARN, for example because it is the ARN of the state machine or of an alias",
        "AWS rejects the alias: a route must use the ARN of a published version.",
        "Use a version ARN: `!Ref` of an AWS::StepFunctions::StateMachineVersion, or the state machine's ARN followed by `:` and the version number.";
    TOO_MANY_ROUTES "SFA006" "too-many-routes" Error API_CREATE
        "The alias has more than two routes, or none",
        "AWS rejects the alias: an alias has one or two routes.",
        "Specify one or two routes.";
    ALIAS_NAME "SFA007" "alias-name" Error API_CREATE
        "The alias name is not valid",
        "AWS rejects the alias.",
        "Use 1 to 80 characters: letters, digits, `_`, `-` and `.`. At least one of them must not be a digit.";
    ALIAS_MEMBER "SFA008" "alias-member" Error API_CREATE
        "A property of the alias is missing, has the wrong type or is out of range",
        "AWS rejects the alias.",
        "Use a description of up to 256 characters. Give each route a version ARN and a weight from 0 to 100.";
    ROUTING_MISSING "SFA009" "routing-missing" Error CFN_ALIAS
        "The alias has neither RoutingConfiguration nor DeploymentPreference",
        "CloudFormation rejects the alias: it has no version to route executions to.",
        "Add RoutingConfiguration, or DeploymentPreference for a gradual deployment.";
    ROUTING_AND_PREFERENCE "SFA010" "routing-and-preference" Warning CFN_ALIAS
        "The alias has both RoutingConfiguration and DeploymentPreference",
        "The published resource schema allows only one of the two. If CloudFormation accepts both, DeploymentPreference takes effect and the weights in RoutingConfiguration are ignored.",
        "Remove one of them. Use DeploymentPreference for gradual deployments and RoutingConfiguration for fixed weights.";
    PREFERENCE_INCOMPLETE "SFA011" "preference-incomplete" Error CFN_PREFERENCE
        "A CANARY or LINEAR deployment has no Percentage or no Interval",
        "The first deployment succeeds, because creating an alias shifts no traffic. The next deployment shifts traffic and fails.",
        "Add Percentage (1 to 99) and Interval (1 to 2100 minutes).";
    PREFERENCE_TOO_LONG "SFA012" "preference-too-long" Error CFN_PREFERENCE
        "A LINEAR deployment takes longer than 2100 minutes",
        "The first deployment succeeds, because creating an alias shifts no traffic. The next deployment shifts traffic and fails.",
        "Increase Percentage or decrease Interval. The duration is (100 / Percentage, rounded up) * Interval, up to 2100 minutes.";
    ALARMS_IGNORED "SFA013" "alarms-ignored" Warning CFN_PREFERENCE
        "An ALL_AT_ONCE deployment has alarms",
        "CloudFormation checks the alarms only while traffic is split between two versions. ALL_AT_ONCE never splits traffic, so no alarm causes a rollback.",
        "Use CANARY or LINEAR, or remove Alarms.";
    PREFERENCE_MEMBER "SFA014" "preference-member" Error CFN_PREFERENCE
        "A property of DeploymentPreference is missing, has the wrong type or is out of range",
        "CloudFormation rejects the alias.",
        "Specify a valid value, or remove the property if it is optional.";
    VERSION_RETAIN "SFA015" "version-retain" Warning CFN_VERSION
        "A version that an alias uses is not retained",
        "When the state machine changes, CloudFormation replaces the version and deletes the old one. AWS rejects the deletion while an alias uses the old version. After the deletion a rollback to it is not possible.",
        "Set `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` on the version.";
    REVISION_REPEATED "SFA016" "revision-repeated" Error CFN_VERSION
        "Two version resources publish the same revision",
        "AWS publishes at most one version per revision, so one of the two resources always fails.",
        "Keep one of the version resources. To split traffic, use versions of different revisions.";
    START_ON_QUALIFIED_ARN "SFA017" "start-on-qualified-arn" Error AUTHORIZATION
        "A policy allows starting executions on an alias or version ARN instead of the state machine ARN",
        "Step Functions authorizes StartExecution with the ARN of the state machine. A call with the alias ARN gets AccessDenied.",
        "Allow the state machine ARN. To allow only the alias, add a condition on states:StateMachineQualifier.";
    UNQUALIFIED_START "SFA018" "unqualified-start" Warning STARTS
        "An event source or task starts the state machine directly although the state machine has an alias",
        "Such executions run the latest revision instead of a version of the alias. Weights, gradual deployments and rollbacks do not apply to them.",
        "Start the alias: use the alias ARN (`!Ref` of the alias) instead of the state machine ARN.";
    TOO_MANY_ALIASES "SFA019" "too-many-aliases" Error QUOTAS
        "A state machine has more than 100 aliases",
        "AWS allows up to 100 aliases per state machine and rejects the next one.",
        "Remove aliases that are not used.";
    NAME_CHANGED "SFA020" "name-changed" Warning CFN_ALIAS
        "The name of an alias changes",
        "CloudFormation replaces the alias, and its ARN changes. Clients that use the old ARN fail when the old alias is deleted.",
        "Keep the name. Or add a second alias, and remove the old one when no client uses it.";
    ALIAS_REPEATED "SFA021" "alias-repeated" Error CFN_ALIAS
        "Two aliases of one state machine have the same name",
        "CloudFormation rejects the second alias because an alias with this name already exists.",
        "Rename or remove one of the aliases.";
    VERSION_DESCRIPTION "SFA022" "version-description" Error API_PUBLISH
        "The description of a version is too long",
        "The CloudFormation schema allows 2048 characters, but PublishStateMachineVersion allows 256. The deployment fails.",
        "Use up to 256 characters.";
    PREFERENCE_WITHOUT_ALIAS "SFA023" "preference-without-alias" Error SAM_DOCS
        "A SAM state machine has DeploymentPreference but no AutoPublishAlias",
        "SAM rejects the template: DeploymentPreference needs an alias whose traffic it can shift.",
        "Add AutoPublishAlias with the name of the alias.";
    EVENTS_BYPASS_ALIAS "SFA024" "events-bypass-alias" Warning SAM_DOCS
        "Events of a SAM state machine with AutoPublishAlias start the state machine directly",
        "Without UseAliasAsEventTarget, events do not go through the alias. Gradual deployments and rollbacks do not apply to them.",
        "Set `UseAliasAsEventTarget: true`. Allow the roles of the events to start the state machine ARN (see rule events-role).";
    EVENTS_ROLE "SFA025" "events-role" Warning AUTHORIZATION
        "An event of a SAM state machine starts the alias with the role that SAM creates",
        "The role from SAM (translator 1.115) allows states:StartExecution on the alias ARN, but Step Functions authorizes with the state machine ARN. The event gets AccessDenied.",
        "Allow the role to start the state machine ARN. Schedule and ScheduleV2: set RoleArn. Other events: attach an AWS::IAM::RolePolicy to the role that SAM creates. Its name consists of the state machine and the event, for example `RoleName: !Ref OrdersPlacedRole`.";
    VERSIONS_AT_ONCE "SFA026" "versions-at-once" Warning CFN_VERSION
        "Two version resources publish the latest revision in the same deployment",
        "AWS publishes at most one version per revision. A deployment that creates both resources fails, for example the first deployment of a stack. It succeeds only if the two resources are added in two deployments and the state machine changes in between.",
        "Keep one version resource. For older versions, use their ARNs in the routes.";
    VERSION_MACHINE "SFA027" "version-machine" Error CFN_VERSION
        "StateMachineArn of a version resource is not a state machine ARN, for example because it is the ARN of a version or an alias",
        "A version is published from a state machine. AWS does not find a state machine with this ARN, and the deployment fails.",
        "Use the ARN of the state machine, for example `!Ref` of the state machine.";
    NOT_DECIDED "SFA028" "not-decided" Info CONDITIONS
        "Not fully checked: too many conditions or parameter values, or texts that are too long",
        "The checks try up to 4096 combinations of the values that conditions compare, up to 256 combinations of condition results and allowed parameter values per resource, and resolve texts of up to 1 MB. If a resource has more combinations of parameter values, one parameter at a time varies. What depends on more is not checked and may contain errors.",
        "Set the parameters that the resource and its conditions depend on (option `parameters`), or use fewer conditions in the resource.";
    VERSION_NEVER_FOLLOWS "SFA029" "version-never-follows" Warning CFN_VERSION
        "A version that an alias uses has no StateMachineRevisionId and never follows its state machine",
        "CloudFormation publishes the version once, when it creates the resource. Later changes of the state machine do not replace the version, and its aliases continue to run the old revision.",
        "Add StateMachineRevisionId with the attribute StateMachineRevisionId of the state machine.";
    DEFINITION_NOT_PUBLISHED "SFA030" "definition-not-published" Error CFN_VERSION
        "The definition of a state machine changes, but its version does not (with the previous template)",
        "The version has no StateMachineRevisionId, so the new definition does not replace it. The deployment succeeds, and the aliases of the version continue to run the old definition.",
        "Add StateMachineRevisionId with the attribute StateMachineRevisionId of the state machine.";
    ALARM_BY_ARN "SFA031" "alarm-by-arn" Warning CFN_PREFERENCE
        "A deployment preference contains the ARN of an alarm instead of its name",
        "CloudFormation looks for alarms by name. It finds no alarm with an ARN as its name, so the alarm never causes a rollback.",
        "Use the name of the alarm, for example `!Ref` of the alarm.";
    STATE_MACHINE_REPLACED "SFA032" "state-machine-replaced" Error CFN_STATE_MACHINE
        "The state machine of an alias is replaced, but the alias is not (with the previous template)",
        "CloudFormation creates a new state machine and updates the alias of the old one with a version of the new one. AWS rejects the update: all versions of an alias must belong to its state machine.",
        "Keep the state machine. Or rename the alias in the same deployment, so that CloudFormation creates a new alias.";
    USE_ALIAS_WITHOUT_ALIAS "SFA033" "use-alias-without-alias" Error SAM_DOCS
        "A SAM state machine has UseAliasAsEventTarget but no AutoPublishAlias",
        "SAM rejects the template: events cannot start an alias that does not exist.",
        "Add AutoPublishAlias with the name of the alias, or remove UseAliasAsEventTarget.";
    UNKNOWN_MEMBER "SFA034" "unknown-member" Error CFN_STEP_FUNCTIONS
        "A Step Functions resource has a property that does not exist",
        "CloudFormation and SAM reject properties that are not in the schema of the resource type.",
        "Correct the name of the property, or remove it.";
    UNKNOWN_TYPE "SFA035" "unknown-type" Error CFN_STEP_FUNCTIONS
        "A resource type of Step Functions does not exist",
        "CloudFormation rejects templates with types that it does not have.",
        "Correct the type.";
    OPERATION_ON_QUALIFIED_ARN "SFA036" "operation-on-qualified-arn" Error AUTHORIZATION
        "A policy allows describing, updating, deleting or listing on an alias or version ARN instead of the state machine ARN",
        "Step Functions authorizes all operations on versions and aliases with the ARN of the state machine. A call gets AccessDenied.",
        "Allow the state machine ARN. To allow only the alias, add a condition on states:StateMachineQualifier.";
    DENY_ON_QUALIFIED_ARN "SFA037" "deny-on-qualified-arn" Error AUTHORIZATION
        "A policy denies an operation on an alias or version ARN instead of the state machine ARN",
        "Step Functions authorizes with the ARN of the state machine, which the statement does not match. The statement denies nothing.",
        "Deny the state machine ARN with a condition on states:StateMachineQualifier.";
    REVISION_OF_OTHER_MACHINE "SFA038" "revision-of-other-machine" Error CFN_VERSION
        "StateMachineRevisionId of a version is the revision of another state machine",
        "AWS publishes a version only if StateMachineRevisionId is the current revision of the state machine in StateMachineArn. The deployment fails.",
        "Use the attribute StateMachineRevisionId of the state machine in StateMachineArn.";
    ALIAS_OF_OTHER_MACHINE "SFA039" "alias-of-other-machine" Warning CFN_ALIAS
        "StateMachineArn of an alias is not the state machine of its versions",
        "CreateStateMachineAlias has no such member: the alias belongs to the state machine of its versions, not to the one in StateMachineArn.",
        "Use the ARN of the state machine of the versions, or remove StateMachineArn.";
    ENVIRONMENT_BYPASSES_ALIAS "SFA040" "environment-bypasses-alias" Info STARTS
        "An environment variable of a function contains the ARN of a state machine that has an alias",
        "If the function starts executions with it, they run the latest revision instead of a version of the alias. Weights, gradual deployments and rollbacks do not apply to them.",
        "Use the alias ARN (`!Ref` of the alias) if the function starts executions. For other operations, accept the finding.";
    ALARM_WITHOUT_DATA "SFA041" "alarm-without-data" Warning METRICS
        "An alarm uses a metric or dimensions that Step Functions does not publish",
        "CloudWatch accepts the alarm, but its metric never has data, whatever the executions do. A gradual deployment with the alarm is not rolled back when executions fail.",
        "Use a metric of AWS/States, for example ExecutionsFailed, with the dimension StateMachineArn and up to one of Version and Alias.";
    LOOP_NOT_EXPANDED "SFA050" "loop-not-expanded" Info FOR_EACH
        "A loop (Fn::ForEach) is not fully checked, because its collection depends on values that are unknown before deployment",
        "Loops over literal lists, list parameters with a value, a default or allowed values, and lists in mappings are expanded and checked. The resources and properties that other loops create are not checked and may contain errors.",
        "Set the parameter that the collection depends on (option `parameters`), or write the collection as a list.";
    NOTHING_PUBLISHED "SFA051" "nothing-published" Error TERRAFORM
        "Terraform: a route uses the version of a state machine that publishes no versions",
        "Without `publish = true`, state_machine_version_arn is empty. The alias has no version, and the apply fails.",
        "Set `publish = true` in the aws_sfn_state_machine.";
    ROUTE_ON_STATE_MACHINE "SFA052" "route-on-state-machine" Warning TERRAFORM
        "Terraform: a route refers to the ARN of a state machine instead of the ARN of a version",
        "AWS rejects an alias whose route has the ARN of a state machine, and the apply fails. A plan does not contain the complete expression: a version number behind the reference would be correct.",
        "Use state_machine_version_arn of the aws_sfn_state_machine.";
    ALIAS_BEHIND "SFA053" "alias-behind" Warning TERRAFORM
        "Terraform: an apply changes the state machine, but the alias keeps its version",
        "Executions of the alias run the old definition until the next apply. With `publish = false` the alias never follows the state machine. AWS provider versions before 5.62.0 do not plan the new version of a state machine.",
        "Use version 5.62.0 or later of the AWS provider, and `publish = true` in the aws_sfn_state_machine.";
}

const SAM_DOCS: &str =
    "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html";

/// Returns all rules, sorted by id.
///
/// ```
/// assert_eq!(sfn_alias_template::rules()[0].name, "weights-sum");
/// ```
pub const fn rules() -> &'static [Rule] {
    RULES
}

/// Finds a rule by id or name, ignoring case.
pub(crate) fn find_rule(id_or_name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.matches_name(id_or_name))
}

impl Rule {
    pub(crate) const fn matches_name(&self, id_or_name: &str) -> bool {
        self.id.eq_ignore_ascii_case(id_or_name) || self.name.eq_ignore_ascii_case(id_or_name)
    }
}
