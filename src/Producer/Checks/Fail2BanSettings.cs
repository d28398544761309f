using System.Globalization;
using System.Text.RegularExpressions;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Producer.Checks;

/// <summary>fail2ban's settings that decide whether, where and how it logs its bans.</summary>
/// <param name="Target">The log target; null if it is unknown.</param>
/// <param name="LogLevel">The log level; null if it is unknown.</param>
/// <param name="IsRunning">True if a running fail2ban reported them; false if its configuration files say so.</param>
internal sealed partial record Fail2BanSettings(LogTarget? Target, string? LogLevel, bool IsRunning = false)
{
    /// <summary>fail2ban's configuration folder.</summary>
    public const string Folder = "/etc/fail2ban";

    // fail2ban's own level, between INFO and WARNING.
    private const int Notice = 25;

    // [Definition]
    [GeneratedRegex(@"^\[(?<section>[^\]]+)\]")]
    private static partial Regex Header { get; }

    // loglevel = INFO ; comment
    [GeneratedRegex(@"^(?<key>logtarget|loglevel)\s*[=:]\s*(?<value>.*?)\s*\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Setting { get; }

    // Current logging level is 'INFO'
    [GeneratedRegex(@"^Current logging level is '?(?<level>[A-Za-z0-9]+)'?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex LevelAnswer { get; }

    [GeneratedRegex(@"^(?<level>[A-Za-z0-9]+)\s*(;.*)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Level { get; }

    /// <summary>True if the level is above NOTICE, so that fail2ban does not log its bans.</summary>
    public bool HidesBans => LogLevel?.ToUpperInvariant() is "WARNING" or "ERROR" or "CRITICAL"
        || int.TryParse(LogLevel, NumberStyles.None, CultureInfo.InvariantCulture, out int level) && level > Notice;

    /// <summary>Returns what the files in <paramref name="folder"/> set, in fail2ban's order.</summary>
    public static Fail2BanSettings ReadFrom(string folder)
    {
        Dictionary<string, string> values = [];
        try
        {
            foreach (string file in Files(folder))
            {
                Read(file, values);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new Fail2BanSettings(null, null); // fail2ban's settings are readable for everybody, unless somebody wants it otherwise.
        }

        return new Fail2BanSettings(
            Find(values, "logtarget") is { } target ? LogTarget.Parse(target) : null,
            Find(values, "loglevel") is { } level && Level.Match(level) is { Success: true } match ? match.Groups["level"].Value : null);
    }

    /// <summary>Returns what the running fail2ban answers; these settings if it does not answer.</summary>
    public async Task<Fail2BanSettings> AskAsync(Fail2BanClient client, CancellationToken cancel)
    {
        if (await client.AskAsync(cancel, "get", "logtarget") is not { IsSuccess: true } target
            || await client.AskAsync(cancel, "get", "loglevel") is not { IsSuccess: true } level)
        {
            return this;
        }

        // The answer has no options. They are those of the configuration, unless fail2ban was started with another target.
        return new Fail2BanSettings(
            target.LastLine == Target?.Name ? Target : new LogTarget(target.LastLine),
            LevelAnswer.Match(level.LastLine) is { Success: true } match ? match.Groups["level"].Value : null,
            IsRunning: true);
    }

    private static IEnumerable<string> Files(string folder) =>
        [
            .. Existing(folder, "fail2ban.conf"),
            .. DropIns(folder, "*.conf"),
            .. Existing(folder, "fail2ban.local"),
            .. DropIns(folder, "*.local"),
        ];

    private static string[] Existing(string folder, string name) =>
        File.Exists(Path.Combine(folder, name)) ? [Path.Combine(folder, name)] : [];

    private static IEnumerable<string> DropIns(string folder, string pattern)
    {
        string dropped = Path.Combine(folder, "fail2ban.d");
        return Directory.Exists(dropped) ? Directory.GetFiles(dropped, pattern).Order(StringComparer.Ordinal) : [];
    }

    private static void Read(string file, Dictionary<string, string> values)
    {
        string section = "";
        foreach (string line in File.ReadLines(file))
        {
            if (Header.Match(line) is { Success: true } header)
            {
                section = header.Groups["section"].Value;
            }
            else if (Setting.Match(line) is { Success: true } setting)
            {
                values[$"{section} {setting.Groups["key"].Value.ToLowerInvariant()}"] = setting.Groups["value"].Value;
            }
        }
    }

    private static string? Find(Dictionary<string, string> values, string key) =>
        values.GetValueOrDefault($"Definition {key}") ?? values.GetValueOrDefault($"DEFAULT {key}");
}
