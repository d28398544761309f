using System.Globalization;

namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>
/// Finds a ban by formatting: a line is a ban if a version's format prints exactly that line for an address, a jail and a process id.
/// </summary>
/// <remarks>It shares no code with the parser: it takes candidates from the line, prints each format with them, and compares.</remarks>
/// <param name="now">The time when a syslog is read.</param>
/// <param name="offset">The offset of local time, the same all year.</param>
internal sealed class Oracle(bool isSyslog, DateTimeOffset now, TimeSpan offset)
{
    private const string Ban = "] Ban ";
    private const string Sender = "fail2ban-server[";
    private const int MaxJailLength = 200;
    private const int MaxHostLength = 255;
    private const int FileTimeLength = 23;
    private const int ClassicTimeLength = 15;

    private readonly PrintedTime printed = new(now, offset);

    /// <summary>Returns the ban in the line; null if there is none.</summary>
    public TrueBan? FindBan(string line)
    {
        int ban = line.LastIndexOf(Ban, StringComparison.Ordinal);
        int jail = ban < 0 ? -1 : line.LastIndexOf('[', ban);
        return
            jail >= 0
            && PlainAddress.Network(line[(ban + Ban.Length)..]) is { } network
            && Head(line) is var (time, rest)
            && IsRendered(rest)
            ? new TrueBan(network, line[(jail + 1)..ban], time)
            : null;
    }

    private (DateTimeOffset Time, string Message)? Head(string line)
    {
        if (!isSyslog)
        {
            return line.Length > FileTimeLength && line[FileTimeLength] == ' ' && printed.ParseFileTime(line[..FileTimeLength]) is { } at
                ? (at, line[(FileTimeLength + 1)..])
                : null;
        }

        int timeEnd = char.IsAsciiLetter(line[0]) ? ClassicTimeLength : line.IndexOf(' ');
        int hostEnd = timeEnd > 0 && timeEnd < line.Length && line[timeEnd] == ' ' ? line.IndexOf(' ', timeEnd + 1) : -1;
        return hostEnd > 0 && IsHost(line[(timeEnd + 1)..hostEnd]) && printed.ParseSyslogTime(line[..timeEnd]) is { } time
            ? (time, WithoutSender(line[(hostEnd + 1)..]))
            : null;
    }

    private static string WithoutSender(string rest)
    {
        int end = rest.StartsWith(Sender, StringComparison.Ordinal) ? rest.IndexOf("]: ", StringComparison.Ordinal) : -1;
        return end > 0 && IsPid(rest[Sender.Length..end]) ? rest[(end + 3)..] : rest;
    }

    private static bool IsRendered(string rest)
    {
        int ban = rest.LastIndexOf(Ban, StringComparison.Ordinal);
        int open = ban < 0 ? -1 : rest.LastIndexOf('[', ban);
        if (open < 0)
        {
            return false;
        }

        (string jail, string id, string pid) = (rest[(open + 1)..ban], rest[(ban + Ban.Length)..], Bracketed(rest));
        return jail.Length is > 0 and <= MaxJailLength && !jail.Contains(']')
            && LogFormat.All.Any(format => format.Ban(pid, jail, id) == rest && (!format.HasPid || IsPid(pid)));
    }

    private static string Bracketed(string text)
    {
        int open = text.IndexOf('[');
        return text[(open + 1)..text.IndexOf(']', open)];
    }

    private static bool IsPid(string text) =>
        text.Length <= 10
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long pid)
        && pid > 0
        && pid.ToString(CultureInfo.InvariantCulture) == text;

    private static bool IsHost(string text) =>
        text.Length is > 0 and <= MaxHostLength && text.All(c => char.IsAsciiLetterOrDigit(c) || "._:-".Contains(c));
}
