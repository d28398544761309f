using System.Globalization;
using F2bBroker.Admin.Errors;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Why;

/// <summary>Formats an explanation as text, or as JSON. Foreign text is made printable.</summary>
internal static class ExplanationFormat
{
    private const int MaxLines = 20;

    public static string Text(Explanation known)
    {
        List<string> sections =
        [
            known.IsKnown ? known.Address.ToString() : $"Nothing is known of {known.Address}.",
            Section(
                $"Reported by ({Topology.HistoryStream})",
                known.Reports.Select(report => ReportText(report, known)),
                known.ReportCount),
            Section(
                $"Pardons ({Topology.PardonsStream})",
                known.Pardons.Select(pardon => PardonText(pardon, known.Now)),
                known.Pardons.Count),
        ];
        if (known.RefusedCount > 0)
        {
            sections.Add(
                Section(
                    "Refused by every server, because the message breaks the protocol",
                    known.Refused.Select(refused => $"{refused.Sender}: {refused.Reason}. {refused.Explanation}"),
                    known.RefusedCount));
        }

        if (known.Local is { } local)
        {
            sections.AddRange(LocalSections(local, known.Address));
        }

        if (known.Problems.Count > 0)
        {
            sections.Add(Section("Unknown, because it could not be read", known.Problems, known.Problems.Count));
        }

        return string.Join("\n\n", sections);
    }

    public static string JsonText(Explanation known) => Json.Indented(new
    {
        Address = known.Address.ToString(),
        known.IsKnown,
        Reports = known.Reports.Select(report => new
        {
            DetectedAt = UtcTimestamp.Format(report.Ban.DetectedAt),
            report.Ban.Server,
            report.Ban.Via,
            Jail = JailName.Sanitize(report.Ban.Jail),
            Ip = report.Ban.Ip.ToString(),
            Outcome = OutcomeOf(report, known),
        }),
        known.ReportCount,
        known.Refused,
        known.RefusedCount,
        Pardons = known.Pardons.Select(pardon => new
        {
            Ip = pardon.Ip?.ToString(),
            pardon.Server,
            pardon.Operator,
            PardonedAt = UtcTimestamp.Format(pardon.PardonedAt),
            Until = pardon.Until is { } until ? UtcTimestamp.Format(until) : null,
            pardon.Reason,
            IsInForce = pardon.IsInForce(known.Now),
        }),
        Local = known.Local is { } local
            ? new
            {
                local.Server,
                local.Log,
                Lines = local.Lines.TakeLast(ReportCollector.MaxKept).Select(LineText),
                local.Refused,
                NewBan = new
                {
                    local.NewBan.Jail,
                    WrittenAs = local.Decision.Word,
                    local.Decision.SkipReason,
                    Text = ReportOutcome.DescribeNew(local.Decision, local.NewBan),
                },
                Fail2ban = local.Fail2Ban,
            }
            : null,
        known.Problems,
    });

    private static IEnumerable<string> LocalSections(LocalState local, Subnet address)
    {
        yield return Section($"On this server, {local.Server}: lines of {local.Log}", local.Lines.Select(LineText), local.Lines.Count);
        if (local.Refused.Count > 0)
        {
            yield return Section("Refused by this server", local.Refused.Select(RefusedText), local.Refused.Count);
        }

        yield return $"A new ban of {address} by another server in jail {JailName.Sanitize(local.NewBan.Jail)} "
            + ReportOutcome.DescribeNew(local.Decision, local.NewBan);
        yield return Fail2BanText(local.Fail2Ban);
    }

    private static string Fail2BanText(Fail2BanState fail2ban) => fail2ban.Problem ?? string.Join('\n',
    [
        .. fail2ban.Bans.Count == 0 ? ["fail2ban has not banned it."] : fail2ban.Bans.Select(BanText),
        .. fail2ban.IgnoredBy.Select(ignored =>
            $"fail2ban's jail {ignored.Jail} does not ban it: its ignoreip contains {ignored.Ip}."),
    ]);

    private static string BanText(Fail2BanBan ban) => $"fail2ban's jail {ban.Jail} has banned {ban.Ip}"
        + (ban.Until is { } until ? $" until {until}." : ban.IsPermanent ? " permanently." : ".");

    private static string ReportText(Report report, Explanation known) =>
        BanFormat.Text(report.Ban) + (OutcomeOf(report, known) is { } outcome ? $"\n    {outcome.Text}" : "");

    private static ReportOutcome? OutcomeOf(Report report, Explanation known)
    {
        Guid id = report.Ban.MessageId;
        return report.Decision is { } decision
            ? ReportOutcome.Create(
                decision,
                report.Ban,
                known.Local?.Lines.LastOrDefault(line => line.Ban?.MessageId == id),
                known.Local?.Refused.LastOrDefault(message => RefusedBan.FindId(message) == id))
            : null;
    }

    private static string PardonText(Pardon pardon, DateTimeOffset now)
    {
        string until = pardon.Until is { } end ? $"until {UtcTimestamp.Format(end)}" : "without an end";
        string reason = pardon.Reason.Length > 0 ? $": {UntrustedText.ToSingleLine(pardon.Reason)}" : "";
        return $"{pardon.Subject} by {pardon.Operator} at {UtcTimestamp.Format(pardon.PardonedAt)}, {until} "
            + $"({(pardon.IsInForce(now) ? "in force" : "ended")}){reason}";
    }

    private static string RefusedText(RefusedMessage message) =>
        $"{message.RefusedAt ?? "-"}  from {(message.Origin.Length > 0 ? message.Origin : "an unknown sender")}: {message.Reason}. "
            + RefusalExplanation.For(message.Reason);

    private static string LineText(LoggedLine line) => $"{UtcTimestamp.Format(line.WrittenAt)} {line.Text}";

    /// <summary>Returns a headline and the newest lines.</summary>
    private static string Section(string head, IEnumerable<string> lines, int count)
    {
        string[] shown = [.. lines.TakeLast(MaxLines)];
        string more = count > shown.Length
            ? string.Create(CultureInfo.InvariantCulture, $"\n… and {count - shown.Length} older ones (--json shows more)")
            : "";
        return count == 0 ? $"{head}: none" : $"{head}:\n{string.Join('\n', shown)}{more}";
    }
}
