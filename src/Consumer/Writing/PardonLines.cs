using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Writing;

/// <summary>
/// Finds the lines of pardons: one for the address or network itself, one for each address or network inside it, and for a pardoned server
/// one for each address that only pardoned bans name. The monitored log and its rotated siblings show which there are.
/// </summary>
internal sealed class PardonLines(ConsumerSettings settings, CurrentPardons current)
{
    /// <summary>Returns the texts of the lines, without those that were written since the pardon.</summary>
    /// <param name="mayBeWritten">True if an earlier run may have written lines of these pardons.</param>
    /// <param name="warn">Receives a message about each file that cannot be read.</param>
    public IReadOnlyList<string> Find(IReadOnlyCollection<Pardon> pardons, bool mayBeWritten, Action<string> warn)
    {
        Pardon[] networks = [.. pardons.Where(pardon => pardon.Ip is { IsAddress: false })];
        Dictionary<string, Pardon> servers = pardons.Where(pardon => pardon.Server is not null).ToDictionary(pardon => pardon.Server!);
        OrderedDictionary<string, Pardon> lines = [];
        foreach (Pardon pardon in pardons.Where(pardon => pardon.Ip is not null))
        {
            lines[PardonLine.FormatText(pardon, pardon.Ip!)] = pardon;
        }

        if (!mayBeWritten && networks.Length == 0 && servers.Count == 0)
        {
            return [.. lines.Keys];
        }

        Dictionary<string, DateTimeOffset> written = [];
        Dictionary<Subnet, Pardon> reported = [];
        foreach (string line in ReadLogs(warn))
        {
            if (MonitoredLogLine.Parse(line)?.Ban is { } ban)
            {
                // A network around the pardoned one stays banned.
                foreach (Pardon network in networks.Where(network => network.Ip!.Contains(ban.Ip)))
                {
                    lines[PardonLine.FormatText(network, ban.Ip)] = network;
                }

                if (servers.TryGetValue(ban.Server, out Pardon? pardon))
                {
                    reported[ban.Ip] = pardon;
                }
            }
            else if (PardonLine.Parse(line) is { } pardonLine)
            {
                written[pardonLine.Text] = pardonLine.WrittenAt;
            }
        }

        RemoveReportedByOthers(reported, warn);
        foreach ((Subnet ip, Pardon pardon) in reported)
        {
            lines[PardonLine.FormatText(pardon, ip)] = pardon;
        }

        return
        [
            .. lines
                .Where(line => !written.TryGetValue(line.Key, out DateTimeOffset at) || at < line.Value.PardonedAt)
                .Select(line => line.Key),
        ];
    }

    /// <summary>Removes the addresses that a ban names which is not pardoned.</summary>
    private void RemoveReportedByOthers(Dictionary<Subnet, Pardon> reported, Action<string> warn)
    {
        if (reported.Count == 0)
        {
            return;
        }

        foreach (Ban ban in ReadLogs(warn).Select(MonitoredLogLine.Parse).OfType<MonitoredLogLine>().Select(line => line.Ban))
        {
            if (reported.ContainsKey(ban.Ip) && !current.Cover(ban))
            {
                reported.Remove(ban.Ip);
            }
        }
    }

    private IEnumerable<string> ReadLogs(Action<string> warn) =>
        MonitoredLogFiles.ReadLines(settings.LogPath, warn, "Addresses in it that are pardoned may stay banned.");
}
