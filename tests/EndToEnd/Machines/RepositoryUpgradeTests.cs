using System.Text.RegularExpressions;

namespace F2bBroker.EndToEndTests.Machines;

/// <summary>A group of version 0.1.0 that was installed from a repository, and is upgraded from it.</summary>
[Trait("Form", "package")]
[Collection<InstalledGroupCollection>]
public sealed class RepositoryUpgradeTests : IAsyncLifetime
{
    private const string Upgrade = "apt-get update && apt-get install f2bbroker </dev/null";

    // The commands of the README for the broker's machine, with the package of the repository.
    private static IEnumerable<string> BrokerCommands => InstalledGroup.BrokerCommands.Select(line => Regex
        .Replace(Regex.Replace(line, "scp f2bbroker_[^ ]+ ", "scp "), "[.]/f2bbroker_[^ ]+", "f2bbroker")
        .Replace("mq.example.net", "mq.b.example.net", StringComparison.Ordinal)
        .Replace("web1 web2", "db1 db2", StringComparison.Ordinal));

    private static IEnumerable<string> ServerCommands => Documented
        .Commands("README.md", "**On each server**")
        .Split('\n')
        .Where(line => !line.StartsWith("apt-get install ./f2bbroker_", StringComparison.Ordinal));

    private readonly InstalledGroup group;
    private readonly List<Machine> machines = [];
    private AptRepository? repository;

    public RepositoryUpgradeTests(InstalledGroup group)
    {
        group.SkipIfMissing();
        this.group = group;
    }

    public async ValueTask InitializeAsync()
    {
        repository = await AptRepository.CreateAsync(await group.Package.FirstAsync());
        await repository.ServeAsync(Lan.Gateway, "nsenter", group.Outside);
        foreach ((string name, string address) in new[] { ("mqb", "192.0.2.2"), ("db1", "192.0.2.13"), ("db2", "192.0.2.14") })
        {
            Machine machine = await group.BootAsync(name, address);
            machines.Add(machine);
            machine.Take(repository.Key);
        }

        string[] commands = repository.InstallCommands.Split('\n');
        Assert.Equal("apt-get install f2bbroker", commands[^1]);
        await machines[0].RunAsync(InstalledGroup.WithPassword(string.Join('\n', commands[..^1].Concat(BrokerCommands))));
        foreach (Machine server in machines[1..])
        {
            await server.RunAsync(InstalledGroup.Fail2BanCommands);
            await server.RunAsync(string.Join('\n', commands));
            await server.RunAsync(string.Join('\n', ServerCommands).Replace("web1", server.Name, StringComparison.Ordinal));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Machine machine in machines)
        {
            await machine.DisposeAsync();
        }

        await (repository?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Fact]
    public async Task Bans_during_the_upgrade_from_the_first_version_all_arrive_once()
    {
        foreach (Machine machine in machines)
        {
            Assert.Equal("0.1.0", await machine.RunAsync("f2bbroker --version"));
        }

        await using BanFlow flow = await BanFlow.StartAsync(machines[1], machines[2]);
        await flow.FlowsAsync();
        await repository!.PublishAsync(await group.Package.FileAsync());
        foreach (Machine server in machines[1..])
        {
            await BanFlow.RestartsAsync(server, Upgrade);
            await flow.FlowsAsync();
        }

        await machines[0].RunAsync(Upgrade);
        Assert.Contains("Rights of 2 servers: extended.", await AsOperatorAsync("f2bbroker init 2>&1"), StringComparison.Ordinal);
        await flow.FlowsAsync();
        await flow.AllArriveOnceAsync();

        foreach (Machine machine in machines)
        {
            Assert.Equal("0.2.0", await machine.RunAsync("f2bbroker --version"));
        }

        string status = "";
        await Eventually.TrueAsync(
            async () => (status = await AsOperatorAsync("f2bbroker status")).Split("consumer 0.2.0 ").Length == 3,
            () => status,
            TimeSpan.FromMinutes(3));
    }

    private Task<string> AsOperatorAsync(string commands) => machines[0].RunAsync(InstalledGroup.WithVariables(BrokerCommands, commands));
}
