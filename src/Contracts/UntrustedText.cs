using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>Makes text from outside safe to show in a log line, a header, a table or a terminal.</summary>
public static partial class UntrustedText
{
    private const int MaxQuotedLength = 64;

    // Control and format characters (U+001B, U+202E), line and paragraph separators, halves of surrogate pairs.
    [GeneratedRegex(@"\r\n|[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]")]
    private static partial Regex Unprintable { get; }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace { get; }

    /// <summary>
    /// Returns the text as at most 64 printable ASCII characters in quotes: <c>'web1'</c>. Other characters become <c>?</c>.
    /// </summary>
    public static string Quote(string text) =>
        $"'{ToAscii(text[..Math.Min(text.Length, MaxQuotedLength)])}'{(text.Length > MaxQuotedLength ? "..." : "")}";

    /// <summary>Returns the text as one line of printable ASCII. Whitespace becomes one space, other characters become <c>?</c>.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="maxLength">The number of characters to keep.</param>
    public static string Truncate(string text, int maxLength)
    {
        string line = Whitespace.Replace(text, " ");
        return ToAscii(line[..Math.Min(line.Length, maxLength)]);
    }

    /// <summary>Returns the text as one line that cannot control a terminal. Letters of all scripts are kept.</summary>
    public static string ToSingleLine(string text) => Unprintable.Replace(text, " ");

    private static string ToAscii(string text) => string.Concat(text.Select(c => char.IsBetween(c, ' ', '~') ? c : '?'));
}
