using F2bBroker.Admin.Errors;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Why;

/// <summary>What this server did with a report, or would do with it now.</summary>
/// <param name="WrittenAs">The word of its line in the monitored log; null if it has none.</param>
/// <param name="WrittenAt">The time of that line, see <see cref="UtcTimestamp"/>.</param>
/// <param name="SkipReason">The reason for which the present rules skip it; null if they do not.</param>
/// <param name="Text">The same as a sentence.</param>
internal sealed record ReportOutcome(string? WrittenAs, string? WrittenAt, string? SkipReason, string Text)
{
    /// <param name="ban">The reported ban.</param>
    /// <param name="line">The line of the ban in the monitored log; null if it has none.</param>
    /// <param name="refused">The ban's message in this server's error queue; null if it is not there.</param>
    public static ReportOutcome Create(LocalDecision decision, Ban ban, LoggedLine? line, RefusedMessage? refused = null)
    {
        if (line is null)
        {
            string text = refused is null
                ? Describe(decision, ban)
                : $"Not written: this server has refused it ({refused.Reason}). {RefusalExplanation.For(refused.Reason)}";
            return new ReportOutcome(null, null, decision.SkipReason, text);
        }

        string word = line.Text[..line.Text.IndexOf(' ')];
        string writtenAt = UtcTimestamp.Format(line.WrittenAt);
        string now = decision.SkipReason is { } reason ? $" Now it would be skipped ({reason}). {SkipExplanation.For(reason)}" : "";
        return new ReportOutcome(word, writtenAt, decision.SkipReason, $"Written as {word} at {writtenAt}{Meaning(word, ban)}.{now}");
    }

    /// <summary>Describes the outcome for a new ban.</summary>
    public static string DescribeNew(LocalDecision decision, Ban ban) => decision switch
    {
        { SkipReason: { } reason } => $"would be skipped ({reason}). {SkipExplanation.For(reason)}",
        { Word: { } word } => $"would be written as {word}{Meaning(word, ban)}.",
        _ => "is written already.",
    };

    private static string Describe(LocalDecision decision, Ban ban) => decision switch
    {
        { SkipReason: { } reason } => $"Not written ({reason}). {SkipExplanation.For(reason)}",
        { Word: { } word } =>
            $"Not written, although no rule skips it: the consumer has not received it. It would be written as {word}{Meaning(word, ban)}. "
                + "f2bbroker doctor checks the consumer.",
        _ => "Written, but its line cannot be found any more.",
    };

    private static string Meaning(string word, Ban ban) => word switch
    {
        "Report" when ban.Via is not null => ", so it is neither banned nor forwarded again: another group has forwarded it",
        "Report" => ", so fail2ban does not ban it: fewer servers than quorum had reported the address",
        "Trial" => ", so fail2ban does not ban it: its server is on trial",
        _ => "",
    };
}
