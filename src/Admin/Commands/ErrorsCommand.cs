using System.CommandLine;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Errors;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Servers;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>The command errors.</summary>
internal sealed class ErrorsCommand(CommandLine line)
{
    private readonly Argument<string> server = new("SERVER") { Description = "The server that refused the messages." };

    private readonly Option<string?> from = new("--from") { Description = "Only messages of this sender.", HelpName = "SERVER" };

    private readonly Option<string?> reason = new("--reason")
    {
        Description = "Only messages whose reason contains this text.",
        HelpName = "TEXT",
    };

    private readonly Option<bool> drop = new("--drop") { Description = "Delete the messages." };

    private readonly Option<bool> requeue = new("--requeue")
    {
        Description = "Publish the messages to the server's own queue, where they are evaluated again.",
    };

    public Command Command =>
        line.WithManagementApi(
            new Command("errors", "Show the messages that a server refused and what the reasons mean, or drop or requeue them.")
            {
                server,
                from,
                reason,
                drop,
                requeue,
                line.Amqp,
            },
            ActAsync);

    private async Task ActAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        string name = ServerUser.ValidateName(parsed.GetValue(server)!);
        MessageAction action = FindAction(parsed);
        OperatorConnection amqp = line.CreateConnection(parsed, broker);
        bool IsChosen(RefusedMessage message) => (parsed.GetValue(from) ?? message.Origin) == message.Origin
            && message.Reason.Contains(parsed.GetValue(reason) ?? "", StringComparison.Ordinal);
        if (await ServerPermissions.FindRoleAsync(broker, name, cancel) is { FollowsStream: true })
        {
            await PrintOfStreamAsync(parsed, name, action, new StreamErrorReader(amqp, () => broker.BrokerTime), IsChosen, cancel);
            return;
        }

        ErrorQueueBrowser queue = new(amqp, name);
        if (action == MessageAction.Keep)
        {
            IReadOnlyList<RefusedMessage> refused = await WaitIndicator.RunAsync(
                "Looking through the error queue",
                () => queue.ProcessAsync(IsChosen, action, cancel));
            new ErrorReport(name, note: null).Print(refused, line.IsJson(parsed));
        }
        else
        {
            await MoveAsync(queue, IsChosen, action, line.IsJson(parsed), cancel);
        }
    }

    /// <exception cref="CommandFailedException">Both options are given.</exception>
    private MessageAction FindAction(ParseResult parsed) => (parsed.GetValue(drop), parsed.GetValue(requeue)) switch
    {
        (true, true) => throw new CommandFailedException(ExitCode.Configuration, "--drop and --requeue exclude each other."),
        (true, false) => MessageAction.Drop,
        (false, true) => MessageAction.Requeue,
        _ => MessageAction.Keep,
    };

    private async Task PrintOfStreamAsync(
        ParseResult parsed,
        string name,
        MessageAction action,
        StreamErrorReader stream,
        Func<RefusedMessage, bool> isChosen,
        CancellationToken cancel)
    {
        string rule = $"'{name}' follows the stream {Topology.HistoryStream}, whose messages can be neither dropped nor requeued: they are "
            + "deleted when they are older than its retention.";
        if (action != MessageAction.Keep)
        {
            throw new CommandFailedException(ExitCode.Configuration, rule);
        }

        IReadOnlyList<RefusedMessage> refused = await WaitIndicator.RunAsync(
            $"Reading {Topology.HistoryStream}",
            () => stream.ReadAsync(isChosen, cancel));
        new ErrorReport(name, rule).Print(refused, line.IsJson(parsed));
    }

    private static async Task MoveAsync(
        ErrorQueueBrowser queue,
        Func<RefusedMessage, bool> isChosen,
        MessageAction action,
        bool isJson,
        CancellationToken cancel)
    {
        string done = action == MessageAction.Drop ? "dropped" : "requeued";
        IReadOnlyList<RefusedMessage> moved =
            await WaitIndicator.RunAsync("Going through the error queue", () => queue.ProcessAsync(isChosen, action, cancel));
        CommandOutput answer = new(isJson);
        answer.AddField(done, moved.Count);
        answer.WriteMessage($"{moved.Count} message{(moved.Count == 1 ? "" : "s")} {done}.");
        answer.Finish();
    }
}
