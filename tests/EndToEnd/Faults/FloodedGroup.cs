using System.Globalization;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A group in which one server is compromised: it floods the others until it is revoked.</summary>
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
    private int logged;

    public async ValueTask InitializeAsync()
    {
        await Broker.ResetAsync();
        // RabbitMQ's own: what waits behind a flood waits longer than the other fault tests' 5 s.
        await SetAsync("consumer_timeout", 1_800_000);
        intruder = await Server.EnrollAsync(Broker, "evil");
        origin = await Server.EnrollAsync(Broker, "a");
        receiver = await Server.EnrollAsync(Broker, "b", F($"maxbans = {MaxBans}/10m"));
        offline = await Server.EnrollAsync(Broker, "off");
        producer = await origin.StartProducerAsync();
        consumer = await receiver.StartConsumerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Server server in new[] { intruder, origin, receiver, offline })
        {
            await server.DisposeAsync();
        }

        await SetAsync("consumer_timeout", 5000);
    }

    private protected IEnumerable<string> Lines => File.ReadAllLines(receiver.BansLog);

    private protected static string Seconds(TimeSpan time) => F($"{time.TotalSeconds:0} s");

    private protected static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>As <c>rabbitmq.conf</c> does, for channels that are opened from now on.</summary>
    private protected Task SetAsync(string key, int value) =>
        Broker.ControlAsync("eval", F($"application:set_env(rabbit, {key}, {value})."));

    /// <summary>How long a ban takes from fail2ban's log to the receiver's, the longest of five.</summary>
    private protected async Task<TimeSpan> DelayAsync()
    {
        string[] addresses = await LogAsync(5);
        string[] lines = [];
        await Eventually.TrueAsync(
            () => (lines = [.. Lines.Where(line => addresses.Contains(line.Split(' ')[2]))]).Length == addresses.Length,
            () => $"{lines.Length} of {addresses.Length} came. {producer.SaidBut(" Published: ")} {consumer.SaidBut(" Written: ")}",
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
