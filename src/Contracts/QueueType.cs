namespace F2bBroker.Contracts;

/// <summary>
/// The type of a server's queues: <c>classic</c> on one node, or <c>quorum</c> with copies on several nodes of a cluster. The type is fixed
/// when a queue is declared. A server of type <c>stream</c> has no queue: it follows the group's stream.
/// </summary>
public sealed class QueueType
{
    /// <summary>Names of queue arguments. RabbitMQ refuses a declaration whose arguments differ from those of the existing queue.</summary>
    public const string TypeArgument = "x-queue-type";
    public const string SingleActiveConsumerArgument = "x-single-active-consumer";

    // Stryker disable once all: a static value (docs/mutation.md)
    public static readonly QueueType Classic = new("classic", [], []);

    /// <summary>
    /// A quorum queue ignores the exclusive flag of a consumer, so two servers with one name would share its bans. A single active consumer
    /// prevents that. It also lets the broker drop a consumer whose node is down.
    /// </summary>
    // Stryker disable once all: a static value (docs/mutation.md)
    public static readonly QueueType Quorum = new(
        "quorum",
        new() { [TypeArgument] = "quorum", [SingleActiveConsumerArgument] = true },
        new() { [TypeArgument] = "quorum" });

    // Stryker disable once all: a static value (docs/mutation.md)
    public static readonly QueueType Stream = new("stream", [], []);

    private readonly Dictionary<string, object?> banQueueArguments;
    private readonly Dictionary<string, object?> errorQueueArguments;

    private QueueType(string name, Dictionary<string, object?> banQueueArguments, Dictionary<string, object?> errorQueueArguments) =>
        (Name, this.banQueueArguments, this.errorQueueArguments) = (name, banQueueArguments, errorQueueArguments);

    public string Name { get; }

    /// <summary>Arguments for the declaration of the server's queue.</summary>
    public IReadOnlyDictionary<string, object?> BanQueueArguments => banQueueArguments;

    /// <summary>Arguments for the declaration of the error queue.</summary>
    public IReadOnlyDictionary<string, object?> ErrorQueueArguments => errorQueueArguments;

    /// <summary>Returns the type with that name; null if there is none.</summary>
    public static QueueType? Parse(string text) => new[] { Classic, Quorum, Stream }.FirstOrDefault(type => type.Name == text);

    public override string ToString() => Name;
}
