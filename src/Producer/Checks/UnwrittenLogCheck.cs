using System.Globalization;
using System.Text.RegularExpressions;
using F2bBroker.Contracts;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Producer.Checks;

/// <summary>Checks that fail2ban writes to the log: no jail has a ban that is newer than the log.</summary>
internal static partial class UnwrittenLogCheck
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    // 192.0.2.1 	2026-11-29 06:05:00 + 600 = 2026-11-29 06:15:00
    [GeneratedRegex(
        @"^(?<id>\S+)\s+(?<time>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) \+ ",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex BanWithTime { get; }

    /// <summary>
    /// Returns an error message if a jail has a ban that is newer than the log; null if not, or if fail2ban does not answer.
    /// </summary>
    public static async Task<string?> FindErrorAsync(string path, Fail2BanClient client, CancellationToken cancel)
    {
        DateTime written = File.GetLastWriteTime(path);
        foreach (string jail in await client.JailsAsync(cancel))
        {
            if (await client.AskAsync(cancel, "get", jail, "banip", "--with-time") is { IsSuccess: true } bans
                && Newest(bans.Output) is var (id, at)
                && at > written + Tolerance)
            {
                return $"fail2ban's jail {jail} banned {id} at {UtcTimestamp.Format(at)}, but {path} was last written at "
                    + $"{UtcTimestamp.Format(written)}: fail2ban does not log its bans there. Run fail2ban-client flushlogs, and compare "
                    + "logpath with fail2ban-client get logtarget.";
            }
        }

        return null;
    }

    private static (string Id, DateTime At)? Newest(string bans) => BanWithTime
        .Matches(bans)
        .Select(ban => (
            ban.Groups["id"].Value,
            At: DateTime.ParseExact(ban.Groups["time"].Value, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)))
        .OrderByDescending(ban => ban.At)
        .Cast<(string, DateTime)?>()
        .FirstOrDefault();
}
