using System.CommandLine;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary>What the commands share: how the broker is reached, how they answer, and how they end.</summary>
internal sealed class CommandLine
{
    private const string AmqpVariable = "F2BBROKER_AMQP";

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
        Description = $"The broker as this command reaches it by AMQP; by default {AmqpVariable}, or else the port that the management API names, on its host.",
        HelpName = "amqps://HOST:5671",
    };

    public IEnumerable<Option> Shared => [api, apiFile, json];

    /// <summary>For commands that need <see cref="AmqpOf"/>.</summary>
    public Option Amqp => amqp;

    public static void Warn(string sentence) => Console.Error.WriteLine(sentence);

    public bool IsJson(ParseResult parsed) => parsed.GetValue(json);

    public AmqpAccess AmqpOf(ParseResult parsed, ManagementApi broker) => new(broker, parsed.GetValue(amqp) ?? Environment.GetEnvironmentVariable(AmqpVariable));

    /// <summary>Has the command do that on the broker, as the operator.</summary>
    public Command OnBroker(Command command, Func<ParseResult, ManagementApi, CancellationToken, Task> act) => Alone(command, async (parsed, cancel) =>
    {
        using ManagementApi broker = new(ApiLogin.Resolve(
            parsed.GetValue(api), parsed.GetValue(apiFile), Environment.GetEnvironmentVariable(ApiLogin.Variable), Prompt.ForLogin(), Warn));
        await act(parsed, broker, cancel);
        return ExitCode.Stopped;
    });

    /// <summary>The same for a command that changes something, and tells what.</summary>
    public Command Changing(Command command, Func<ParseResult, ManagementApi, Answer, CancellationToken, Task> act) => OnBroker(command, async (parsed, broker, cancel) =>
    {
        Answer answer = new(IsJson(parsed));
        await act(parsed, broker, answer, cancel);
        answer.Finish();
    });

    /// <summary>Has the command do that; a fault becomes a sentence and its code.</summary>
    public static Command Alone(Command command, Func<ParseResult, CancellationToken, Task<int>> act)
    {
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                return await act(parsed, cancel);
            }
            catch (AdminFault fault)
            {
                Warn(fault.Message);
                return fault.ExitCode;
            }
        });
        return command;
    }
}
