using F2bBroker.Contracts;

namespace F2bBroker.Admin.Why;

/// <summary>A line of the monitored log.</summary>
/// <param name="Text">The rest of the line after the first date.</param>
/// <param name="Ban">The ban; null for a <c>Pardon</c> line.</param>
internal sealed record LoggedLine(DateTimeOffset WrittenAt, string Text, Ban? Ban)
{
    /// <summary>Returns the line, or null if the text is not a line that concerns the address.</summary>
    public static LoggedLine? Parse(string text, Subnet address) =>
        MonitoredLogLine.Parse(text) is { } line
            ? line.Ban.Ip.Overlaps(address) ? new LoggedLine(line.WrittenAt, line.Text, line.Ban) : null
            : PardonLine.Parse(text) is { } pardon && pardon.Ip.Overlaps(address)
                ? new LoggedLine(pardon.WrittenAt, pardon.Text, null)
                : null;
}
