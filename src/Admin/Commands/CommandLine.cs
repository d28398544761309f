using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>What the commands share: options, the connection to the broker, output and error handling.</summary>
internal sealed class CommandLine
{
    private readonly Option<string?> api = new("--api")
    {
        Description = $"RabbitMQ's management API. The login comes from {ApiLogin.Variable} (a whole URL), --api-file, or a prompt.",
        HelpName = "https://HOST:15671",
        Recursive = true,
    };

    private readonly Option<string?> apiFile = new("--api-file")
    {
        Description = "A file, readable by its owner only, that holds the whole URL with the login.",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<bool> json = new("--json") { Description = "Print JSON.", Recursive = true };

    private readonly Option<string?> amqp = new("--amqp")
    {
        Description =
            $"The broker's AMQP address for this command. Default: {OperatorConnection.AddressVariable}, or the management API's host and "
                + "the port that the API names.",
        HelpName = "amqps://HOST:5671",
    };

    public IEnumerable<Option> GlobalOptions => [api, apiFile, json];

    /// <summary>The option for commands that need <see cref="CreateConnection"/>.</summary>
    public Option Amqp => amqp;

    public static void Warn(string message) => Console.Error.WriteLine(message);

    public bool IsJson(ParseResult parsed) => parsed.GetValue(json);

    public OperatorConnection CreateConnection(ParseResult parsed, ManagementApi broker) =>
        new(broker, parsed.GetValue(amqp) ?? Environment.GetEnvironmentVariable(OperatorConnection.AddressVariable));

    /// <summary>Returns true if an option or the environment names the management API.</summary>
    public bool IsManagementApiNamed(ParseResult parsed) =>
        (parsed.GetValue(api) ?? parsed.GetValue(apiFile) ?? Environment.GetEnvironmentVariable(ApiLogin.Variable)) is { Length: > 0 };

    public ManagementApi OpenManagementApi(ParseResult parsed) =>
        new(
            ApiLogin.Resolve(
                parsed.GetValue(api),
                parsed.GetValue(apiFile),
                Environment.GetEnvironmentVariable(ApiLogin.Variable),
                LoginPrompt.Create(),
                Warn));

    /// <summary>Runs the action with the management API, as the operator.</summary>
    public Command WithManagementApi(Command command, Func<ParseResult, ManagementApi, CancellationToken, Task> act) =>
        WithExitCode(command, async (parsed, broker, cancel) =>
        {
            await act(parsed, broker, cancel);
            return ExitCode.Success;
        });

    /// <summary>Runs the action with the management API and an output, for commands that change something.</summary>
    public Command WithOutput(Command command, Func<ParseResult, ManagementApi, CommandOutput, CancellationToken, Task> act) =>
        WithExitCode(command, async (parsed, broker, cancel) =>
        {
            CommandOutput answer = new(IsJson(parsed));
            await act(parsed, broker, answer, cancel);
            answer.Finish();
            return answer.FinalExitCode;
        });

    /// <summary>Runs the action. An expected failure becomes an error message and its exit code.</summary>
    public static Command WithErrorHandling(Command command, Func<ParseResult, CancellationToken, Task<int>> act)
    {
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                return await act(parsed, cancel);
            }
            catch (CommandFailedException error)
            {
                Warn(error.Message);
                return error.ExitCode;
            }
        });
        return command;
    }

    private Command WithExitCode(Command command, Func<ParseResult, ManagementApi, CancellationToken, Task<int>> act) =>
        WithErrorHandling(command, async (parsed, cancel) =>
        {
            using ManagementApi broker = OpenManagementApi(parsed);
            return await act(parsed, broker, cancel);
        });
}
