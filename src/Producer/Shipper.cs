using System.Threading.Channels;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Producer;

/// <summary>Carries the log's bans to the broker: publish → confirm → checkpoint, with many publishes under way.</summary>
internal sealed class Shipper(Settings settings, BrokerLogin login, BanPublisher publisher, Ending ending, TimeProvider time, ILogger<Shipper> log)
    : Worker(ending)
{
    private const int Window = 1000;

    private readonly Tally passedOver = new("Ban lines not shared", log, time);
    private readonly ConfirmedPosition confirmed = new(new Checkpoint(settings.Producer.Checkpoint), time, log);

    public override void Dispose()
    {
        passedOver.Dispose();
        base.Dispose();
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        using LogTail tail = new(settings.Producer.LogPath, time, sentence => log.LogWarning("{Sentence:l}", sentence));
        // A first start begins here and now, be the broker there or not: from now on the log is the outbox.
        Start(tail);
        await login.WaitAsync(stopping);
        log.LogInformation("Following {Log:l} from byte {Offset}.", settings.Producer.LogPath, tail.Position.Offset);
        Channel<Shipment> window = Channel.CreateBounded<Shipment>(Window);
        using CancellationTokenSource publishing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task following = confirmed.FollowAsync(window.Reader);
        Task shipping = ShipAsync(tail, window.Writer, publishing.Token);
        try
        {
            // Neither goes on without the other.
            await await Task.WhenAny(shipping, following);
        }
        finally
        {
            window.Writer.Complete();
            await publishing.CancelAsync();
            await Task.WhenAll(shipping, following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Start(LogTail tail)
    {
        LogPosition? start = confirmed.Load(out bool isUnreadable);
        if (start is not null)
        {
            tail.StartAt(start);
        }
        else if (isUnreadable || settings.Producer.StartsAtBeginning)
        {
            tail.StartAtBeginning();
        }
        else
        {
            tail.StartAtEnd();
        }

        confirmed.Save(tail.Position);
    }

    private async Task ShipAsync(LogTail tail, ChannelWriter<Shipment> window, CancellationToken stopping)
    {
        await foreach (LogBlock block in tail.ReadAsync(stopping))
        {
            foreach ((string line, LogPosition end) in block.Candidates())
            {
                if (BanIn(line) is { } ban)
                {
                    await window.WriteAsync(new Shipment(publisher.PublishAsync(ban, stopping), end, IsBan: true), stopping);
                }
            }

            await window.WriteAsync(new Shipment(Task.CompletedTask, block.End, IsBan: false), stopping);
        }
    }

    private Ban? BanIn(string line)
    {
        if (BanLine.Parse(line) is not { } found)
        {
            passedOver.Count("no ban of an address or network");
            return null;
        }

        if (!settings.Producer.Jails.Includes(found.Jail))
        {
            passedOver.Count("of an ignored jail");
            return null;
        }

        return found.By(settings.Server, time.LocalTimeZone);
    }
}
