using F2bBroker.Contracts;

namespace F2bBroker.Daemon.Configuration;

/// <summary>The keys <c>jails</c> and <c>ignorejails</c>: which jails count. Names are compared as <see cref="JailName.Plain"/> writes them.</summary>
internal sealed class JailChoice
{
    private readonly HashSet<string> chosen;
    private readonly HashSet<string> ignored;

    /// <param name="jails">Only these; all when empty.</param>
    /// <param name="ignoreJails">Never these.</param>
    public JailChoice(IEnumerable<string> jails, IEnumerable<string> ignoreJails)
    {
        chosen = [.. jails.Select(JailName.Plain)];
        ignored = [.. ignoreJails.Select(JailName.Plain)];
    }

    public bool Includes(string jail)
    {
        string name = JailName.Plain(jail);
        return (chosen.Count == 0 || chosen.Contains(name)) && !ignored.Contains(name);
    }
}
