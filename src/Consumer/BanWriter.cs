using System.Text;
using System.Threading.Channels;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Configuration;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer;

/// <summary>The one writer of the monitored log: takes what is waiting, appends it, flushes once, and only then lets the messages be acknowledged.</summary>
internal sealed class BanWriter(Settings settings, HeardUpTo heard, Ending ending, TimeProvider time, ILogger<BanWriter> log) : Worker(ending)
{
    private const int LargestBatch = 1000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly string path = settings.Consumer.LogPath;
    private readonly Channel<Request> waiting = Channel.CreateUnbounded<Request>(new UnboundedChannelOptions { SingleReader = true });
    private readonly WrittenBans written = new(settings.Consumer.MaxAge, heard, time);
    private readonly RecentLines recent = new(time);
    private readonly TaskCompletionSource readBack = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once it is known what was written in earlier runs.</summary>
    public Task ReadBack => readBack.Task;

    /// <summary>Completes once the ban is on disk: true, or false if it was before. While the disk refuses, it waits.</summary>
    public Task<bool> WriteAsync(Ban ban)
    {
        Request request = new(ban.Identity, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        waiting.Writer.TryWrite(request);
        return request.Done.Task;
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        recent.Add(written.ReadBack(path, sentence => log.LogWarning("{Sentence:l}", sentence)));
        readBack.SetResult();
        MonitoredLog file = new(path);
        await AppendAsync(file, [], stopping);
        log.LogInformation("Writing to {Log:l}.", path);
        while (true)
        {
            await WaitAsync(stopping);
            Request[] batch = [.. Drain().Take(LargestBatch)];
            bool[] isNew = [.. batch.Select(request => written.Add(request.Identity))];
            string[] identities = [.. batch.Where((_, i) => isNew[i]).Select(request => request.Identity)];
            await AppendAsync(file, identities, stopping);
            Tell(identities);
            foreach ((Request request, bool isWritten) in batch.Zip(isNew))
            {
                request.Done.SetResult(isWritten);
            }
        }
    }

    private void Tell(string[] identities)
    {
        if (identities.Length > 0)
        {
            log.LogInformation("Written: {Bans:l}.", identities is [string single] ? single : $"{identities.Length} bans");
        }
    }

    /// <summary>Until a ban is waiting; while lines are young also each second, since their file may be renamed.</summary>
    private async Task WaitAsync(CancellationToken stopping)
    {
        using CancellationTokenSource second = new(recent.Any() ? TimeSpan.FromSeconds(1) : Timeout.InfiniteTimeSpan, time);
        using CancellationTokenSource tick = CancellationTokenSource.CreateLinkedTokenSource(stopping, second.Token);
        try
        {
            await waiting.Reader.WaitToReadAsync(tick.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Time to look after the file.
        }
    }

    private IEnumerable<Request> Drain()
    {
        while (waiting.Reader.TryRead(out Request? request))
        {
            yield return request;
        }
    }

    private async Task AppendAsync(MonitoredLog file, IReadOnlyList<string> identities, CancellationToken stopping)
    {
        byte[] bytes = Encode(identities);
        int done = 0;
        await HoldingAsync(
            () =>
            {
                while (!file.Append(bytes, ref done))
                {
                    bytes = Encode([.. recent.All(), .. identities]);
                    done = 0;
                }
            },
            stopping);
        recent.Add(identities);
    }

    /// <summary>Does what touches the disk, again and again while the disk refuses: the messages stay unacknowledged meanwhile.</summary>
    private async Task HoldingAsync(Action act, CancellationToken stopping)
    {
        TimeSpan pause = FirstPause;
        for (bool isHolding = false; ; isHolding = true)
        {
            try
            {
                act();
                if (isHolding)
                {
                    log.LogInformation("{Log:l} can be written again.", path);
                }

                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (!isHolding)
                {
                    log.LogWarning("{Log:l} cannot be written: {Cause:l} Holding the bans at the broker and trying again; none is lost.", path, failure.Message);
                }
            }

            await Task.Delay(pause, time, stopping);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private byte[] Encode(IReadOnlyList<string> identities)
    {
        string now = UtcText.Print(time.GetUtcNow());
        return Encoding.UTF8.GetBytes(string.Concat(identities.Select(identity => $"{now} {identity}\n")));
    }

    private sealed record Request(string Identity, TaskCompletionSource<bool> Done);
}
