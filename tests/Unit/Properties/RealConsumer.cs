using F2bBroker.Consumer.Processing;
using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Trials;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Shared.Configuration;
using F2bBroker.UnitTests.Consumer;
using Microsoft.Extensions.Logging.Abstractions;

namespace F2bBroker.UnitTests.Properties;

/// <summary>The rules and the writer of a consumer, with real files, and a clock that the test sets.</summary>
internal sealed class RealConsumer : IAsyncDisposable
{
    private readonly TempFolder folder = new();
    private readonly ChangedClock clock = new(Some.Clock());
    private readonly string[] options;
    private readonly string path;
    private readonly CurrentPardons pardons;
    private readonly DaemonMeter meter;
    private readonly HealthProblems problems;
    private readonly BrokerAddresses brokerAddresses;
    private readonly PardonList list;
    private Run run;
    private DateTime date;

    private RealConsumer(int quorum, int maxBans)
    {
        path = folder["bans.log"];
        options =
        [
            $"consumer:logpath={path}",
            "consumer:maxage=1d",
            "consumer:minprefix4=24",
            $"consumer:quorum={quorum}",
            "consumer:quorumwindow=1h",
            $"consumer:maxbans={(maxBans == 0 ? "0" : $"{maxBans}/10m")}",
            "consumer:quarantine=30m",
            "broker:uri=amqps://192.0.2.1:5671/f2b",
        ];
        Settings settings = Some.Settings(options);
        pardons = new CurrentPardons(settings.Consumer);
        pardons.MarkKnown();
        list = pardons.CreateList();
        problems = new HealthProblems(clock);
        meter = new DaemonMeter(new LastBrokerContact(clock), clock);
        brokerAddresses = new BrokerAddresses(settings);
        run = new Run(this, isTrial: false);
    }

    public DateTimeOffset Clock => clock.GetUtcNow();

    public static async Task<RealConsumer> StartAsync(int quorum, int maxBans)
    {
        RealConsumer consumer = new(quorum, maxBans);
        await consumer.brokerAddresses.ResolveAsync(CancellationToken.None);
        await consumer.run.StartAsync();
        return consumer;
    }

    public Task ArriveAsync(Ban ban, DeliverySource source) => run.Processor.ProcessAsync(ban, source);

    public void Wait(TimeSpan time) => clock.Advance(time);

    public void ChangeClock(TimeSpan step) => clock.Change(step);

    public Task RotateAsync()
    {
        Rename();
        return run.FlushAsync();
    }

    public Task RestartAsync(bool isRotated, bool isTrial) => RestartAsync(
        () =>
        {
            if (isRotated)
            {
                Rename();
            }
        },
        isTrial);

    /// <param name="part">The line that was not written to its end, without its date.</param>
    public Task KillAsync(string part, bool isTrial) => RestartAsync(
        () =>
        {
            File.AppendAllText(path, MonitoredLogLine.Format(Clock, part).TrimEnd('\n'));
            File.SetLastWriteTimeUtc(path, Clock.UtcDateTime);
        },
        isTrial);

    public async Task TakeBackAsync(Pardon pardon)
    {
        list.Apply(pardon);
        pardons.Replace(list);
        if (pardon.IsInForce(Clock))
        {
            await run.Writer.WritePardonsAsync([pardon], mayBeWritten: false);
        }
    }

    /// <summary>Returns the texts of each file's lines, without their dates, the log first.</summary>
    public IReadOnlyList<IReadOnlyList<string>> ReadFiles() =>
    [
        .. Enumerable.Range(0, int.MaxValue)
            .Select(FileOf)
            .TakeWhile(File.Exists)
            .Select(file => File.ReadAllLines(file).Select(line => line[(line.IndexOf(' ') + 1)..]).ToArray()),
    ];

    /// <summary>Gives the log the date of the clock if it has changed.</summary>
    public void DateFile()
    {
        if (File.GetLastWriteTimeUtc(path) != date)
        {
            date = Clock.UtcDateTime;
            File.SetLastWriteTimeUtc(path, date);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await run.DisposeAsync();
        meter.Dispose();
        folder.Dispose();
    }

    private async Task RestartAsync(Action whileStopped, bool isTrial)
    {
        await run.DisposeAsync();
        whileStopped();
        run = new Run(this, isTrial);
        await run.StartAsync();
    }

    private string FileOf(int number) => number == 0 ? path : $"{path}.{number}";

    private void Rename()
    {
        int count = Enumerable.Range(0, int.MaxValue).TakeWhile(number => File.Exists(FileOf(number))).Count();
        for (int number = count; number > 0; number--)
        {
            File.Move(FileOf(number - 1), FileOf(number));
        }
    }

    /// <summary>From a start to a stop.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly TrialRelease release;

        public Run(RealConsumer consumer, bool isTrial)
        {
            Settings settings = Some.Settings([.. consumer.options, $"from web3:trial={(isTrial ? "true" : "false")}"]);
            TimeProvider time = consumer.clock;
            WriterParts parts = new(settings, consumer.pardons, consumer.problems, consumer.meter, time);
            Writer = parts.Writer;
            SkipRules rules = new(settings, new HostAddresses(time), consumer.brokerAddresses, time);
            Processor = new BanProcessor(rules, Writer, parts.Latest, parts.Metrics, time, NullLogger<BanProcessor>.Instance);
            release = new TrialRelease(
                parts.Evaluator,
                rules,
                Writer,
                consumer.brokerAddresses,
                parts.Exit,
                time,
                NullLogger<TrialRelease>.Instance);
        }

        public BanWriter Writer { get; }

        public BanProcessor Processor { get; }

        public async Task StartAsync()
        {
            await Writer.StartAsync(CancellationToken.None);
            await Writer.Loaded;
            await release.StartAsync(CancellationToken.None);
            await release.ExecuteTask!;
            await FlushAsync();
        }

        /// <summary>Waits until everything is written, and makes the writer look at the file's name.</summary>
        public Task FlushAsync() => Writer.WritePardonsAsync([], mayBeWritten: false);

        public async ValueTask DisposeAsync()
        {
            await Writer.StopAsync(CancellationToken.None);
            release.Dispose();
            Processor.Dispose();
            Writer.Dispose();
        }
    }
}
