namespace F2bBroker.EndToEndTests.Machines;

/// <summary>
/// Three booted Debians, mq with the broker and the servers web1 and web2, set up with the README's commands for the first ten minutes.
/// </summary>
public sealed class InstalledGroup(BuiltPackage package) : DebianFixture
{
    /// <summary>The address from which the servers are attacked.</summary>
    public const string Attacker = "203.0.113.90";

    public const string Units = "f2bbroker-producer f2bbroker-consumer";

    private const string Hosts =
        "192.0.2.1 mq.example.net mq\n192.0.2.11 web1\n192.0.2.12 web2\n192.0.2.2 mq.b.example.net mqb\n192.0.2.13 db1\n"
            + "192.0.2.14 db2\n";
    private const string Password = "a-password-of-the-operator";

    private readonly BootableRoot root = new(Debian.Booted);
    private Lan? lan;

    internal Machine Broker { get; private set; } = null!;

    internal Machine Web1 { get; private set; } = null!;

    internal Machine Web2 { get; private set; } = null!;

    internal BuiltPackage Package => package;

    /// <summary>The nsenter option that runs a command in the machines' network, at <see cref="Lan.Gateway"/>.</summary>
    internal string Outside => lan!.Outside;

    /// <summary>The README's commands for the broker's machine, line by line.</summary>
    internal static string[] BrokerCommands => Documented.Commands("README.md", "**On the broker's machine**").Split('\n');

    /// <summary>The commands for a new fail2ban on this Debian.</summary>
    internal static string Fail2BanCommands => Documented.Commands("docs/install.md", $"On Debian {Debian.Booted.Version}");

    /// <summary>Runs the commands for a new fail2ban, and the README's commands for a server.</summary>
    internal static async Task SetUpServerAsync(Machine server)
    {
        await server.RunAsync(Fail2BanCommands);
        await InstallServerAsync(server);
    }

    /// <summary>Runs the README's commands for a server.</summary>
    internal static Task<string> InstallServerAsync(Machine server) =>
        server.RunAsync(Documented.Commands("README.md", "**On each server**").Replace("web1", server.Name, StringComparison.Ordinal));

    /// <summary>Runs commands on the broker's machine, with the README's variables.</summary>
    internal Task<string> AsOperatorAsync(string commands) => Broker.RunAsync(WithVariables(BrokerCommands, commands));

    /// <summary>Returns commands below the variables that other commands set, with the operator's password.</summary>
    internal static string WithVariables(IEnumerable<string> others, string commands)
    {
        IEnumerable<string> variables = others
            .Where(line => line.StartsWith("NAME=", StringComparison.Ordinal) || line.StartsWith("export ", StringComparison.Ordinal));
        return WithPassword($"{string.Join('\n', variables)}\n{commands}");
    }

    /// <summary>Tries a login from the attacker's address, with a timeout because a ban makes it hang. Returns ssh's errors.</summary>
    internal async Task<string> AttackAsync(Machine server) => (await Broker.TryAsync(
        $"timeout 10 ssh -b {Attacker} -o BatchMode=yes nobody-here@{server.Name}", Outside)).Errors;

    /// <summary>Waits until an address that web1 bans is banned on web2.</summary>
    internal async Task TravelsAsync(string address)
    {
        await Web1.RunAsync($"fail2ban-client set sshd banip {address}");
        await ArrivesAsync(address);
    }

    /// <summary>Waits until an address is banned on web2.</summary>
    internal async Task ArrivesAsync(string address)
    {
        try
        {
            await Web2.EventuallyAsync($"fail2ban-client get f2bbroker banip | grep -wF {address}", TimeSpan.FromMinutes(3));
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            const string logs =
                "journalctl --no-pager --lines=15 --unit=f2bbroker-producer --unit=f2bbroker-consumer; journalctl --no-pager --lines=3 "
                    + "--output=json SYSLOG_IDENTIFIER=fail2ban-server";
            Assert.Fail($"{failure.Message}\nweb1: {(await Web1.TryAsync(logs)).Output}\nweb2: {(await Web2.TryAsync(logs)).Output}");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? part in new IAsyncDisposable?[] { Web1, Web2, Broker, lan })
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        root.Dispose();
    }

    protected override async Task SetUpAsync()
    {
        await Task.WhenAll(package.FileAsync(), root.InstallAsync(Hosts));
        lan = await Lan.CreateAsync(Attacker);
        Broker = await BootAsync("mq", "192.0.2.1");
        Web1 = await BootAsync("web1", "192.0.2.11");
        Web2 = await BootAsync("web2", "192.0.2.12");
        Broker.Take(await package.FileAsync());
        await Broker.RunAsync(WithPassword(string.Join('\n', BrokerCommands)));
        foreach (Machine server in new[] { Web1, Web2 })
        {
            await SetUpServerAsync(server);
        }
    }

    /// <summary>Inserts the operator's password into documented commands, also where a command asks for it.</summary>
    internal static string WithPassword(string commands) => string.Join('\n', commands
        .Replace("PASSWORD", Password, StringComparison.Ordinal)
        .Split('\n')
        .Select(line => line.EndsWith("# asks for a password", StringComparison.Ordinal) ? $"echo {Password} | {line}" : line));

    /// <summary>Boots a further machine, whose name and address the hosts file has.</summary>
    internal async Task<Machine> BootAsync(string name, string address)
    {
        Machine machine = new(name, root.Folder, await lan!.AddAsync(name, address));
        try
        {
            await machine.BootAsync();
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }
}

/// <summary>The tests that share one installed group. Each restores the group's state.</summary>
[CollectionDefinition]
public sealed class InstalledGroupCollection : ICollectionFixture<InstalledGroup>;
