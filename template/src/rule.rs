//! The rules, each with what is the same in all its findings.

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The deploy fails, or what was deployed cannot work.
    Error,
    /// It deploys, and probably does not what is wanted.
    Warning,
    /// Good to know.
    Info,
}

impl Severity {
    /// The word of the JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A rule. Ids and names stay the same in every later version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// For example `SFA001`.
    pub id: &'static str,
    /// For example `weights-sum`.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is looked for, in one line.
    pub title: &'static str,
    /// Why it matters.
    pub description: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// AWS's documentation.
    pub url: &'static str,
}

impl Rule {
    /// Which shapes of a template are read for it, where that is not plain from the title.
    pub fn reads(&self) -> Option<&'static str> {
        READS.iter().find(|(id, _)| *id == self.id).map(|(_, reads)| *reads)
    }
}

const READS: [(&str, &str); 2] = [
    (
        "SFA017",
        "Policy documents of AWS::IAM, AWS::Serverless and AWS::SSO::PermissionSet resources, also those given as JSON in a text, Fn::Sub, Fn::Join or Fn::ToJsonString; of plans the policies of aws_iam_policy, aws_iam_role, aws_iam_role_policy, aws_iam_user_policy and aws_iam_group_policy. Where a customer's managed policy, a macro, a connector or a value that is not known may allow the start, nothing is said.",
    ),
    (
        "SFA018",
        "Targets of AWS::Events::Rule; ArnTarget of AWS::Scheduler::Schedule, its universal target startExecution included; ArnTarget and Enrichment of AWS::Pipes::Pipe; AWS::ApiGateway::Method, AWS::ApiGatewayV2::Integration, and x-amazon-apigateway-integration in the bodies of AWS::ApiGateway::RestApi, AWS::ApiGatewayV2::Api, AWS::Serverless::Api and AWS::Serverless::HttpApi; the StepFunctions action of AWS::IoT::TopicRule; tasks that start executions in Definition and DefinitionString, also as Fn::Sub, Fn::Join or Fn::ToJsonString. Of plans: aws_cloudwatch_event_target, aws_scheduler_schedule, aws_pipes_pipe, aws_apigatewayv2_integration, aws_api_gateway_integration and the definition of aws_sfn_state_machine. Files that a template names, such as DefinitionUri or BodyS3Location, are not read.",
    ),
];

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
const CONDITIONS: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html";
const QUOTAS: &str = "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html";
const STARTS: &str = "https://docs.aws.amazon.com/step-functions/latest/dg/execution-alias-version-associate.html";

