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
        ErrorQueueBrowser queue = new(line.CreateConnection(parsed, broker), name);
        bool IsChosen(RefusedMessage message) => (parsed.GetValue(from) ?? message.Origin) == message.Origin
            && message.Reason.Contains(parsed.GetValue(reason) ?? "", StringComparison.Ordinal);
        switch (parsed.GetValue(drop), parsed.GetValue(requeue))
        {
            case (true, true):
                throw new CommandFailedException(ExitCode.Configuration, "--drop and --requeue exclude each other.");
            case (true, false):
                await MoveAsync(queue, IsChosen, MessageAction.Drop, "dropped", line.IsJson(parsed), cancel);
                break;
            case (false, true):
                await MoveAsync(queue, IsChosen, MessageAction.Requeue, "requeued", line.IsJson(parsed), cancel);
                break;
            default:
                await new ErrorReport(queue, name).PrintAsync(IsChosen, line.IsJson(parsed), cancel);
                break;
        }
    }

    private static async Task MoveAsync(
        ErrorQueueBrowser queue,
        Func<RefusedMessage, bool> isChosen,
        MessageAction action,
        string done,
        bool isJson,
        CancellationToken cancel)
    {
        IReadOnlyList<RefusedMessage> moved =
            await WaitIndicator.RunAsync("Going through the error queue", () => queue.ProcessAsync(isChosen, action, cancel));
        CommandOutput answer = new(isJson);
        answer.AddField(done, moved.Count);
        answer.WriteMessage($"{moved.Count} message{(moved.Count == 1 ? "" : "s")} {done}.");
        answer.Finish();
    }
}
