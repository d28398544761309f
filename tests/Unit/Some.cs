using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests;

/// <summary>Default values for tests.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Time = new(2026, 11, 23, 2, 44, 23, 706, TimeSpan.Zero);

    public static FakeTimeProvider Clock() => new(Time);

    public static Ban Ban(string ip = "203.0.113.7", string jail = "sshd", string server = "web1", DateTimeOffset? at = null) =>
        new(Subnet.ParseCanonical(ip)!, jail, server, at ?? Time);

    /// <summary>A pardon by alice.</summary>
    /// <param name="ip">The pardoned address; null for a pardon of a server, whose name is then to be set.</param>
    /// <param name="until">The end; null for a pardon without end.</param>
    public static Pardon Pardon(string? ip, DateTimeOffset? until) =>
        new(ip is null ? null : Subnet.ParseCanonical(ip), null, "alice", Time, until, "");

    /// <summary>Settings of server web2 with these on top, each <c>section:key=value</c>.</summary>
    public static Settings Settings(params string[] values) =>
        SettingsReader.Read(
            new ConfigurationBuilder()
                .AddConfiguration(Configuration("server:name=web2", "broker:password=x"))
                .AddConfiguration(Configuration(values))
                .Build());

    public static IConfiguration Configuration(params string[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(
                values.Select(value => value.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
            .Build();
}
