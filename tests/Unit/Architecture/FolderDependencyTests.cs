namespace F2bBroker.UnitTests.Architecture;

/// <summary>
/// Tests which folder of <c>src</c> references which. The tests read the compiled assemblies, so a fully qualified name counts too.
/// </summary>
public sealed class FolderDependencyTests
{
    /// <summary>Folders whose types put a program together. They may reference all folders.</summary>
    private static readonly string[] CompositionRoots = ["Daemon", "Producer", "Consumer", "Admin"];

    /// <summary>The folders that each other folder may reference. All may reference Contracts.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Contracts"] = [],

        ["Shared.Configuration"] = [],
        ["Shared.Logs"] = [],
        ["Shared.Programs"] = [],
        ["Shared.Messaging"] = ["Shared.Configuration"],

        ["Daemon.Messaging"] = ["Daemon", "Shared.Configuration", "Shared.Messaging"],
        ["Daemon.Metrics"] = ["Daemon.Messaging", "Shared.Configuration"],
        ["Daemon.Systemd"] = ["Daemon", "Daemon.Messaging"],
        ["Daemon.Health"] = ["Daemon", "Daemon.Messaging", "Shared.Configuration", "Shared.Messaging"],

        ["Producer.Parsing"] = ["Shared.Configuration"],
        ["Producer.Sources"] = ["Producer.Parsing"],
        ["Producer.Metrics"] = ["Producer.Parsing", "Daemon.Metrics"],
        ["Producer.Tailing"] =
        [
            "Producer.Parsing", "Producer.Sources", "Daemon", "Daemon.Health", "Shared.Configuration", "Shared.Logs",
        ],

        ["Producer.Journal"] = ["Producer.Parsing", "Producer.Sources", "Daemon", "Daemon.Health"],
        ["Producer.Publishing"] =
        [
            "Producer.Parsing", "Producer.Sources", "Producer.Tailing", "Producer.Journal", "Producer.Metrics",
            "Daemon", "Daemon.Health", "Daemon.Messaging", "Shared.Configuration", "Shared.Messaging",
        ],

        ["Producer.Health"] =
        [
            "Producer.Metrics", "Producer.Publishing", "Producer.Sources", "Producer.Tailing",
            "Daemon.Health", "Shared.Configuration", "Shared.Logs",
        ],

        ["Producer.Checks"] =
        [
            "Producer.Parsing", "Producer.Journal", "Daemon", "Shared.Configuration", "Shared.Logs", "Shared.Programs",
        ],

        ["Consumer.Rules"] = ["Daemon", "Daemon.Health", "Shared.Configuration"],
        ["Consumer.Metrics"] = ["Consumer.Rules", "Daemon.Metrics"],
        ["Consumer.Health"] = ["Consumer.Rules", "Consumer.Metrics", "Daemon.Health", "Shared.Configuration"],
        ["Consumer.Writing"] =
        [
            "Consumer.Rules", "Consumer.Metrics", "Daemon", "Daemon.Health", "Shared.Configuration", "Shared.Logs",
        ],

        ["Consumer.Processing"] = ["Consumer.Rules", "Consumer.Metrics", "Consumer.Writing", "Daemon"],
        ["Consumer.Trials"] = ["Consumer.Rules", "Consumer.Writing", "Daemon"],
        ["Consumer.Refusals"] = ["Consumer.Rules", "Consumer.Metrics", "Daemon", "Shared.Configuration", "Shared.Messaging"],
        ["Consumer.Streaming"] =
        [
            "Consumer.Rules", "Consumer.Writing", "Consumer.Metrics", "Consumer.Processing", "Consumer.Refusals",
            "Daemon", "Daemon.Health", "Daemon.Messaging", "Shared.Configuration", "Shared.Messaging",
        ],
        ["Consumer.History"] =
        [
            "Consumer.Rules", "Consumer.Writing", "Consumer.Metrics", "Consumer.Streaming",
            "Daemon", "Daemon.Health", "Daemon.Messaging", "Shared.Configuration", "Shared.Messaging",
        ],
        ["Consumer.Pardons"] =
        [
            "Consumer.Rules", "Consumer.Writing", "Consumer.Streaming",
            "Daemon", "Daemon.Health", "Daemon.Messaging", "Shared.Configuration", "Shared.Messaging",
        ],
        ["Consumer.Receiving"] =
        [
            "Consumer.Rules", "Consumer.Processing", "Consumer.Refusals", "Consumer.Writing", "Consumer.History", "Consumer.Metrics",
            "Daemon", "Daemon.Health", "Daemon.Messaging", "Shared.Configuration", "Shared.Messaging",
        ],

