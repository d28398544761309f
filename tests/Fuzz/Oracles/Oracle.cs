using System.Globalization;

namespace F2bBroker.Fuzz.Oracles;

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

    private readonly LogFormat[] formats = LogFormat.All(isSyslog);
    private readonly PrintedTime printed = new(now, offset);

    /// <summary>Returns the ban in the line; null if there is none.</summary>
    public TrueBan? FindBan(string line) =>
        // A hole before the line costs nothing. A line with a hole in it is not known whole.
        line.TrimStart('\0') is var whole && !whole.Contains('\0')
        && Head(whole) is var (time, rest, formats)
        && FindRendered(rest, formats) is var (jail, id)
        && PlainAddress.Network(id) is { } network
            ? new TrueBan(network, jail, time)
            : null;

    private (DateTimeOffset Time, string Message, IEnumerable<LogFormat> Formats)? Head(string line)
    {
        if (!isSyslog)
        {
            bool isVerbose = line.StartsWith(' ');
            string text = isVerbose ? line[1..] : line;
            return text.Length > FileTimeLength && text[FileTimeLength] == ' ' && printed.ParseFileTime(text[..FileTimeLength]) is { } at
                ? (at, text[(FileTimeLength + 1)..], formats.Where(format => format.IsVerbose == isVerbose))
                : null;
        }

        int timeEnd = line.Length == 0 ? 0 : char.IsAsciiLetter(line[0]) ? ClassicTimeLength : line.IndexOf(' ');
        int hostEnd = timeEnd > 0 && timeEnd < line.Length && line[timeEnd] == ' ' ? line.IndexOf(' ', timeEnd + 1) : -1;
        if (hostEnd <= 0 || !IsHost(line[(timeEnd + 1)..hostEnd]) || printed.ParseSyslogTime(line[..timeEnd]) is not { } time)
        {
            return null;
        }

        string rest = line[(hostEnd + 1)..];
        string message = WithoutSender(rest);
        return (time, message, formats.Where(format => message == rest || !format.IsBusyBox));
    }

    private static string WithoutSender(string rest)
    {
        int end = rest.StartsWith(Sender, StringComparison.Ordinal) ? rest.IndexOf("]: ", StringComparison.Ordinal) : -1;
        return end > 0 && IsPid(rest[Sender.Length..end]) ? rest[(end + 3)..] : rest;
    }

    /// <summary>Tries each bracket as the one before the jail. The first one with a blank after it must end the jail.</summary>
    private static (string Jail, string Id)? FindRendered(string rest, IEnumerable<LogFormat> formats)
    {
        for (int open = rest.IndexOf('['); open >= 0; open = rest.IndexOf('[', open + 1))
        {
            int close = rest.IndexOf("] ", open, StringComparison.Ordinal);
            if (close < 0 || !rest[close..].StartsWith(Ban, StringComparison.Ordinal))
            {
                continue;
            }

            (string jail, string id) = (rest[(open + 1)..close], rest[(close + Ban.Length)..]);
            if (jail.Length is > 0 and <= MaxJailLength && formats.Any(format => IsRendered(format, rest, jail, id)))
            {
                return (jail, id);
            }
        }

        return null;
    }

    private static bool IsRendered(LogFormat format, string rest, string jail, string id)
    {
        string sender = format.IsVerbose ? rest.Split(' ')[0] : Bracketed(rest);
        return format.Ban(sender, jail, id) == rest
            && format.Id switch { SenderId.Pid => IsPid(sender), SenderId.Thread => IsThread(sender), _ => true };
    }

    private static string Bracketed(string text)
    {
        int open = text.IndexOf('[');
        return open < 0 || text.IndexOf(']', open) is var close && close < 0 ? "" : text[(open + 1)..close];
    }

    private static bool IsPid(string text) =>
        text.Length <= 10
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long pid)
        && pid > 0
        && pid.ToString(CultureInfo.InvariantCulture) == text;

    private static bool IsThread(string text) => text.Length is > 0 and <= 16 && text.All("0123456789ABCDEF".Contains);

    private static bool IsHost(string text) =>
        text.Length is > 0 and <= MaxHostLength && text.All(c => char.IsAsciiLetterOrDigit(c) || "._:-".Contains(c));
}
