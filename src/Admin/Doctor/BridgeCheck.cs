using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Admin.Doctor;

/// <summary>Checks whether the configuration belongs to a bridge between two groups, and whether the other half is there.</summary>
internal static class BridgeCheck
{
    public static IEnumerable<CheckResult> Run(Settings settings, Role role)
    {
        string folder = Path.GetDirectoryName(settings.File)!;
        if (role.CanReceive && settings.Consumer.IsBridge)
        {
            string log = settings.Consumer.LogPath;
            NeighbourConfiguration[] forwarders = NeighbourConfiguration.FindForwarders(settings);
            yield return forwarders.Length > 0
                ? new CheckResult($"bridge: the producer of {string.Join(", ", forwarders)} forwards the bans of {log}")
                : new CheckResult(
                    "bridge",
                    $"[consumer] bridge is true, but no other configuration in {folder} has format = f2bbroker and logpath = {log} in "
                        + "[producer], so no producer there forwards its bans.");
        }

        if (role.CanReport && settings.Producer.Format == LogFormat.F2bBroker)
        {
            string log = settings.Producer.LogPath;
            NeighbourConfiguration[] writers = NeighbourConfiguration.FindWriters(settings);
            yield return new CheckResult(
                writers.Length > 0
                    ? $"bridge: forwards the bans of {log}, which the consumer of {string.Join(", ", writers)} writes"
                    : $"bridge: forwards the bans of {log}; no other configuration in {folder} writes it");
        }
    }
}
