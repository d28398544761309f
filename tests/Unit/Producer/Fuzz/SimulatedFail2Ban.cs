using System.Globalization;
using F2bBroker.Fuzz.Oracles;

namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>Generates random log lines of any version of fail2ban. For each line it is known whether it is a ban.</summary>
/// <param name="now">The time when the log is read.</param>
/// <param name="offset">The offset of local time, the same all year.</param>
internal sealed class SimulatedFail2Ban(Random random, bool isSyslog, DateTimeOffset now, TimeSpan offset)
{
    private const int MaxPid = 1 << 22;
    private const int DaysOfLog = 300;

    private static readonly string[] Jails =
    [
        "sshd",
        "jail with space",
        "recidive",
        "f2bbroker",
        "Tür zu",
        "Ban",
        "sshd Ban 8.8.8.8",
        "a: NOTICE  b",
        "a]b",
        "a[b",
        "x[y]",
        "[sshd]",
        "]",
        new string('x', 200),
    ];

    // A ban of such a jail cannot be distinguished from another jail's ban of a user name, or the name is too long.
    private static readonly string[] UnreadableJails = ["x] Ban 8.8.8.8", "a] b", "a] ", "] ", new string('x', 201), ""];

    private static readonly string[] Hosts = ["host", "10.0.0.1", "2001:db8::1", "web-1.example.org", "fail2ban.actions"];

    private readonly LogFormat[] formats = LogFormat.All(isSyslog);
    private readonly RandomAddress addresses = new(random);
    private readonly HostileText hostile = new(random);

    /// <summary>Returns a line and its ban; null if it is not a ban.</summary>
    public (string Line, TrueBan? Ban) Next()
    {
        LogFormat format = formats[random.Next(formats.Length)];
        string pid = format.IsVerbose ? random.NextInt64(1L << 48).ToString("X", CultureInfo.InvariantCulture) : Pid();
        (string stamp, DateTimeOffset time) = Time(format);
        string jail = OneOf(Jails);
        (string address, string network) = addresses.Next();
        return random.Next(10) switch
        {
            < 4 => (stamp + format.Ban(pid, jail, address), new TrueBan(network, jail, time)),
            4 => (stamp + format.Ban(pid, OneOf(UnreadableJails), address), null),
            5 => (stamp + format.Ban(pid, jail, hostile.Next()), null),
            6 => (stamp + format.Ban(pid, jail, addresses.NearMiss()), null),
            7 => (stamp + OfActions(format, pid, jail, address), null),
            8 => (stamp + OfActions(format, pid, OneOf([.. Jails, .. UnreadableJails]), hostile.Next()), null),
            _ => (stamp + OfAnother(format, pid, jail, random.Next(2) == 0 ? address : hostile.Next()), null),
        };
    }

    private string OfActions(LogFormat format, string pid, string jail, string id)
    {
        (string level, string message) = random.Next(9) switch
        {
            0 => (format.Notice, $"[{jail}] Restore Ban {id}"),
            1 => (format.Notice, $"[{jail}] Repeal Ban {id}"),
            2 => (format.Notice, $"[{jail}] Unban {id}"),
            3 => (format.Notice, $"[{jail}] {id} already banned"),
            4 => (format.Notice, $"[{jail}] Reban {id}"),
            5 => (format.Notice, $"[{jail}] Reban {id}, action 'x'"),
            6 => (format.Notice, $"[{jail}] Flush ticket(s) with {id}"),
            7 => ("INFO", $"[{jail}] Ignore {id}, expired bantime"),
            _ => ("ERROR", $"Failed to execute ban jail '{jail}' action 'x' info 'ActionInfo({{'ip': '{id}'}})': Error banning {id}"),
        };
        return format.Head(format.Actions, pid, level) + message;
    }

    private string OfAnother(LogFormat format, string pid, string jail, string text)
    {
        (string logger, string level, string message) = random.Next(9) switch
        {
            0 => ("filter", "INFO", $"[{jail}] Found {text} - 2026-11-23 02:49:53"),
            1 => ("filter", "INFO", $"[{jail}] Ignore {text} by ip"),
            2 => ("filter", "WARNING", $"[{jail}] Please check a jail for a timing issue. Line with odd timestamp: {text}"),
            3 => ("filter", "WARNING", $"[{jail}] Match without a timestamp: {text}"),
            4 => ("filter", "ERROR", $"Failed to process line: '{text}', caught exception: ValueError('x')"),
            5 => ("observer", "INFO", $"[{jail}] Found {text}, bad - 2026-11-23 02:53:50, 1 # -> 2.0, Ban"),
            6 => ("observer", "NOTICE", $"[{jail}] Increase Ban {text} (2 # 8s -> 2026-11-23 02:53:58)"),
            7 => ("observer", "INFO", $"[{jail}] IP {text} is bad: 1 # last 2026-11-23 02:53:41 - incr 4s to 8s"),
            _ => ("utils", "ERROR", $"7f78d5dd14e0 -- stderr: '{text}'"),
        };
        return format.Head($"fail2ban.{logger}", pid, level) + message;
    }

    private (string Stamp, DateTimeOffset Time) Time(LogFormat format)
    {
        DateTime time = now.UtcDateTime.AddMilliseconds(-random.NextInt64(TimeSpan.MillisecondsPerDay * DaysOfLog));
        DateTime second = new(time.Ticks - time.Ticks % TimeSpan.TicksPerSecond);
        DateTime local = time + offset;
        if (!isSyslog)
        {
            return ((format.IsVerbose ? " " : "") + Print(local, "yyyy-MM-dd HH:mm:ss,fff "), new DateTimeOffset(time, TimeSpan.Zero));
        }

        string sender = $" {OneOf(Hosts)} {(random.Next(3) == 0 && !format.IsBusyBox ? $"fail2ban-server[{Pid()}]: " : "")}";
        return random.Next(4) switch
        {
            0 => (
                Print(local, "yyyy-MM-ddTHH:mm:ss.fff") + $"{random.Next(1000):d3}+02:00{sender}",
                new DateTimeOffset(time, TimeSpan.Zero)),
            1 => (Print(time, "yyyy-MM-ddTHH:mm:ssZ") + sender, new DateTimeOffset(second, TimeSpan.Zero)),
            _ => ($"{Print(local, "MMM")} {local.Day,2} {Print(local, "HH:mm:ss")}{sender}", new DateTimeOffset(second, TimeSpan.Zero)),
        };
    }

    private string Pid() => random.Next(1, MaxPid + 1).ToString(CultureInfo.InvariantCulture);

    private string OneOf(string[] choices) => choices[random.Next(choices.Length)];

    private static string Print(DateTime time, string format) =>
        time.ToString(format.Replace("T", "'T'").Replace("Z", "'Z'"), CultureInfo.InvariantCulture);
}
