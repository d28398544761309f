namespace F2bBroker.Admin.Output;

/// <summary>Text in columns, each as wide as its widest cell.</summary>
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