rules! {
    WEIGHTS_SUM "SFA001" "weights-sum" Error API_ROUTE
        "The weights of two routes do not add up to 100",
        "AWS refuses the alias, and the deploy fails after everything before it was deployed.",
        "Change the weights so that they add up to 100.";
    SINGLE_ROUTE_WEIGHT "SFA002" "single-route-weight" Error API_ROUTE
        "The only route has a weight other than 100",
        "AWS refuses the alias: one route alone takes all starts.",
        "Set its weight to 100, or add a second route with the rest.";
    VERSION_REPEATED "SFA003" "version-repeated" Error API_ROUTE
        "Both routes lead to one version",
        "AWS refuses the alias: the versions of its routes must differ.",
        "Name every version once; for one version alone use a single route of weight 100.";
    OTHER_STATE_MACHINE "SFA004" "other-state-machine" Error API_ROUTE
        "The routes lead to versions of two state machines",
        "AWS refuses the alias: it belongs to one state machine, and so do its versions.",
        "Use versions of one state machine, and an alias for each other one.";
    NOT_A_VERSION_ARN "SFA005" "not-a-version-arn" Error API_ROUTE
        "A route leads to something else than a version, such as the state machine or an alias",
        "AWS refuses the alias: routes lead to published versions only.",
        "Use the version: `!Ref` of an AWS::StepFunctions::StateMachineVersion, or the state machine's ARN, a colon and a number.";
    TOO_MANY_ROUTES "SFA006" "too-many-routes" Error API_CREATE
        "There are more than two routes, or none",
        "AWS refuses the alias: it splits starts between one or two versions.",
        "Give one or two routes.";
    ALIAS_NAME "SFA007" "alias-name" Error API_CREATE
        "The name is not one that an alias can have",
        "AWS refuses the alias.",
        "Use 1 to 80 letters, digits, `_`, `-` and `.`, and not digits alone.";
    ALIAS_MEMBER "SFA008" "alias-member" Error API_CREATE
        "A member of the alias is missing, of the wrong type or out of its range",
        "AWS refuses the alias.",
        "Give a description of at most 256 characters, and each route a version's ARN and a weight of 0 to 100.";
    ROUTING_MISSING "SFA009" "routing-missing" Error CFN_ALIAS
        "An alias has neither RoutingConfiguration nor DeploymentPreference",
        "CloudFormation refuses the alias: it would lead nowhere.",
        "Give RoutingConfiguration, or DeploymentPreference for a gradual deployment.";
    ROUTING_AND_PREFERENCE "SFA010" "routing-and-preference" Warning CFN_ALIAS
        "An alias has both RoutingConfiguration and DeploymentPreference",
        "The provider's published schema allows one of the two; where both are let through, DeploymentPreference decides and the weights written in RoutingConfiguration never apply.",
        "Remove one: keep DeploymentPreference for gradual deployments, RoutingConfiguration for weights of your own.";
    PREFERENCE_INCOMPLETE "SFA011" "preference-incomplete" Error CFN_PREFERENCE
        "A CANARY or LINEAR deployment has no Percentage or no Interval",
        "The first deploy goes through, since an alias is created without shifting; the next one, which shifts, fails.",
        "Give Percentage (1 to 99) and Interval (1 to 2100 minutes).";
    PREFERENCE_TOO_LONG "SFA012" "preference-too-long" Error CFN_PREFERENCE
        "A LINEAR deployment takes longer than 2100 minutes",
        "The first deploy goes through, since an alias is created without shifting; the next one, which shifts, fails.",
        "Raise Percentage or lower Interval: 100 / Percentage, rounded up, times Interval may be 2100.";
    ALARMS_IGNORED "SFA013" "alarms-ignored" Warning CFN_PREFERENCE
        "Alarms are given to an ALL_AT_ONCE deployment",
        "The provider looks at alarms while traffic is split, and ALL_AT_ONCE never splits it: no alarm rolls this deployment back.",
        "Use CANARY or LINEAR, or remove Alarms.";
    PREFERENCE_MEMBER "SFA014" "preference-member" Error CFN_PREFERENCE
        "A member of DeploymentPreference is missing, of the wrong type or out of its range",
        "CloudFormation refuses the alias.",
        "Give Type (LINEAR, CANARY or ALL_AT_ONCE), Percentage 1 to 99, Interval 1 to 2100, and 1 to 100 different alarms of 1 to 256 characters.";
    VERSION_RETAIN "SFA015" "version-retain" Warning CFN_VERSION
        "A version under an alias is not retained",
        "A new revision replaces the version, and CloudFormation deletes the old one: AWS refuses that as long as an alias leads to it, and once it is gone no rollback can lead back.",
        "Set `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` on the version.";
    REVISION_REPEATED "SFA016" "revision-repeated" Error CFN_VERSION
        "Two versions are published of one revision",
        "The provider refuses a version when the latest one is of the same revision, so one of the two always fails.",
        "Keep one of the versions, and let both routes' versions be of different revisions.";
    START_ON_QUALIFIED_ARN "SFA017" "start-on-qualified-arn" Error AUTHORIZATION
        "A policy allows starting an alias or version instead of the state machine",
        "Step Functions authorises with the state machine's own ARN: StartExecution through the alias is denied.",
        "Allow the state machine's ARN, and name the alias in a condition on states:StateMachineQualifier.";
    UNQUALIFIED_START "SFA018" "unqualified-start" Warning STARTS
        "Something starts the state machine itself although it has an alias",
        "Such starts run the newest revision and never pass the alias: no weight, canary or rollback reaches them.",
        "Start the alias: use its ARN (`!Ref` of the alias) instead of the state machine's.";
    TOO_MANY_ALIASES "SFA019" "too-many-aliases" Error QUOTAS
        "A state machine has more than 100 aliases",
        "AWS refuses the hundred and first.",
        "Remove aliases that are not used.";
    NAME_CHANGED "SFA020" "name-changed" Warning CFN_ALIAS
        "The name of an alias has changed",
        "The alias is replaced: whoever starts it by the old ARN fails as soon as the old alias is deleted.",
        "Keep the name, or add a second alias and remove the old one once nobody starts it.";
    ALIAS_REPEATED "SFA021" "alias-repeated" Error CFN_ALIAS
        "Two aliases of one state machine have one name",
        "CloudFormation refuses the second: the alias exists already.",
        "Rename one, or remove it.";
    VERSION_DESCRIPTION "SFA022" "version-description" Error API_PUBLISH
        "The description of a version is too long",
        "CloudFormation's schema lets 2048 characters through, PublishStateMachineVersion takes 256: the deploy fails.",
        "Use 256 characters or fewer.";
    PREFERENCE_WITHOUT_ALIAS "SFA023" "preference-without-alias" Error SAM_DOCS
        "DeploymentPreference of a SAM state machine without AutoPublishAlias",
        "There is no alias whose traffic could be shifted: SAM refuses the template.",
        "Add AutoPublishAlias with the alias's name.";
    EVENTS_BYPASS_ALIAS "SFA024" "events-bypass-alias" Warning SAM_DOCS
        "Events of a SAM state machine with AutoPublishAlias start the state machine itself",
        "Without UseAliasAsEventTarget the events never pass the alias: no deployment preference or rollback reaches them.",
        "Set `UseAliasAsEventTarget: true`, and let the events' roles start the state machine's ARN, see events-role.";
    EVENTS_ROLE "SFA025" "events-role" Warning AUTHORIZATION
        "An event of a SAM state machine starts its alias with the role that SAM makes",
        "SAM's role (translator 1.115) allows states:StartExecution on the alias's ARN, and Step Functions authorises with the state machine's own: the event is denied.",
        "Let the role start the state machine's ARN: give a Schedule or ScheduleV2 a RoleArn, and attach an AWS::IAM::RolePolicy to the role that SAM makes of another event, named after state machine and event: `RoleName: !Ref OrdersPlacedRole`.";
    VERSIONS_AT_ONCE "SFA026" "versions-at-once" Warning CFN_VERSION
        "Two versions that are both of the newest revision when they are deployed together",
        "The provider refuses a version when the latest one is of the same revision: a deploy in which both are new, as in a new stack, fails. It goes through only where each is added in a deploy that changes the state machine.",
        "Keep one version resource, and lead routes to older versions by their ARNs.";
    VERSION_MACHINE "SFA027" "version-machine" Error CFN_VERSION
        "StateMachineArn of a version leads to something else than a state machine, such as a version or an alias",
        "A version is published of a state machine: AWS finds none of this ARN, and the deploy fails.",
        "Give the ARN of the state machine, `!Ref` of it for example.";
    NOT_DECIDED "SFA028" "not-decided" Info CONDITIONS
        "Not decided: too many conditions, or texts too long to be put together",
        "Conditions are tried out in at most 4096 ways, of which at most 256 may differ, and texts of at most 1 MB are put together: beyond that nothing is said of what depends on them, and a detail may stand there unseen.",
        "Give the parameters that decide the conditions (`parameters` in the options), or let the resource depend on fewer conditions.";
}

const SAM_DOCS: &str =
    "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html";

/// Every rule, in the order of the ids.
///
/// ```
/// assert_eq!(sfn_alias_template::rules()[0].name, "weights-sum");
/// ```
pub const fn rules() -> &'static [Rule] {
    RULES
}

/// The rule of an id or a name, in capitals or not.
pub(crate) fn find_rule(id_or_name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.is_called(id_or_name))
}

impl Rule {
    pub(crate) const fn is_called(&self, id_or_name: &str) -> bool {
        self.id.eq_ignore_ascii_case(id_or_name) || self.name.eq_ignore_ascii_case(id_or_name)
    }
}
