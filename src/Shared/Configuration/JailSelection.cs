using F2bBroker.Contracts;

namespace F2bBroker.Shared.Configuration;

/// <summary>
/// The keys <c>jails</c> and <c>ignorejails</c>: which jails count. Names are compared as <see cref="JailName.Sanitize"/> writes them.
/// </summary>
internal sealed class JailSelection
{
    private readonly HashSet<string> chosen;
    private readonly HashSet<string> ignored;

    /// <param name="jails">Only these; all when empty.</param>
    /// <param name="ignoreJails">Never these.</param>
    public JailSelection(IEnumerable<string> jails, IEnumerable<string> ignoreJails)
    {
        chosen = [.. jails.Select(JailName.Sanitize)];
        ignored = [.. ignoreJails.Select(JailName.Sanitize)];
    }

    public bool Includes(string jail)
    {
        string name = JailName.Sanitize(jail);
        return (chosen.Count == 0 || chosen.Contains(name)) && !ignored.Contains(name);
    }
}
