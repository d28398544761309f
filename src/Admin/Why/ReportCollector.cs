using System.Text;
using F2bBroker.Admin.Errors;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Admin.Why;

/// <summary>Collects the messages of the stream that concern an address: the newest ones, and the number of all.</summary>
/// <param name="rules">This server's rules; null if the command does not run on a server.</param>
internal sealed class ReportCollector(Subnet address, LocalRules? rules, TimeProvider time)
{
    /// <summary>The number of messages that are kept.</summary>
    public const int MaxKept = 100;

    private readonly HashSet<Guid> ids = [];
    private readonly Queue<Report> reports = new();
    private readonly Queue<RefusedReport> refused = new();

    /// <summary>The newest bans that overlap the address, in the order of publishing, each once.</summary>
    public IReadOnlyList<Report> Reports => [.. reports];

    public int ReportCount => ids.Count;

    public IReadOnlyList<RefusedReport> Refused => [.. refused];

    public int RefusedCount { get; private set; }

    public void Add(StreamMessage message)
    {
        try
        {
            Add(ReceivedBanValidator.Parse(message.Properties, message.Body, time.GetUtcNow()));
        }
        catch (InvalidMessageException refusal)
        {
            AddRefused(message, refusal);
        }
    }

    private void Add(Ban ban)
    {
        LocalDecision? decision = rules?.Evaluate(ban);
        if (ban.Ip.Overlaps(address) && ids.Add(ban.MessageId))
        {
            Keep(reports, new Report(ban, decision));
        }
    }

    private void AddRefused(StreamMessage message, InvalidMessageException refusal)
    {
        int length = Math.Min(message.Body.Length, BodyValidation.MaxBytes);
        if (AddressMention.IsIn(Encoding.UTF8.GetString(message.Body.Span[..length]), address))
        {
            RefusedCount++;
            string sender = MessageOrigin.FromUserId(message.Properties).Name;
            Keep(
                refused,
                new RefusedReport(
                    sender.Length > 0 ? UntrustedText.Quote(sender) : "an unknown sender",
                    refusal.Message,
                    RefusalExplanation.For(refusal.Message)));
        }
    }

    private static void Keep<T>(Queue<T> kept, T item)
    {
        kept.Enqueue(item);
        if (kept.Count > MaxKept)
        {
            kept.Dequeue();
        }
    }
}
