using System.Globalization;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A group in which a compromised server floods the others until it is revoked.</summary>
public abstract class FloodedGroup(PrivateBroker broker) : IAsyncLifetime
{
    private protected PrivateBroker Broker { get; } = broker;

    private protected const string Own = "f2b.bans.evil";

    private protected static readonly SoakTable Table = new(
        "flood",
        "what it did",
        "for how long",
        "how much",
        "what it cost the others",
        "limited by");
    private protected static readonly int MaxBans = Soak.Times(500, 5000);

    private protected Server intruder = null!;
    private protected Server origin = null!;
    private protected Server receiver = null!;
    private protected Server offline = null!;
    private protected Daemon producer = null!;
    private protected Daemon consumer = null!;
    private TestGroup group = null!;
    private int logged;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(Broker);
        // RabbitMQ's default: messages behind a flood wait longer than the 5 s of the other fault tests.
        await SetAsync("consumer_timeout", 1_800_000);
        intruder = await group.EnrollAsync("evil");
        origin = await group.EnrollAsync("a");
        receiver = await group.EnrollAsync("b", F($"maxbans = {MaxBans}/10m"));
        offline = await group.EnrollAsync("off");
        producer = await origin.StartProducerAsync();
        consumer = await receiver.StartConsumerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await group.DisposeAsync();
        await SetAsync("consumer_timeout", 5000);
    }

    private protected IEnumerable<string> Lines => File.ReadAllLines(receiver.BansLog);

    private protected static string Seconds(TimeSpan time) => F($"{time.TotalSeconds:0} s");

    private protected static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Sets a key as <c>rabbitmq.conf</c> does, for channels that are opened later.</summary>
    // RabbitMQ 4 reads max_message_size from a persistent term, in which it is at the start.
    private protected Task SetAsync(string key, int value) =>
        Broker.ControlAsync("eval", F($"application:set_env(rabbit, {key}, {value}), persistent_term:put({key}, {value})."));

    /// <summary>Returns the longest time that one of five bans takes from fail2ban's log to the receiver's log.</summary>
    private protected async Task<TimeSpan> DelayAsync()
    {
        string[] addresses = await LogAsync(5);
        string[] lines = [];
        await Eventually.TrueAsync(
            () => (lines = [.. Lines.Where(line => addresses.Contains(line.Split(' ')[2]))]).Length == addresses.Length,
            () => $"{lines.Length} of {addresses.Length} arrived. {producer.SaidBut(" Published: ")} {consumer.SaidBut(" Written: ")}",
            TimeSpan.FromMinutes(Soak.Times(3, 10)));
        return lines.Max(line => Moment(line.Split(' ')[0]) - Moment(line.Split("detected=")[1]));
    }

    private protected static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private protected async Task<string[]> LogAsync(int count)
    {
        string[] addresses = [.. Enumerable.Range(logged, count).Select(number => $"203.0.{number / 250}.{1 + number % 250}")];
        logged += count;
        await origin.LogBansAsync(addresses);
        return addresses;
    }

    private protected async Task<TimeSpan> RevokeAsync()
    {
        long start = TimeProvider.System.GetTimestamp();
        Built.Outcome outcome = await Broker.AdminAsync("revoke", "evil");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return TimeProvider.System.GetElapsedTime(start);
    }

    private protected async Task<long> MessagesAsync(string server) =>
        (long?)(await Broker.GetAsync($"queues/f2b/f2b.bans.{server}"))!["messages"] ?? 0;
}
