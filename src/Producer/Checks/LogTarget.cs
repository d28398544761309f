using System.Text.RegularExpressions;

namespace F2bBroker.Producer.Checks;

/// <summary>fail2ban's log target: a file, or one of the keywords <c>SYSLOG SYSTEMD-JOURNAL STDOUT SYSOUT STDERR</c>.</summary>
/// <param name="Options">The text in brackets after it, such as <c>datetime=off</c>.</param>
internal sealed partial record LogTarget(string Name, string Options = "")
{
    // SYSLOG[facility=USER] ; comment. A %(reference)s is not resolved.
    [GeneratedRegex(@"^(?<name>[^\[%;]+?)\s*(?:\[(?<options>.*)\]\s*)?(?:;.*)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Setting { get; }

    [GeneratedRegex(@"\bdatetime\s*=(?>\s*[""']?)(?!(?:1|on|true|yes)\b)", RegexOptions.IgnoreCase)]
    private static partial Regex DatetimeOff { get; }

    [GeneratedRegex(@"\bformat\s*=", RegexOptions.IgnoreCase)]
    private static partial Regex Format { get; }

    /// <summary>True if no file is written.</summary>
    public bool IsKeyword => Is("SYSLOG") || Is("SYSTEMD-JOURNAL") || Is("STDOUT") || Is("SYSOUT") || Is("STDERR");

    /// <summary>
    /// True if the journal receives logger and level as separate fields. In lower case, SYSTEMD-JOURNAL receives formatted text instead.
    /// </summary>
    public bool IsReadableFromJournal => Is("SYSLOG") || Name == "SYSTEMD-JOURNAL";

    /// <summary>True if fail2ban writes no date into the file.</summary>
    public bool IsUndated => !IsKeyword && DatetimeOff.IsMatch(Options);

    /// <summary>True if the lines have a format of the operator.</summary>
    public bool HasOwnFormat => Format.IsMatch(Options);

    /// <summary>Parses the value of fail2ban's setting; null if it contains a reference.</summary>
    public static LogTarget? Parse(string value) => Setting.Match(value) is { Success: true } match
        ? new LogTarget(match.Groups["name"].Value, match.Groups["options"].Value)
        : null;

    public override string ToString() => Name;

    private bool Is(string word) => Name.Equals(word, StringComparison.OrdinalIgnoreCase);
}
