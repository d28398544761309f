using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Machines;

/// <summary>Commands, and what they print, as a page of documentation has them.</summary>
internal static class Documented
{
    private const string Indent = "    ";

    /// <summary>The first block of commands below a line that starts so.</summary>
    public static string Commands(string page, string below)
    {
        string[] lines = [.. File.ReadLines(Repository.Path(page)).SkipWhile(line => !line.StartsWith(below, StringComparison.Ordinal))];
        Assert.True(lines.Length > 0, $"{page} has no line that starts with '{below}'.");
        string[] block = [.. lines.SkipWhile(line => !IsCode(line)).TakeWhile(line => line.Length == 0 || IsCode(line))];
        return string.Join('\n', block.Select(line => line.Length == 0 ? "" : line[Indent.Length..])).Trim();
    }

    /// <summary>What a command has printed, without its numbers and widths: what documentation and a run have in common.</summary>
    public static string Shape(string output) => Regex.Replace(Regex.Replace(output.Trim(), "[0-9]+", "0"), " +", " ");

    private static bool IsCode(string line) => line.StartsWith(Indent, StringComparison.Ordinal);
}
