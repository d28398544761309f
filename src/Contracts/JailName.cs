using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>
/// Sanitizes jail names. fail2ban allows any text; the monitored log and the settings use letters, digits, dot, dash and underscore only.
/// </summary>
public static partial class JailName
{
    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex Foreign { get; }

    /// <summary>
    /// Returns the name with each other character replaced by an underscore: <c>jail with space</c> becomes <c>jail_with_space</c>.
    /// </summary>
    public static string Sanitize(string name) => Foreign.Replace(name, "_");
}
