using System.CommandLine;
using F2bBroker.Admin.Errors;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>The command errors.</summary>
internal sealed class ErrorsCommand(CommandLine line)
{
    private readonly Argument<string> server = new("SERVER") { Description = "The server that refused the messages." };

    private readonly Option<string?> from = new("--from") { Description = "Only those of this sender.", HelpName = "SERVER" };

    private readonly Option<string?> reason = new("--reason") { Description = "Only those whose reason contains this text.", HelpName = "TEXT" };

    private readonly Option<bool> drop = new("--drop") { Description = "Delete them." };

    private readonly Option<bool> requeue = new("--requeue") { Description = "Put them back into the server's own queue, where they are judged once more." };

    public Command Command => line.OnBroker(
        new Command("errors", "Show what a server has refused, and what that means; or drop it, or have it judged once more.") { server, from, reason, drop, requeue, line.Amqp }, ActAsync);

    private async Task ActAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        string name = ServerUser.Named(parsed.GetValue(server)!);
        ErrorQueue queue = new(line.AmqpOf(parsed, broker), name);
        bool IsChosen(RefusedMessage message) => (parsed.GetValue(from) ?? message.Origin) == message.Origin
            && message.Reason.Contains(parsed.GetValue(reason) ?? "", StringComparison.Ordinal);
        switch (parsed.GetValue(drop), parsed.GetValue(requeue))
        {
            case (true, true):
                throw new AdminFault(ExitCode.Configuration, "--drop and --requeue exclude each other.");
            case (true, false):
                await MoveAsync(queue, IsChosen, Fate.Drop, "dropped", line.IsJson(parsed), cancel);
                break;
            case (false, true):
                await MoveAsync(queue, IsChosen, Fate.Requeue, "requeued", line.IsJson(parsed), cancel);
                break;
            default:
                await new ErrorReport(queue, name).PrintAsync(IsChosen, line.IsJson(parsed), cancel);
                break;
        }
    }

    private static async Task MoveAsync(ErrorQueue queue, Func<RefusedMessage, bool> isChosen, Fate fate, string done, bool isJson, CancellationToken cancel)
    {
        int count = (await Waiting.ForAsync("Going through the error queue", () => queue.GoThroughAsync(isChosen, fate, cancel))).Count;
        Answer answer = new(isJson);
        answer.Add(done, count);
        answer.Tell($"{count} message{(count == 1 ? "" : "s")} {done}.");
        answer.Finish();
    }
}
