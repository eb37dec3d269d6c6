import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ConflictException;
import software.amazon.awssdk.services.sfn.model.CreateStateMachineAliasRequest;
import software.amazon.awssdk.services.sfn.model.InvalidArnException;
import software.amazon.awssdk.services.sfn.model.InvalidTokenException;
import software.amazon.awssdk.services.sfn.model.ResourceNotFoundException;
import software.amazon.awssdk.services.sfn.model.RoutingConfigurationListItem;
import software.amazon.awssdk.services.sfn.model.SfnException;
import software.amazon.awssdk.services.sfn.model.StateMachineAlreadyExistsException;
import software.amazon.awssdk.services.sfn.model.StateMachineDoesNotExistException;
import software.amazon.awssdk.services.sfn.model.StateMachineTypeNotSupportedException;
import software.amazon.awssdk.services.sfn.model.ValidationException;

/** An unmodified client of the AWS SDK for Java v2: the life cycle of an alias, then errors. */
final class Client {
    private static final String MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
    private static final String ALIAS = MACHINE + ":PROD";
    private static final String ROLE = "arn:aws:iam::000000000000:role/orders";
    private static final String DEFINITION = "{\"StartAt\": \"Done\", \"States\": {\"Done\": {\"Type\": \"Succeed\"}}}";

    // The SDK reads the endpoint from AWS_ENDPOINT_URL_SFN.
    private final SfnClient sfn = SfnClient.create();
    // The SDK sends StartSyncExecution to `sync-` and the host, which does not exist for a local endpoint.
    private final SfnClient sync = SfnClient.builder()
        .overrideConfiguration(c -> c.putAdvancedOption(SdkAdvancedClientOption.DISABLE_HOST_PREFIX_INJECTION, true)).build();

    public static void main(String[] arguments) {
        Client client = new Client();
        client.publishTwoVersions();
        client.create();
        client.start();
        client.shift();
        client.delete();
        client.testErrors();
    }

    private static RoutingConfigurationListItem route(int version, int weight) {
        String arn = MACHINE + ":" + version;
        return RoutingConfigurationListItem.builder().stateMachineVersionArn(arn).weight(weight).build();
    }

    /** Returns the code and the message of an error, which must have exactly this class. */
    private static String expectError(Class<? extends SfnException> errorClass, Runnable call) {
        try {
            call.run();
        } catch (SfnException error) {
            if (error.getClass() != errorClass || error.statusCode() != 400 || error.requestId() == null) {
                throw error;
            }
            boolean hasReason = error instanceof ValidationException invalid && invalid.reason() != null;
            String reason = hasReason ? " (" + ((ValidationException) error).reasonAsString() + ")" : "";
            return error.awsErrorDetails().errorCode() + reason + ": " + error.awsErrorDetails().errorMessage();
        }
        throw new AssertionError("no error");
    }

    private void publishTwoVersions() {
        sfn.createStateMachine(r -> r.name("orders").definition(DEFINITION).roleArn(ROLE).publish(true));
        String definition = "{\"StartAt\": \"Done\", \"States\": {\"Done\": {\"Type\": \"Pass\", \"End\": true}}}";
        var second = sfn.updateStateMachine(r -> r.stateMachineArn(MACHINE).definition(definition).publish(true));
        System.out.println("published " + second.stateMachineVersionArn());
    }

    private void create() {
        var request = CreateStateMachineAliasRequest.builder()
            .name("PROD").routingConfiguration(route(1, 90), route(2, 10)).build();
        var created = sfn.createStateMachineAlias(request);
        System.out.println("created " + created.stateMachineAliasArn());
        var again = sfn.createStateMachineAlias(request);
        boolean same = again.creationDate().equals(created.creationDate());
        System.out.println("repeated request: " + (same ? "same response" : "different response"));
        var other = request.toBuilder().description("live").build();
        System.out.println("different description: "
            + expectError(ConflictException.class, () -> sfn.createStateMachineAlias(other)));
    }

    private void start() {
        for (int started = 0; started < 1000; started++) {
            sfn.startExecution(r -> r.stateMachineArn(ALIAS));
        }
        for (int version = 1; version <= 2; version++) {
            String arn = MACHINE + ":" + version;
            long count = sfn.listExecutionsPaginator(r -> r.stateMachineArn(arn)).executions().stream().count();
            System.out.println("version " + version + ": " + count + " of 1000 starts");
        }
    }

    private void shift() {
        sfn.updateStateMachineAlias(r -> r.stateMachineAliasArn(ALIAS).routingConfiguration(route(2, 100)));
        for (var route : sfn.describeStateMachineAlias(r -> r.stateMachineAliasArn(ALIAS)).routingConfiguration()) {
            System.out.println("shifted " + route.weight() + "% to " + route.stateMachineVersionArn());
        }
    }

    private void delete() {
        String version = MACHINE + ":2";
        System.out.println("delete version 2: " + expectError(ConflictException.class,
            () -> sfn.deleteStateMachineVersion(r -> r.stateMachineVersionArn(version))));
        sfn.deleteStateMachineAlias(r -> r.stateMachineAliasArn(ALIAS));
        sfn.deleteStateMachineVersion(r -> r.stateMachineVersionArn(version));
        System.out.println("deleted the alias, then version 2");
    }

    private void testErrors() {
        String gone = MACHINE.replace("orders", "gone");
        String other = DEFINITION.replace("Done", "End");
        printError(ResourceNotFoundException.class, () -> sfn.describeStateMachineAlias(r -> r.stateMachineAliasArn(ALIAS)));
        printError(ValidationException.class,
            () -> sfn.createStateMachineAlias(r -> r.name("PROD").routingConfiguration(route(1, 70))));
        printError(ValidationException.class,
            () -> sfn.createStateMachineAlias(r -> r.name("123").routingConfiguration(route(1, 100))));
        printError(StateMachineDoesNotExistException.class, () -> sfn.describeStateMachine(r -> r.stateMachineArn(gone)));
        printError(StateMachineAlreadyExistsException.class,
            () -> sfn.createStateMachine(r -> r.name("orders").definition(other).roleArn(ROLE)));
        printError(InvalidTokenException.class, () -> sfn.listStateMachines(r -> r.nextToken("x")));
        printError(InvalidArnException.class, () -> sfn.startExecution(r -> r.stateMachineArn("orders")));
        printError(StateMachineTypeNotSupportedException.class, () -> sync.startSyncExecution(r -> r.stateMachineArn(MACHINE)));
        printError(SfnException.class, () -> sfn.listActivities());
    }

    private static void printError(Class<? extends SfnException> errorClass, Runnable call) {
        System.out.println(expectError(errorClass, call));
    }
}
