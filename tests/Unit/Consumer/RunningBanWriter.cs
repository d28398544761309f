using System.Diagnostics.CodeAnalysis;
using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Daemon.Metrics;
using F2bBroker.Shared.Configuration;
using F2bBroker.UnitTests.Daemon;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

/// <summary>A running writer of a monitored log.</summary>
public abstract class RunningBanWriter : IAsyncLifetime
{
    private readonly DaemonMeter meter;

    private protected RunningBanWriter()
    {
        LogPath = Folder["bans.log"];
        Problems = new HealthProblems(Clock);
        meter = new DaemonMeter(new LastBrokerContact(Clock), Clock);
        Pardons.MarkKnown();
        Writer = NewWriter();
    }

    private protected TempFolder Folder { get; } = new();

    private protected FakeTimeProvider Clock { get; } = Some.Clock();

    private protected string LogPath { get; }

    private protected HealthProblems Problems { get; }

    private protected CurrentPardons Pardons { get; } = new(Some.Settings().Consumer);

    private protected LoggedMessages<BanWriter> Log { get; } = new();

    private protected string QueueType { get; set; } = "classic";

    private protected WriterParts Parts { get; private set; }

    private protected BanWriter Writer { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await Writer.StartAsync(CancellationToken.None);
        // The writer creates the log in the background.
        while (!File.Exists(LogPath))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        meter.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task StopAsync()
    {
        await Writer.StopAsync(CancellationToken.None);
        Writer.Dispose();
    }

    /// <summary>Starts a new writer, after the last one was stopped.</summary>
    private protected Task StartAsync()
    {
        Writer = NewWriter();
        return Writer.StartAsync(CancellationToken.None);
    }

    /// <summary>Lets an operator pardon that address or network.</summary>
    private protected Pardon Pardon(string ip)
    {
        Pardon pardon = Some.Pardon(ip, null);
        PardonList list = Pardons.CreateList();
        list.Apply(pardon);
        Pardons.Replace(list);
        return pardon;
    }

    /// <summary>Returns the first two words after the date of each line of the log.</summary>
    private protected IEnumerable<string> Words() => File.ReadLines(LogPath).Select(line => string.Join(' ', line.Split(' ')[1..3]));

    [MemberNotNull(nameof(Parts))]
    private BanWriter NewWriter()
    {
        Settings settings = Some.Settings($"consumer:logpath={LogPath}", $"consumer:queuetype={QueueType}");
        Parts = new WriterParts(settings, Pardons, Problems, meter, Clock, Log);
        return Parts.Writer;
    }
}
