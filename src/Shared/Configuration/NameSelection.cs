using F2bBroker.Contracts;

namespace F2bBroker.Shared.Configuration;

/// <summary>
/// A pair of keys such as <c>jails</c> and <c>ignorejails</c>, which select jails or servers by name. Names are compared after
/// <see cref="JailName.Sanitize"/>, which changes no server's name.
/// </summary>
internal sealed class NameSelection
{
    private readonly HashSet<string> chosen;
    private readonly HashSet<string> ignored;
    private readonly Func<string, bool> isExcluded;

    /// <param name="names">The selected names; empty for all.</param>
    /// <param name="ignored">The names that are never selected.</param>
    /// <param name="isExcluded">Returns true for a name that is never selected, even if <paramref name="names"/> names it.</param>
    public NameSelection(IEnumerable<string> names, IEnumerable<string> ignored, Func<string, bool>? isExcluded = null)
    {
        chosen = [.. names.Select(JailName.Sanitize)];
        this.ignored = [.. ignored.Select(JailName.Sanitize)];
        this.isExcluded = isExcluded ?? (_ => false);
    }

    public bool Includes(string name)
    {
        string sanitized = JailName.Sanitize(name);
        return (chosen.Count == 0 || chosen.Contains(sanitized)) && !ignored.Contains(sanitized) && !isExcluded(sanitized);
    }
}
