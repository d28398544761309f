using System.Text.RegularExpressions;

namespace F2bBroker.Contracts;

/// <summary>The rule for server names. A name is also a broker user, and a part of queue names and permission patterns.</summary>
public static partial class ServerName
{
    /// <summary>The rule as text for error messages.</summary>
    public const string Rule = "1 to 63 characters of a-z, 0-9, '.' and '-', a letter or digit first and last";

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Pattern { get; }

    public static bool IsValid(string name) => Pattern.IsMatch(name);
}
