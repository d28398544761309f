using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests;

/// <summary>An enrolled server of the group: its configuration, its logs, and the daemons that the test starts.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly List<Daemon> daemons = [];

    private string[] enrollment = [];

    private Server(string name) => (Name, BansLog, Checkpoint) = (name, folder["bans.log"], folder["checkpoint"]);

    public string Name { get; }

    public string Folder => folder.Path;

    public string Password { get; private set; } = "";

    public string Configuration => folder["f2bbroker.conf"];

    /// <summary>The file that the enrollment has written.</summary>
    public string Local => folder["f2bbroker.local"];

    public string Fail2BanLog => folder["fail2ban.log"];

    /// <summary>The monitored log.</summary>
    public string BansLog { get; private set; }

    public string Checkpoint { get; private set; }

    /// <summary>The network namespace in which its daemons start; null for that of the test.</summary>
    public string? Network { get; set; }

    /// <summary>The lines of the monitored log without their first date, and without those of positions in the stream.</summary>
    public IReadOnlyList<string> Bans =>
        File.Exists(BansLog)
            ? [.. File.ReadAllLines(BansLog).Where(IsNoPosition).Select(TextOf)]
            : [];

    /// <summary>The positions in the stream that the monitored log contains.</summary>
    public IReadOnlyList<PositionLine> Positions => [.. File.ReadAllLines(BansLog).Select(PositionLine.Parse).OfType<PositionLine>()];

    /// <summary>The addresses in the monitored log, in its order.</summary>
    public IEnumerable<string> Addresses => Bans.Select(ban => ban.Split(' ')[1]);

    /// <param name="consumerSettings">Lines of the section [consumer].</param>
    public static Task<Server> EnrollAsync(RunningBroker broker, string name, params IEnumerable<string> consumerSettings) =>
        EnrollAsync(broker, name, QueueType.Classic, consumerSettings);

    /// <summary>Enrolls a server with a quorum queue.</summary>
    public static Task<Server> EnrollWithQuorumQueueAsync(RunningBroker broker, string name, params IEnumerable<string> consumerSettings) =>
        EnrollAsync(broker, name, QueueType.Quorum, consumerSettings);

    /// <summary>Enrolls a server that follows the stream.</summary>
    public static Task<Server> EnrollFromStreamAsync(RunningBroker broker, string name, params IEnumerable<string> consumerSettings) =>
        EnrollAsync(broker, name, QueueType.Stream, consumerSettings);

    /// <summary>Enrolls a server that receives in this way.</summary>
    public static Task<Server> EnrollAsync(RunningBroker broker, string name, QueueType queueType, IEnumerable<string> consumerSettings)
    {
        string[] options = queueType == QueueType.Stream ? ["--stream"] : queueType == QueueType.Quorum ? ["--quorum-queue"] : [];
        return EnrollAsync(broker, name, options, consumerSettings);
    }

    /// <summary>Enrolls a server with a role.</summary>
    public static Task<Server> EnrollAsync(RunningBroker broker, string name, Role role, params IEnumerable<string> consumerSettings) =>
        EnrollAsync(broker, name, ["--role", role.Name, .. role.FollowsStream ? ["--stream"] : Array.Empty<string>()], consumerSettings);

    private static async Task<Server> EnrollAsync(
        RunningBroker broker,
        string name,
        string[] options,
        IEnumerable<string> consumerSettings)
    {
        Server server = new(name);
        await File.WriteAllTextAsync(server.Configuration, $"""
            [producer]
            logpath = {server.Fail2BanLog}
            checkpoint = {server.Checkpoint}
            start = beginning
            [consumer]
            logpath = {server.BansLog}
            {string.Join('\n', consumerSettings)}
            """);
        await File.WriteAllTextAsync(server.Fail2BanLog, "");
        server.enrollment = ["enroll", name, "--uri", broker.Uri, "--out", server.Local, .. options];
        await server.EnrollAgainAsync(broker);
        return server;
    }

    /// <summary>Enrolls the server again, after it was revoked.</summary>
    public async Task EnrollAgainAsync(RunningBroker broker)
    {
        Built.Outcome enroll = await broker.AdminAsync(enrollment);
        Assert.True(enroll.ExitCode == 0, enroll.Errors);
        Password = (await File.ReadAllLinesAsync(Local))
            .Single(line => line.StartsWith("password", StringComparison.Ordinal))
            .Split(" = ")[1];
    }

    /// <summary>Makes its producer forward the bans of another group's consumer, before it starts.</summary>
    /// <param name="producerSettings">Further lines of the section [producer].</param>
    public void Forward(Server consumer, params IEnumerable<string> producerSettings) => File.WriteAllText(
        Configuration,
        File.ReadAllText(Configuration).Replace(
            $"logpath = {Fail2BanLog}",
            string.Join('\n', [$"logpath = {consumer.BansLog}", "format = f2bbroker", .. producerSettings]),
            StringComparison.Ordinal));

    /// <summary>Moves the monitored log to another folder, before the consumer starts.</summary>
    public void MoveBansLog(string place) => BansLog = Move(BansLog, place);

    /// <summary>Moves the checkpoint to another folder, before the producer starts.</summary>
    public void MoveCheckpoint(string place) => Checkpoint = Move(Checkpoint, place);

    /// <summary>Turns on the metrics: the producer listens on the first port, the consumer on the second.</summary>
    public async Task<PortPair> MeasureAsync()
    {
        PortPair ports = PortPair.Find();
        await File.AppendAllTextAsync(Configuration, $"\n[metrics]\nlisten = 127.0.0.1:{ports.First}\n");
        return ports;
    }

    /// <summary>Starts the producer and waits until it follows the log.</summary>
    public async Task<Daemon> StartProducerAsync(params IEnumerable<string> environment)
    {
        Daemon producer = Start(Built.Producer, environment);
        await producer.SaysAsync("Following ");
        return producer;
    }

    /// <summary>Starts the consumer and waits until it receives.</summary>
    public async Task<Daemon> StartConsumerAsync(params IEnumerable<string> environment)
    {
        Daemon consumer = Start(Built.Consumer, environment);
        await consumer.SaysAsync("Receiving from ");
        return consumer;
    }

    public Daemon Start(string program, params IEnumerable<string> environment) => StartWith([], program, environment);

    /// <summary>Starts a daemon with additional options.</summary>
    public Daemon StartWith(string[] options, string program, params IEnumerable<string> environment)
    {
        (string command, IEnumerable<string> arguments) = Built.In(Network, program, ["--config", Configuration, .. options]);
        Daemon daemon = new(command, arguments, environment);
        daemons.Add(daemon);
        return daemon;
    }

    /// <summary>Appends to fail2ban's log the lines that fail2ban writes for these bans.</summary>
    public Task LogBansAsync(params IEnumerable<string> addresses) =>
        LogAsync(addresses.Select(address => $"fail2ban.actions        [1674]: NOTICE  [sshd] Ban {address}"));

    /// <summary>Appends lines to fail2ban's log, dated now.</summary>
    public Task LogAsync(params IEnumerable<string> lines)
    {
        string now = $"{TimeProvider.System.GetLocalNow():yyyy-MM-dd HH:mm:ss,fff}";
        return File.AppendAllTextAsync(Fail2BanLog, string.Concat(lines.Select(line => $"{now} {line}\n")));
    }

    /// <summary>The output of all its daemons.</summary>
    public string Said => string.Join('\n', daemons.Select(daemon => daemon.Said));

    /// <summary>The last lines of its daemons' output.</summary>
    public string LastLines => string.Join('\n', Said.Split('\n').TakeLast(20));

    /// <summary>Waits until the monitored log contains that many lines, and asserts that it contains no more.</summary>
    public async Task HasBansAsync(int count)
    {
        await Eventually.TrueAsync(() => Bans.Count >= count, () => $"{Name} has {Bans.Count} of {count} bans:\n{Said}");
        Assert.Equal(count, Bans.Count);
    }

    /// <summary>Waits until the checkpoint is at the end of fail2ban's log: the broker has confirmed all bans.</summary>
    public Task IsConfirmedAsync() => Eventually.TrueAsync(
        () => (long)JsonNode.Parse(File.ReadAllText(Checkpoint))!["offset"]! == new FileInfo(Fail2BanLog).Length,
        () => $"{Name} has {new FileInfo(Fail2BanLog).Length} bytes, and the checkpoint {File.ReadAllText(Checkpoint)}\n{LastLines}");

    public async ValueTask DisposeAsync()
    {
        foreach (Daemon daemon in daemons)
        {
            await daemon.DisposeAsync();
        }

        folder.Dispose();
    }

    /// <summary>Returns a line of the monitored log without its first date.</summary>
    public static string TextOf(string line) => line[(line.IndexOf(' ') + 1)..];

    /// <summary>Returns true for a line of the monitored log that is not a position in the stream.</summary>
    public static bool IsNoPosition(string line) => PositionLine.Parse(line) is null;

    private string Move(string file, string place)
    {
        string moved = Path.Combine(place, Path.GetFileName(file));
        File.WriteAllText(Configuration, File.ReadAllText(Configuration).Replace(file, moved, StringComparison.Ordinal));
        return moved;
    }
}
