using F2bBroker.Admin.Health;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Status;

/// <summary>
/// Compares the bans that a server's consumer wrote with those that its fail2ban logged, which its producer reads. Nothing is claimed
/// that is not certain.
/// </summary>
/// <param name="Answer"><c>yes</c> if fail2ban bans what the consumer writes, otherwise <c>no</c>; <see cref="None"/>; null if it is
/// unknown.</param>
/// <param name="Problem">The problem and the remedy; null if there is none.</param>
internal sealed record EnforcementCheck(string? Answer, string? Problem)
{
    /// <summary>The answer if fail2ban has nothing to ban: the consumer has written nothing since its start, is on trial, or is a bridge.
    /// </summary>
    public const string None = "none";

    /// <summary>The time within which fail2ban has banned a written ban.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private static readonly EnforcementCheck Unknown = new(null, null);

    public static EnforcementCheck NothingToBan { get; } = new(None, null);

    /// <param name="consumer">The consumer's last message.</param>
    /// <param name="producer">The producer's last message.</param>
    /// <param name="now">The time by the broker's clock.</param>
    public static EnforcementCheck Find(LastHealth? consumer, LastHealth? producer, DateTimeOffset now)
    {
        if (consumer?.Message is { Written: 0 } or { Trial: true } or { Bridge: true })
        {
            return NothingToBan;
        }

        if (consumer?.ClockAhead is not null
            || consumer?.Message is not { Written: > 0, LastBanAt: { } text }
            || UtcTimestamp.Parse(text) is not { } written
            || producer?.Message.Enforcement is not { } enforcement)
        {
            return Unknown;
        }

        string server = consumer.Message.Server;
        DateTimeOffset? logged = ParseTime(enforcement.LastAt);
        // A fail2ban whose action was corrected bans the same addresses again (Restore Ban).
        if (enforcement.Failed > 0 && enforcement.Failed >= enforcement.Banned + enforcement.Restored)
        {
            return new EnforcementCheck(
                "no",
                $"{server}'s fail2ban failed to execute the action of {enforcement.Failed} ban{(enforcement.Failed == 1 ? "" : "s")}: see "
                    + $"fail2ban's log on {server}, and f2bbroker doctor.");
        }

        if (logged >= written - Grace)
        {
            return new EnforcementCheck("yes", null);
        }

        // The producer reads the log in order. If it has read a line before the ban was written, it has read every line since.
        DateTimeOffset? read = logged ?? ParseTime(producer.Message.LastBanAt);
        return now - written > Grace && read < written - Grace
            ? new EnforcementCheck(
                "no",
                $"{server}'s consumer wrote a ban at {UtcTimestamp.Format(written)}, but its fail2ban has banned none since "
                    + $"{UtcTimestamp.Format(read.Value)}: is the jail f2bbroker running? On {server}, f2bbroker doctor.")
            : Unknown;
    }

    private static DateTimeOffset? ParseTime(string? text) => text is null ? null : UtcTimestamp.Parse(text);
}
