namespace F2bBroker.UnitTests.Architecture;

/// <summary>Which folder of src may reference which. The compiled assemblies are read, so a fully qualified name counts too.</summary>
public sealed class FolderDependencyTests
{
    private const string Root = "(root)";

    /// <summary>The folders that a folder may reference. A program's root folder is its composition root and may reference all.</summary>
    private static readonly Dictionary<string, Dictionary<string, string[]>> Allowed = new()
    {
        ["f2bbroker-producer"] = new()
        {
            ["Parsing"] = [],
            ["Sources"] = [],
            ["Metrics"] = [],
            ["Tailing"] = ["Parsing", "Sources"],
            ["Journal"] = ["Parsing", "Sources"],
            ["Publishing"] = ["Sources", "Tailing", "Journal", "Metrics"],
        },
        ["f2bbroker-consumer"] = new()
        {
            ["Rules"] = [],
            ["Metrics"] = ["Rules"],
            ["Writing"] = ["Rules", "Metrics"],
            ["Refusals"] = ["Rules", "Metrics"],
            ["History"] = ["Rules", "Metrics", "Writing"],
            ["Receiving"] = ["Rules", "Metrics", "Writing", "Refusals", "History"],
        },
        ["f2bbroker"] = new()
        {
            ["Output"] = [],
            ["Broker"] = ["Output"],
            ["Setup"] = ["Broker", "Output"],
            ["Servers"] = ["Broker", "Output"],
            ["History"] = ["Broker", "Output"],
            ["Errors"] = ["Broker", "Output"],
            ["Status"] = ["Broker", "Servers", "History", "Output"],
            ["Doctor"] = ["Output"],
            ["Commands"] = ["Broker", "Setup", "Servers", "History", "Errors", "Status", "Doctor", "Output"],
        },
        ["F2bBroker.Shared"] = new()
        {
            ["Configuration"] = [],
            ["Logs"] = [],
            ["Messaging"] = ["Configuration"],
        },
    };

    /// <summary>The folders whose code uses a messaging library.</summary>
    private static readonly string[] Messaging =
    [
        "f2bbroker-producer/(root)", "f2bbroker-producer/Publishing",
        "f2bbroker-consumer/(root)", "f2bbroker-consumer/Receiving", "f2bbroker-consumer/Refusals", "f2bbroker-consumer/History",
        "f2bbroker/Broker", "f2bbroker/Errors", "f2bbroker/History", "f2bbroker/Doctor",
        "F2bBroker.Shared/Messaging",
        "F2bBroker.Daemon/(root)", "F2bBroker.Daemon/Messaging", "F2bBroker.Daemon/Systemd",
    ];

    public static TheoryData<string> Programs => [.. Allowed.Keys];

    public static TheoryData<string> Assemblies => [.. Allowed.Keys, "F2bBroker.Daemon", "F2bBroker.Contracts"];

    [Theory]
    [MemberData(nameof(Programs))]
    public void A_folder_references_only_what_the_table_allows(string assembly)
    {
        string[] wrong = [.. References(assembly)
            .Where(reference => reference.Assembly == assembly && reference.From != Root && reference.From != reference.To)
            .Where(reference => !Allowed[assembly].GetValueOrDefault(reference.From, []).Contains(reference.To))
            .Select(reference => $"{reference.Type} in {reference.From} -> {reference.Target} in {reference.To}")
            .Distinct()];
        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Every_folder_is_in_the_table_and_the_table_has_no_cycle(string assembly)
    {
        string[] folders = [.. References(assembly).Select(reference => reference.From).Where(folder => folder != Root).Distinct().Order()];
        Assert.Equal(Allowed[assembly].Keys.Order(), folders);
        HashSet<string> done = [];
        for (int before = -1; before != done.Count;)
        {
            before = done.Count;
            done.UnionWith(Allowed[assembly].Where(row => row.Value.All(done.Contains)).Select(row => row.Key));
        }

        Assert.Equal(folders, done.Order());
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Only_the_messaging_folders_reference_MassTransit_and_RabbitMQ(string assembly)
    {
        string[] wrong =
        [
            .. References(assembly)
                .Where(reference =>
                    reference.Assembly.StartsWith("MassTransit", StringComparison.Ordinal) || reference.Assembly == "RabbitMQ.Client")
                .Where(reference => !Messaging.Contains($"{assembly}/{reference.From}"))
                .Select(reference => $"{reference.Type} in {reference.From} -> {reference.Target}")
                .Distinct(),
        ];
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_forbidden_reference_would_be_found()
    {
        Assert.Contains(References("f2bbroker-consumer"), reference => reference is { From: "Receiving", To: "Rules" });
        Assert.Contains(References("f2bbroker-consumer"), reference => reference is { From: "Receiving", Assembly: "RabbitMQ.Client" });
    }

    private static HashSet<TypeReference> References(string assembly) => new AssemblyReferences(assembly).Read();
}
