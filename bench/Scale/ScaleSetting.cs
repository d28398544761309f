namespace F2bBroker.Bench.Scale;

/// <summary>What scale.sh was started with.</summary>
/// <param name="Folder">The folder that scale.sh has set up: programs, broker, and the settings of the real daemons.</param>
/// <param name="Servers">The number of light receivers.</param>
/// <param name="Rate">Bans per second in the group.</param>
/// <param name="IsStream">True if the receivers follow the stream, false if each has a queue of its own.</param>
/// <param name="Duration">How long bans are reported.</param>
internal sealed record ScaleSetting(string Folder, int Servers, int Rate, bool IsStream, TimeSpan Duration)
{
    /// <summary>The servers with a built consumer: <c>peer1</c>, …</summary>
    public IReadOnlyList<string> RealConsumers { get; } = ["peer1", "peer2", "peer3"];

    public IReadOnlyList<string> LightServers { get; } = [.. Enumerable.Range(1, Servers).Select(i => $"light{i}")];

    public int BanCount => (int)(Rate * Duration.TotalSeconds);

    public string FileOf(string server, string name) => Path.Combine(Folder, server, name);

    /// <summary>The folder with the login of each light receiver.</summary>
    public string Logins => Path.Combine(Folder, "logins");

    public string LoginOf(string server) => Path.Combine(Logins, $"{server}.local");
}
