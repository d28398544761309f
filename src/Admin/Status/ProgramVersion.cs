namespace F2bBroker.Admin.Status;

/// <summary>The version that a program says it has.</summary>
internal static class ProgramVersion
{
    private const int MaxLength = 20;

    /// <summary>Returns the version as a short word of letters, digits, and signs: a blank could look like the next word.</summary>
    public static string Sanitize(string version) => string.Concat(
        version.Take(MaxLength).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '+' or '~' ? c : '?'));
}
