using System.CommandLine;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Commands;

/// <summary>The options of enroll that say how the server receives bans. They exclude each other.</summary>
internal sealed class ReceiveOptions
{
    public Option<bool> Stream { get; } = new("--stream")
    {
        Description = "The server has no queue and follows the stream of the bans. The settings say so (queuetype).",
    };

    public Option<bool> Queue { get; } = new("--queue")
    {
        Description = "With --force: give a server that followed the stream a queue.",
    };

    public Option<bool> QuorumQueue { get; } = new("--quorum-queue")
    {
        Description = "Create a quorum queue, for a cluster of three nodes or more. The settings name the type (queuetype).",
    };

    public Option<bool> DropWaiting { get; } = new("--drop-waiting")
    {
        Description = "With --stream --force: switch although bans wait in the queue that the stream no longer holds. They are lost.",
    };

    /// <summary>Returns the type that the options ask for; null if none is given.</summary>
    /// <exception cref="CommandFailedException">The options exclude each other.</exception>
    public QueueType? Read(ParseResult parsed)
    {
        (Option<bool> Option, QueueType Type)[] given =
        [
            .. new[] { (Stream, QueueType.Stream), (Queue, QueueType.Classic), (QuorumQueue, QueueType.Quorum) }
                .Where(pair => parsed.GetValue(pair.Item1)),
        ];
        if (given.Length > 1)
        {
            throw Fail($"{given[0].Option.Name} and {given[1].Option.Name} exclude each other.");
        }

        QueueType? type = given.FirstOrDefault().Type;
        return type == QueueType.Stream || !parsed.GetValue(DropWaiting)
            ? type
            : throw Fail($"{DropWaiting.Name} is only for {Stream.Name}.");
    }

    private static CommandFailedException Fail(string message) => new(ExitCode.Configuration, message);
}
