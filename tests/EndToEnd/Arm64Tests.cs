namespace F2bBroker.EndToEndTests;

/// <summary>The package for arm64, in an emulator. The broker is not emulated.</summary>
[Trait("Form", "package")]
public sealed class Arm64Tests : IClassFixture<Arm64Root>
{
    // As in the units.
    private const string NoDiagnostics = "DOTNET_EnableDiagnostics=0";

    private readonly Arm64Root root;
    private readonly TestBroker broker;

    public Arm64Tests(Arm64Root root, TestBroker broker)
    {
        (this.root, this.broker) = (root, broker);
        root.SkipIfMissing();
    }

    [Fact]
    public async Task The_programs_of_the_package_start()
    {
        Built.Outcome fields = await Built.RunAsync("dpkg-deb", ["--show", "--showformat=${Architecture} ${Version}", root.Package]);
        string[] architectureAndVersion = fields.Output.Split(' ');
        Assert.Equal("arm64", architectureAndVersion[0]);
        foreach (string name in new[] { Built.Admin, Built.Producer, Built.Consumer })
        {
            Built.Outcome version = await RunAsync(name, "--version");
            Assert.Equal((0, architectureAndVersion[1]), (version.ExitCode, version.Output.Trim()));
        }
    }

    [Fact]
    public async Task Both_daemons_accept_their_configuration_and_share_a_ban()
    {
        await using TestGroup group = await TestGroup.StartAsync(broker);
        Server web1 = await group.EnrollAsync("web1");
        Server web2 = await group.EnrollAsync("web2");
        foreach (string name in new[] { Built.Producer, Built.Consumer })
        {
            Built.Outcome test = await RunAsync(name, "--config", web1.Configuration, "--test=config");
            Assert.True(test.ExitCode == 0, test.Errors);
            Assert.Contains("Configuration and files are valid.", test.Errors, StringComparison.Ordinal);
        }

        Daemon producer = group.Add(Start(Built.Producer, "--config", web1.Configuration));
        Daemon consumer = group.Add(Start(Built.Consumer, "--config", web2.Configuration));
        await producer.SaysAsync("Following ");
        await consumer.SaysAsync("Receiving from ");
        await web1.LogBansAsync("203.0.113.7");
        await producer.SaysAsync("Published: Ban 203.0.113.7 ");
        await consumer.SaysAsync("203.0.113.7");
        await web2.HasBansAsync(1);
        Assert.Equal((0, 0), (await producer.StopAsync(), await consumer.StopAsync()));
    }

    private Task<Built.Outcome> RunAsync(string name, params string[] arguments)
    {
        (string program, string[] all) = root.Emulate(name, arguments);
        return Built.RunAsync(program, all, NoDiagnostics);
    }

    private Daemon Start(string name, params string[] arguments)
    {
        (string program, string[] all) = root.Emulate(name, arguments);
        return new Daemon(program, all, NoDiagnostics);
    }
}
