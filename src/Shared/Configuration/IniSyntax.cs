using System.Text.RegularExpressions;

namespace F2bBroker.Shared.Configuration;

/// <summary>
/// Reports INI syntax errors by file and line. The INI provider's own errors quote the line, which may contain the password.
/// </summary>
internal static partial class IniSyntax
{
    [GeneratedRegex(@"^\s*([#;/].*)?\z")]
    private static partial Regex BlankOrComment { get; }

    [GeneratedRegex(@"^\s*\[(?<section>[^\[\]]+)\]\s*\z")]
    private static partial Regex Header { get; }

    [GeneratedRegex(@"^\s*(?<key>[^=\s\[][^=\s]*)\s*=.*\z")]
    private static partial Regex Setting { get; }

    /// <exception cref="InvalidConfigurationException">A line is not a comment, section or setting, or contains a
    /// NUL character, or a key occurs twice.</exception>
    public static void Check(string file)
    {
        string? section = null;
        HashSet<string> keys = new(StringComparer.OrdinalIgnoreCase);
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            if (BlankOrComment.IsMatch(line))
            {
                continue;
            }

            if (line.Contains('\0', StringComparison.Ordinal))
            {
                // A crash can leave NULs in a file. No path may contain one.
                throw new InvalidConfigurationException($"{file} line {number}: contains a NUL character.");
            }

            if (Header.Match(line) is { Success: true } header)
            {
                section = header.Groups["section"].Value.Trim();
            }
            else if (Setting.Match(line) is not { Success: true } setting)
            {
                throw new InvalidConfigurationException($"{file} line {number}: neither a comment, a [section] nor 'key = value'.");
            }
            else if (section is null)
            {
                throw new InvalidConfigurationException($"{file} line {number}: a setting before the first [section].");
            }
            else if (!keys.Add($"{section}:{setting.Groups["key"].Value}"))
            {
                throw new InvalidConfigurationException(
                    $"{file} line {number}: [{section}] {setting.Groups["key"].Value} occurs twice.");
            }
        }
    }
}
