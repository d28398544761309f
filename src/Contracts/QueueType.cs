namespace F2bBroker.Contracts;

/// <summary>
/// The type of a server's queues, which is fixed when they are made: <c>classic</c> on one node, or <c>quorum</c> with a copy on several
/// nodes of a cluster.
/// </summary>
public sealed class QueueType
{
    /// <summary>Arguments of a queue's declaration. Any that differs from the queue's own is refused for ever.</summary>
    public const string TypeArgument = "x-queue-type";
    public const string SingleActiveConsumerArgument = "x-single-active-consumer";

    public static readonly QueueType Classic = new("classic", [], []);

    /// <summary>
    /// A quorum queue serves an exclusive consumer like any other, so that two servers of one name would share their bans; one of several
    /// active consumers is
    /// what it has instead. It also lets the broker forget a consumer whose node is down.
    /// </summary>
    public static readonly QueueType Quorum = new(
        "quorum",
        new() { [TypeArgument] = "quorum", [SingleActiveConsumerArgument] = true },
        new() { [TypeArgument] = "quorum" });

    private readonly Dictionary<string, object?> banQueueArguments;
    private readonly Dictionary<string, object?> errorQueueArguments;

    private QueueType(string name, Dictionary<string, object?> banQueueArguments, Dictionary<string, object?> errorQueueArguments) =>
        (Name, this.banQueueArguments, this.errorQueueArguments) = (name, banQueueArguments, errorQueueArguments);

    public string Name { get; }

    /// <summary>Arguments of the server's queue.</summary>
    public IReadOnlyDictionary<string, object?> BanQueueArguments => banQueueArguments;

    /// <summary>Arguments of its error queue.</summary>
    public IReadOnlyDictionary<string, object?> ErrorQueueArguments => errorQueueArguments;

    /// <summary>The type of that name, or null.</summary>
    public static QueueType? Parse(string text) => new[] { Classic, Quorum }.FirstOrDefault(type => type.Name == text);

    public override string ToString() => Name;
}