        ["Admin.Output"] = [],
        ["Admin.Broker"] = ["Admin.Output", "Shared.Configuration", "Shared.Messaging"],
        ["Admin.Policies"] = ["Admin.Broker", "Admin.Output", "Shared.Configuration"],
        ["Admin.Setup"] = ["Admin.Broker", "Admin.Pardons", "Admin.Policies", "Admin.Servers", "Admin.Output"],
        ["Admin.Waiting"] = ["Admin.Broker", "Admin.Output", "Admin.Policies", "Shared.Messaging"],
        ["Admin.Servers"] = ["Admin.Broker", "Admin.Output", "Admin.Waiting", "Shared.Configuration"],
        ["Admin.History"] = ["Admin.Broker", "Admin.Output", "Shared.Configuration", "Shared.Messaging"],
        ["Admin.Statistics"] = ["Admin.History", "Admin.Output", "Consumer.Writing", "Shared.Logs"],
        ["Admin.Pardons"] = ["Admin.Broker", "Admin.Output", "Shared.Configuration", "Shared.Messaging"],
        ["Admin.Errors"] = ["Admin.Broker", "Admin.History", "Admin.Output", "Shared.Messaging"],
        ["Admin.Health"] = ["Admin.Broker", "Admin.Output", "Shared.Messaging"],
        ["Admin.Status"] = ["Admin.Broker", "Admin.Policies", "Admin.Servers", "Admin.History", "Admin.Health", "Admin.Output"],
        ["Admin.Doctor"] = ["Admin.Output", "Shared.Configuration", "Shared.Messaging", "Shared.Programs"],
        ["Admin.Why"] =
        [
            "Admin.Broker", "Admin.Errors", "Admin.History", "Admin.Pardons", "Admin.Output",
            "Consumer.Rules", "Consumer.Writing", "Shared.Configuration", "Shared.Logs", "Shared.Messaging", "Shared.Programs",
        ],
        ["Admin.Commands"] =
        [
            "Admin.Broker", "Admin.Policies", "Admin.Setup", "Admin.Servers", "Admin.History", "Admin.Health", "Admin.Pardons",
            "Admin.Errors",
            "Admin.Status", "Admin.Doctor", "Admin.Statistics", "Admin.Why", "Admin.Output",
        ],
    };

    /// <summary>The folders that may use MassTransit and RabbitMQ's client.</summary>
    private static readonly string[] MessagingFolders =
    [
        "Producer", "Producer.Publishing",
        "Consumer", "Consumer.Receiving", "Consumer.Refusals", "Consumer.Streaming", "Consumer.History", "Consumer.Pardons",
        "Admin", "Admin.Broker", "Admin.Errors", "Admin.History", "Admin.Health", "Admin.Pardons", "Admin.Doctor", "Admin.Waiting",
        "Admin.Why",
        "Shared.Messaging",
        "Daemon", "Daemon.Messaging", "Daemon.Systemd", "Daemon.Health",
    ];

    public static TheoryData<string> Assemblies =>
        ["F2bBroker.Contracts", "F2bBroker.Shared", "F2bBroker.Daemon", "f2bbroker-producer", "f2bbroker-consumer", "f2bbroker"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_folder_references_only_the_folders_of_its_row(string assembly) =>
        AssertNone(AssemblyReferences.Read(assembly)
            .Where(reference => Folders.Contains(reference.To) && reference.To != reference.From && reference.To != "Contracts")
            .Where(reference => !CompositionRoots.Contains(reference.From) && !Allowed[reference.From].Contains(reference.To)));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Only_messaging_folders_reference_MassTransit_and_RabbitMQ(string assembly) =>
        AssertNone(AssemblyReferences.Read(assembly)
            .Where(reference => reference.To == "RabbitMQ.Client" || reference.To.StartsWith("MassTransit", StringComparison.Ordinal))
            .Where(reference => !MessagingFolders.Contains(reference.From)));

    [Fact]
    public void Every_folder_has_a_row()
    {
        IEnumerable<string> found = Directory.EnumerateFiles(Repository.Path("src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Path("src"), Path.GetDirectoryName(file)!).Replace('/', '.'))
            .Where(folder => !folder.Contains(".obj") && !folder.Contains(".bin"))
            .Distinct();
        Assert.Equal(Folders.Order(), found.Order());
    }

    [Fact]
    public void The_rows_have_no_cycle()
    {
        HashSet<string> sorted = [.. CompositionRoots];
        while (Allowed.FirstOrDefault(row => !sorted.Contains(row.Key) && row.Value.All(sorted.Contains)).Key is { } next)
        {
            sorted.Add(next);
        }

        Assert.Empty(Folders.Except(sorted));
    }

    [Theory]
    [InlineData("MassTransit.Abstractions", "EntityNameAttribute")]
    [InlineData("MassTransit.Abstractions", "IBusControl")]
    [InlineData("RabbitMQ.Client", "AlreadyClosedException")]
    [InlineData("RabbitMQ.Client", "ConnectionFactory")]
    [InlineData("RabbitMQ.Client", "IChannel")]
    [InlineData("Shared.Configuration", "Settings")]
    public void A_reference_is_found_wherever_it_is_in_a_type(string to, string target) =>
        Assert.Contains(
            new TypeReference("UnitTests.Architecture", nameof(ReferenceSamples), to, target),
            AssemblyReferences.Read("F2bBroker.UnitTests"));

    // Assert.Empty shows only the first items.
    private static void AssertNone(IEnumerable<TypeReference> references)
    {
        TypeReference[] all = [.. references];
        Assert.True(all.Length == 0, $"Not allowed:\n{string.Join('\n', all.AsEnumerable())}");
    }

    private static string[] Folders => [.. CompositionRoots, .. Allowed.Keys];
}
