using System.Text;
using F2bBroker.Contracts;
using F2bBroker.Producer.Sources;
using F2bBroker.Shared.Configuration;
using static F2bBroker.Fuzz.BrokenRuleException;

namespace F2bBroker.Fuzz.Targets;

/// <summary>A line of the monitored log, as the consumer reads it back and as a bridge's producer forwards it.</summary>
internal static class MonitoredLineTarget
{
    private static readonly LineParser Bridge = new(LogFormat.F2bBroker);

    public static void Run(byte[] input)
    {
        ReadOnlySpan<byte> bytes = InputText.FirstLine(input, "\r\n"u8);
        string line = Encoding.UTF8.GetString(bytes);
        MonitoredLogLine? written = MonitoredLogLine.Parse(line);
        PardonLine? pardon = PardonLine.Parse(line);
        PositionLine? position = PositionLine.Parse(line);
        ThrowUnless(new object?[] { written, pardon, position }.Count(read => read is not null) <= 1, "A line has one meaning.");
        if (written is not null)
        {
            CheckWritten(written);
        }

        // A hole in front of a line costs nothing.
        CheckForwarded(Bridge.Parse(bytes), MonitoredLogLine.Parse(line.TrimStart('\0')));
        ThrowUnless(pardon is null || PardonLine.Parse(Rewrite(pardon.WrittenAt, pardon.Text)) == pardon, "A pardon is read as written.");
        ThrowUnless(
            position is null || PositionLine.Parse(Rewrite(position.ReachedAt, position.Text)) == position,
            "A position is read as written.");
    }

    private static void CheckWritten(MonitoredLogLine written)
    {
        BanRules.CheckAddress(written.Ban, written.Text.Split(' ')[1]);
        BanRules.Check(written.Ban);
        ThrowUnless(MonitoredLogLine.Parse(Rewrite(written.WrittenAt, written.Text)) == written, "A line is read as written.");
    }

    private static void CheckForwarded(SourceSegment segment, MonitoredLogLine? written)
    {
        ThrowUnless(segment.Ban is not null == written is { IsBan: true }, "A bridge forwards the bans, and nothing else.");
        if (segment.Ban is { } ban)
        {
            Ban original = written!.Ban;
            ThrowUnless(
                ban == original with { Server = "web1", Via = original.Server },
                "A forwarded ban is the written one, with the bridge as its server.");
            BanRules.Check(ban);
        }
    }

    private static string Rewrite(DateTimeOffset at, string text) => MonitoredLogLine.Format(at, text).TrimEnd('\n');
}
