using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>Jail names are free text in fail2ban; written and compared they hold letters, digits, dot, dash and underscore only.</summary>
public static partial class JailName
{
    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex Foreign { get; }

    /// <summary>The name with every other character replaced by an underscore: <c>jail with space</c> is <c>jail_with_space</c>.</summary>
    public static string Sanitize(string name) => Foreign.Replace(name, "_");
}
