using F2bBroker.Contracts;

namespace F2bBroker.Shared.Configuration;

/// <summary>
/// The keys <c>jails</c> and <c>ignorejails</c>: they select jails. Names are compared after <see cref="JailName.Sanitize"/>.
/// </summary>
internal sealed class JailSelection
{
    private readonly HashSet<string> chosen;
    private readonly HashSet<string> ignored;
    private readonly Func<string, bool> isExcluded;

    /// <param name="jails">The selected jails; empty for all.</param>
    /// <param name="ignoreJails">The jails that are never selected.</param>
    /// <param name="isExcluded">Returns true for a jail that is never selected, even if <paramref name="jails"/> names it.</param>
    public JailSelection(IEnumerable<string> jails, IEnumerable<string> ignoreJails, Func<string, bool>? isExcluded = null)
    {
        chosen = [.. jails.Select(JailName.Sanitize)];
        ignored = [.. ignoreJails.Select(JailName.Sanitize)];
        this.isExcluded = isExcluded ?? (_ => false);
    }

    public bool Includes(string jail)
    {
        string name = JailName.Sanitize(jail);
        return (chosen.Count == 0 || chosen.Contains(name)) && !ignored.Contains(name) && !isExcluded(name);
    }
}
