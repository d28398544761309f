using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Model;

/// <summary>A ban that fail2ban has logged on one server, and on which other servers its line may be missing.</summary>
internal sealed class ReportedBan(LoggedBan logged, string server)
{
    public string Address => logged.Address;

    /// <summary>The text of its line in a monitored log, without the first date.</summary>
    public string Text => logged.Identity;

    /// <summary>The server that has banned.</summary>
    public string Server => server;

    /// <summary>Servers whose logs may have it or not: it was pardoned on its way, or every copy of it was deleted.</summary>
    public HashSet<string> Optional { get; } = [];

    /// <summary>Servers whose logs must not have it: they knew of its pardon before it was reported.</summary>
    public HashSet<string> Forbidden { get; } = [];

    /// <summary>Returns true if the server's log must have it.</summary>
    public bool IsRequiredBy(string receiver) => receiver != server && !Optional.Contains(receiver) && !Forbidden.Contains(receiver);
}
