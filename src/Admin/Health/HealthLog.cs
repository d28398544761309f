using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Admin.Health;

/// <summary>Keeps the last message of each program, and counts the messages of each sender.</summary>
internal sealed class HealthLog
{
    private readonly Lock gate = new();
    private readonly Dictionary<ProgramName, LastHealth> last = [];
    private readonly Dictionary<string, long> sent = [];
    private readonly Dictionary<(string Sender, bool IsForeign), RefusedHealth> refused = [];

    /// <summary>True if the stream is too short to show who is silent.</summary>
    public bool IsFlooded { get; set; }

    /// <summary>Adds a message. Messages must be added in the order of the stream.</summary>
    /// <param name="from">The begin of the period in which it was published, by the broker's clock.</param>
    /// <param name="to">The end of that period.</param>
    public void Add(StreamMessage message, DateTimeOffset from, DateTimeOffset to)
    {
        string sender = MessageOrigin.FromUserId(message.Properties).Name;
        lock (gate)
        {
            sent[sender] = sent.GetValueOrDefault(sender) + 1;
            try
            {
                HealthMessage health = HealthMessageReader.Parse(message);
                last[ProgramName.From(health)] = new LastHealth(health, from, to);
            }
            catch (InvalidMessageException refusal)
            {
                Count(sender, message.Exchange != Topology.HealthExchange, refusal.Message);
            }
        }
    }

    /// <summary>Adds a message of an earlier period, if it is of one of these programs. Such messages are not counted.</summary>
    /// <inheritdoc cref="Add"/>
    public void AddEarlier(StreamMessage message, ILookup<string, ProgramName> wanted, DateTimeOffset from, DateTimeOffset to)
    {
        ProgramName[] programs = [.. wanted[MessageOrigin.FromUserId(message.Properties).Name]];
        if (programs.Length == 0)
        {
            return;
        }

        try
        {
            HealthMessage health = HealthMessageReader.Parse(message);
            lock (gate)
            {
                if (programs.Contains(ProgramName.From(health)))
                {
                    last[ProgramName.From(health)] = new LastHealth(health, from, to);
                }
            }
        }
        catch (InvalidMessageException)
        {
            // Messages that do not count are reported while they are recent.
        }
    }

    /// <summary>Returns those programs of which no message was added.</summary>
    public IReadOnlyList<ProgramName> FindMissing(IEnumerable<ProgramName> programs)
    {
        lock (gate)
        {
            return [.. programs.Where(program => !last.ContainsKey(program))];
        }
    }

    /// <param name="now">The time by the broker's clock up to which messages were added.</param>
    public HealthSnapshot Snapshot(DateTimeOffset now)
    {
        lock (gate)
        {
            return new HealthSnapshot(
                now,
                new Dictionary<ProgramName, LastHealth>(last),
                [.. refused.Values],
                IsFlooded ? sent.MaxBy(sender => sender.Value).Key : null);
        }
    }

    private void Count(string sender, bool isForeign, string reason)
    {
        RefusedHealth before = refused.GetValueOrDefault((sender, isForeign)) ?? new RefusedHealth(sender, isForeign, reason, Count: 0);
        refused[(sender, isForeign)] = before with { Count = before.Count + 1 };
    }
}
