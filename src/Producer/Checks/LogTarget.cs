using System.Text.RegularExpressions;

namespace F2bBroker.Producer;

/// <summary>fail2ban's log target: a file, or one of the keywords <c>SYSLOG SYSTEMD-JOURNAL STDOUT SYSOUT STDERR</c>.</summary>
internal sealed partial record LogTarget(string Name)
{
    /// <summary>fail2ban's configuration folder.</summary>
    public const string Folder = "/etc/fail2ban";

    // [Definition]
    [GeneratedRegex(@"^\[(?<section>[^\]]+)\]")]
    private static partial Regex Header { get; }

    // logtarget = SYSLOG[facility=USER] ; comment. A %(reference)s is not resolved.
    [GeneratedRegex(@"^logtarget\s*[=:]\s*(?<name>[^\[%;]+?)\s*([\[;].*)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex Setting { get; }

    /// <summary>True if no file is written.</summary>
    public bool IsKeyword => Is("SYSLOG") || Is("SYSTEMD-JOURNAL") || Is("STDOUT") || Is("SYSOUT") || Is("STDERR");

    /// <summary>
    /// True if the journal receives logger and level as separate fields. In lower case, SYSTEMD-JOURNAL receives formatted text instead.
    /// </summary>
    public bool IsReadableFromJournal => Is("SYSLOG") || Name == "SYSTEMD-JOURNAL";

    /// <summary>Returns the target that the files in <paramref name="folder"/> set, in fail2ban's order; null if they do not say.</summary>
    public static LogTarget? ReadFrom(string folder)
    {
        Dictionary<string, LogTarget?> bySection = [];
        try
        {
            foreach (string file in Files(folder))
            {
                Read(file, bySection);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null; // fail2ban's settings are readable for everybody, unless somebody wants it otherwise.
        }

        return bySection.TryGetValue("Definition", out LogTarget? target) ? target : bySection.GetValueOrDefault("DEFAULT");
    }

    public override string ToString() => Name;

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

    private static void Read(string file, Dictionary<string, LogTarget?> bySection)
    {
        string section = "";
        foreach (string line in File.ReadLines(file))
        {
            if (Header.Match(line) is { Success: true } header)
            {
                section = header.Groups["section"].Value;
            }
            else if (line.StartsWith("logtarget", StringComparison.OrdinalIgnoreCase))
            {
                bySection[section] = Setting.Match(line) is { Success: true } setting ? new LogTarget(setting.Groups["name"].Value) : null;
            }
        }
    }

    private bool Is(string word) => Name.Equals(word, StringComparison.OrdinalIgnoreCase);
}
