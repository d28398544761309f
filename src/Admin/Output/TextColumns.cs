namespace F2bBroker.Admin.Output;

/// <summary>Formats text in columns that are as wide as their widest cell.</summary>
internal static class TextColumns
{
    public static string Format(string[] head, IEnumerable<string[]> rows)
    {
        string[][] all = [head, .. rows];
        int[] widths = [.. head.Select((_, column) => all.Max(row => row[column].Length))];
        return string.Join(
            '\n',
            all.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }
}
