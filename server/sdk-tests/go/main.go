// An unmodified client of the AWS SDK for Go v2 against the endpoint: the life cycle of an alias, then errors.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const (
	machine    = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
	alias      = machine + ":PROD"
	role       = "arn:aws:iam::000000000000:role/orders"
	definition = `{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}`
)

var ctx = context.Background()

func main() {
	// The SDK reads the endpoint from AWS_ENDPOINT_URL_SFN.
	loaded, err := config.LoadDefaultConfig(ctx)
	must(err)
	client := sfn.NewFromConfig(loaded)
	publishTwoVersions(client)
	create(client)
	start(client)
	shift(client)
	remove(client)
	testErrors(client)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func route(version int, weight int32) types.RoutingConfigurationListItem {
	arn := fmt.Sprintf("%s:%d", machine, version)
	return types.RoutingConfigurationListItem{StateMachineVersionArn: &arn, Weight: weight}
}

// expectError returns the code and the message of an error, which must have type E.
func expectError[E smithy.APIError](err error) string {
	var known E
	if !errors.As(err, &known) {
		log.Fatalf("expected %T, got %v", known, err)
	}
	reason := ""
	if invalid, ok := any(known).(*types.ValidationException); ok && invalid.Reason != "" {
		reason = fmt.Sprintf(" (%s)", invalid.Reason)
	}
	return fmt.Sprintf("%s%s: %s", known.ErrorCode(), reason, known.ErrorMessage())
}

func publishTwoVersions(client *sfn.Client) {
	_, err := client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: aws.String("orders"), Definition: aws.String(definition), RoleArn: aws.String(role), Publish: true,
	})
	must(err)
	second, err := client.UpdateStateMachine(ctx, &sfn.UpdateStateMachineInput{
		StateMachineArn: aws.String(machine),
		Definition:      aws.String(`{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}`),
		Publish:         true,
	})
	must(err)
	fmt.Println("published", *second.StateMachineVersionArn)
}

func create(client *sfn.Client) {
	request := &sfn.CreateStateMachineAliasInput{
		Name:                 aws.String("PROD"),
		RoutingConfiguration: []types.RoutingConfigurationListItem{route(1, 90), route(2, 10)},
	}
	created, err := client.CreateStateMachineAlias(ctx, request)
	must(err)
	fmt.Println("created", *created.StateMachineAliasArn)
	again, err := client.CreateStateMachineAlias(ctx, request)
	must(err)
	answer := "different response"
	if again.CreationDate.Equal(*created.CreationDate) {
		answer = "same response"
	}
	fmt.Println("repeated request:", answer)
	request.Description = aws.String("live")
	_, err = client.CreateStateMachineAlias(ctx, request)
	fmt.Println("different description:", expectError[*types.ConflictException](err))
}

func start(client *sfn.Client) {
	for range 1000 {
		_, err := client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(alias)})
		must(err)
	}
	for version := 1; version <= 2; version++ {
		arn := fmt.Sprintf("%s:%d", machine, version)
		pages := sfn.NewListExecutionsPaginator(client, &sfn.ListExecutionsInput{StateMachineArn: &arn})
		count := 0
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			must(err)
			count += len(page.Executions)
		}
		fmt.Printf("version %d: %d of 1000 starts\n", version, count)
	}
}

func shift(client *sfn.Client) {
	_, err := client.UpdateStateMachineAlias(ctx, &sfn.UpdateStateMachineAliasInput{
		StateMachineAliasArn: aws.String(alias),
		RoutingConfiguration: []types.RoutingConfigurationListItem{route(2, 100)},
	})
	must(err)
	described, err := client.DescribeStateMachineAlias(ctx, &sfn.DescribeStateMachineAliasInput{
		StateMachineAliasArn: aws.String(alias),
	})
	must(err)
	for _, shifted := range described.RoutingConfiguration {
		fmt.Printf("shifted %d%% to %s\n", shifted.Weight, *shifted.StateMachineVersionArn)
	}
}

func remove(client *sfn.Client) {
	version := &sfn.DeleteStateMachineVersionInput{StateMachineVersionArn: aws.String(machine + ":2")}
	_, err := client.DeleteStateMachineVersion(ctx, version)
	fmt.Println("delete version 2:", expectError[*types.ConflictException](err))
	_, err = client.DeleteStateMachineAlias(ctx, &sfn.DeleteStateMachineAliasInput{StateMachineAliasArn: aws.String(alias)})
	must(err)
	_, err = client.DeleteStateMachineVersion(ctx, version)
	must(err)
	fmt.Println("deleted the alias, then version 2")
}

func testErrors(client *sfn.Client) {
	_, err := client.DescribeStateMachineAlias(ctx, &sfn.DescribeStateMachineAliasInput{StateMachineAliasArn: aws.String(alias)})
	fmt.Println(expectError[*types.ResourceNotFound](err))
	fmt.Println(expectError[*types.ValidationException](createWith(client, "PROD", route(1, 70))))
	fmt.Println(expectError[*types.ValidationException](createWith(client, "123", route(1, 100))))
	gone := strings.Replace(machine, "orders", "gone", 1)
	_, err = client.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &gone})
	fmt.Println(expectError[*types.StateMachineDoesNotExist](err))
	other := strings.ReplaceAll(definition, "Done", "End")
	_, err = client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: aws.String("orders"), Definition: &other, RoleArn: aws.String(role),
	})
	fmt.Println(expectError[*types.StateMachineAlreadyExists](err))
	_, err = client.ListStateMachines(ctx, &sfn.ListStateMachinesInput{NextToken: aws.String("x")})
	fmt.Println(expectError[*types.InvalidToken](err))
	_, err = client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String("orders")})
	fmt.Println(expectError[*types.InvalidArn](err))
	_, err = client.StartSyncExecution(ctx, &sfn.StartSyncExecutionInput{StateMachineArn: aws.String(machine)}, disableHostPrefix)
	fmt.Println(expectError[*types.StateMachineTypeNotSupported](err))
	_, err = client.ListActivities(ctx, &sfn.ListActivitiesInput{})
	fmt.Println(expectError[*smithy.GenericAPIError](err))
}

// disableHostPrefix is needed for StartSyncExecution: the SDK sends it to `sync-` and the host, which does not exist for a local endpoint.
func disableHostPrefix(options *sfn.Options) {
	options.APIOptions = append(options.APIOptions, func(stack *middleware.Stack) error {
		disable := func(ctx context.Context, input middleware.InitializeInput, next middleware.InitializeHandler) (
			middleware.InitializeOutput, middleware.Metadata, error,
		) {
			return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), input)
		}
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("DisableHostPrefix", disable), middleware.Before)
	})
}

func createWith(client *sfn.Client, name string, route types.RoutingConfigurationListItem) error {
	_, err := client.CreateStateMachineAlias(ctx, &sfn.CreateStateMachineAliasInput{
		Name: &name, RoutingConfiguration: []types.RoutingConfigurationListItem{route},
	})
	return err
}
