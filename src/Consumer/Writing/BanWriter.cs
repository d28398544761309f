using System.Text;
using System.Threading.Channels;
using F2bBroker.Consumer.Metrics;
using F2bBroker.Consumer.Rules;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer.Writing;

/// <summary>
/// The only writer of the monitored log: appends the waiting bans, flushes once, and only then lets the messages be acknowledged. Lines of
/// pardons, and the position in the stream, follow the bans that were evaluated before.
/// </summary>
internal sealed class BanWriter(
    Settings settings,
    BanEvaluator evaluator,
    CurrentPardons pardons,
    ConsumerMetrics metrics,
    HealthProblems problems,
    Readiness readiness,
    DaemonExit exit,
    TimeProvider time,
    ILogger<BanWriter> log)
    : Worker(exit)
{
    private const int MaxBatchSize = 1000;

    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(30);

    private readonly string path = settings.Consumer.LogPath;
    private readonly Channel<Request> waiting = Channel.CreateUnbounded<Request>(new UnboundedChannelOptions { SingleReader = true });
    private readonly PardonLines pardonLines = new(settings.Consumer, pardons);
    private readonly RecentLines recent = new(time);
    private readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Repeated in each new file, because the old ones are deleted some day.
    private PositionLine? position;

    /// <summary>Completes when the bans of earlier runs are loaded.</summary>
    public Task Loaded => loaded.Task;

    /// <summary>The position in the stream that an earlier run wrote; null if there is none, or before <see cref="Loaded"/>.</summary>
    public PositionLine? LoadedPosition { get; private set; }

    /// <summary>
    /// Completes when the ban is decided and, if it is to be written, flushed to disk. Waits while the disk cannot be written, or while the
    /// pardons are not known.
    /// </summary>
    public async Task<BanOutcome> WriteAsync(Ban ban, DeliverySource source = DeliverySource.Delivered)
    {
        BanRequest request = new(ban, source, new TaskCompletionSource<BanOutcome>(TaskCreationOptions.RunContinuationsAsynchronously));
        metrics.BanWaiting();
        await pardons.Known;
        waiting.Writer.TryWrite(request);
        return await request.Done.Task;
    }

    /// <summary>Completes when the lines of these pardons are flushed to disk. Waits while the disk cannot be written.</summary>
    /// <param name="mayBeWritten">True if an earlier run may have written lines of these pardons.</param>
    public Task WritePardonsAsync(IReadOnlyCollection<Pardon> added, bool mayBeWritten)
    {
        PardonRequest request = new(added, mayBeWritten, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        waiting.Writer.TryWrite(request);
        return request.Done.Task;
    }

    /// <summary>Completes when the position is flushed to disk. Waits while the disk cannot be written.</summary>
    public Task WritePositionAsync(PositionLine reached)
    {
        PositionRequest request = new(reached, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        waiting.Writer.TryWrite(request);
        return request.Done.Task;
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        recent.Add(new WrittenLinesLoader(settings.Consumer, evaluator, time).Load(Warn));
        LoadPosition();
        loaded.SetResult();
        readiness.MarkInitialized();
        MonitoredLog file = new(path);
        await AppendAsync(file, [], stopping);
        position = LoadedPosition;
        log.LogInformation("Writing to {Log:l}.", path);
        while (true)
        {
            await WaitAsync(stopping);
            Request[] batch = [.. Drain().Take(MaxBatchSize)];
            await WriteBansAsync(file, [.. batch.OfType<BanRequest>()], stopping);
            foreach (PardonRequest request in batch.OfType<PardonRequest>())
            {
                string[] lines = [.. pardonLines.Find(request.Pardons, request.MayBeWritten, Warn)];
                await AppendAsync(file, lines, stopping);
                LogWritten(lines, "lines of pardons");
                request.Done.SetResult();
            }

            foreach (PositionRequest request in batch.OfType<PositionRequest>())
            {
                await AppendAsync(file, [], stopping, request.Position);
                request.Done.SetResult();
            }
        }
    }

    /// <summary>Finds the position of an earlier run. One that is only in a rotated sibling is written to the new file.</summary>
    private void LoadPosition()
    {
        if (settings.Consumer.QueueType == QueueType.Stream)
        {
            LoadedPosition = LastPosition.Find(path, Warn, out bool isInLog);
            position = isInLog ? null : LoadedPosition;
        }
    }

    private async Task WriteBansAsync(MonitoredLog file, BanRequest[] batch, CancellationToken stopping)
    {
        BanOutcome[] outcomes =
        [
            .. batch.Select(request =>
                pardons.Cover(request.Ban) ? new BanOutcome.Pardoned() : evaluator.Evaluate(request.Ban, request.Source)),
        ];
        string[] lines = [.. outcomes.OfType<BanOutcome.Written>().Select(outcome => outcome.Line)];
        await AppendAsync(file, lines, stopping);
        LogWritten(lines, "bans");
        foreach ((BanRequest request, BanOutcome outcome) in batch.Zip(outcomes))
        {
            metrics.BanCompleted(request.Ban, outcome, request.Source);
            request.Done.SetResult(outcome);
        }
    }

    private void LogWritten(string[] lines, string what)
    {
        if (lines.Length > 0)
        {
            log.LogInformation("Written: {Bans:l}.", lines is [string single] ? single : $"{lines.Length} {what}");
        }
    }

    /// <summary>Waits for a ban; at most a second while there are recent lines, because their file may be renamed.</summary>
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
            // A second has passed: check the file.
        }
    }

    private IEnumerable<Request> Drain()
    {
        while (waiting.Reader.TryRead(out Request? request))
        {
            yield return request;
        }
    }

    private async Task AppendAsync(
        MonitoredLog file,
        IReadOnlyList<string> lines,
        CancellationToken stopping,
        PositionLine? reached = null)
    {
        byte[] bytes = Encode(lines, reached);
        position = reached ?? position;
        int done = 0;
        await RetryDiskAsync(
            () =>
            {
                while (!file.Append(bytes, ref done))
                {
                    bytes = Encode([.. recent.All().Where(line => !IsPardoned(line)), .. lines], position);
                    done = 0;
                }
            },
            stopping);
        recent.Add(lines);
    }

    /// <summary>Repeats the action until the disk accepts it. The messages stay unacknowledged in the meantime.</summary>
    private async Task RetryDiskAsync(Action act, CancellationToken stopping)
    {
        Backoff backoff = new(InitialDelay, MaxDelay, time);
        for (bool isHolding = false; ; isHolding = true)
        {
            try
            {
                act();
                if (isHolding)
                {
                    log.LogInformation("Can write {Log:l} again.", path);
                    problems.Clear(nameof(BanWriter));
                }

                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (!isHolding)
                {
                    string message =
                        $"Cannot write {path}: {failure.Message} Retrying. The bans stay unacknowledged at the broker; none is lost.";
                    log.LogWarning("{Message:l}", message);
                    problems.Set(nameof(BanWriter), message);
                }
            }

            await backoff.WaitAsync(stopping);
        }
    }

    private byte[] Encode(IReadOnlyList<string> lines, PositionLine? reached)
    {
        DateTimeOffset now = time.GetUtcNow();
        string last = reached is null ? "" : MonitoredLogLine.Format(reached.ReachedAt, reached.Text);
        return Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => MonitoredLogLine.Format(now, line))) + last);
    }

    /// <summary>Returns true for the text of a ban that was pardoned after it was written.</summary>
    private bool IsPardoned(string text) =>
        MonitoredLogLine.Parse(MonitoredLogLine.Format(time.GetUtcNow(), text).TrimEnd('\n')) is { } line && pardons.Cover(line.Ban);

    private void Warn(string message) => log.LogWarning("{Message:l}", message);

    private abstract record Request;

    private sealed record BanRequest(Ban Ban, DeliverySource Source, TaskCompletionSource<BanOutcome> Done) : Request;

    private sealed record PardonRequest(IReadOnlyCollection<Pardon> Pardons, bool MayBeWritten, TaskCompletionSource Done) : Request;

    private sealed record PositionRequest(PositionLine Position, TaskCompletionSource Done) : Request;
}
