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
import software.amazon.awssdk.services.sfn.model.ValidationException;

/** An unmodified client of the AWS SDK for Java v2: a whole alias life, then errors by their classes. */
final class Client {
    private static final String MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
    private static final String ALIAS = MACHINE + ":PROD";
    private static final String ROLE = "arn:aws:iam::000000000000:role/orders";
    private static final String DEFINITION = "{\"StartAt\": \"Done\", \"States\": {\"Done\": {\"Type\": \"Succeed\"}}}";

    // The environment says where the endpoint is: AWS_ENDPOINT_URL_SFN.
    private final SfnClient sfn = SfnClient.create();

    public static void main(String[] arguments) {
        Client client = new Client();
        client.twoVersions();
        client.create();
        client.start();
        client.shift();
        client.delete();
        client.errors();
    }

    private static RoutingConfigurationListItem route(int version, int weight) {
        String arn = MACHINE + ":" + version;
        return RoutingConfigurationListItem.builder().stateMachineVersionArn(arn).weight(weight).build();
    }

    /** The code and the message of an error, which must be of this very class. */
    private static String refused(Class<? extends SfnException> errorClass, Runnable call) {
        try {
            call.run();
        } catch (SfnException error) {
            if (error.getClass() != errorClass || error.statusCode() != 400 || error.requestId() == null) {
                throw error;
            }
            boolean told = error instanceof ValidationException invalid && invalid.reason() != null;
            String reason = told ? " (" + ((ValidationException) error).reasonAsString() + ")" : "";
            return error.awsErrorDetails().errorCode() + reason + ": " + error.awsErrorDetails().errorMessage();
        }
        throw new AssertionError("accepted");
    }

    private void twoVersions() {
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
            + refused(ConflictException.class, () -> sfn.createStateMachineAlias(other)));
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
        System.out.println("delete version 2: " + refused(ConflictException.class,
            () -> sfn.deleteStateMachineVersion(r -> r.stateMachineVersionArn(version))));
        sfn.deleteStateMachineAlias(r -> r.stateMachineAliasArn(ALIAS));
        sfn.deleteStateMachineVersion(r -> r.stateMachineVersionArn(version));
        System.out.println("deleted the alias, then version 2");
    }

    private void errors() {
        String gone = MACHINE.replace("orders", "gone");
        String other = DEFINITION.replace("Done", "End");
        String history = MACHINE.replace("stateMachine", "execution") + ":one";
        print(ResourceNotFoundException.class, () -> sfn.describeStateMachineAlias(r -> r.stateMachineAliasArn(ALIAS)));
        print(ValidationException.class,
            () -> sfn.createStateMachineAlias(r -> r.name("PROD").routingConfiguration(route(1, 70))));
        print(ValidationException.class,
            () -> sfn.createStateMachineAlias(r -> r.name("123").routingConfiguration(route(1, 100))));
        print(StateMachineDoesNotExistException.class, () -> sfn.describeStateMachine(r -> r.stateMachineArn(gone)));
        print(StateMachineAlreadyExistsException.class,
            () -> sfn.createStateMachine(r -> r.name("orders").definition(other).roleArn(ROLE)));
        print(InvalidTokenException.class, () -> sfn.listStateMachines(r -> r.nextToken("x")));
        print(InvalidArnException.class, () -> sfn.startExecution(r -> r.stateMachineArn("orders")));
        print(SfnException.class, () -> sfn.getExecutionHistory(r -> r.executionArn(history)));
    }

    private static void print(Class<? extends SfnException> errorClass, Runnable call) {
        System.out.println(refused(errorClass, call));
    }
}
