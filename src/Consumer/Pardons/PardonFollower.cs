using F2bBroker.Consumer.Rules;
using F2bBroker.Consumer.Streaming;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Daemon.Messaging;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Consumer.Pardons;

/// <summary>
/// Reads the stream of the pardons from its beginning at start and after each reconnection, and then follows it. Bans wait until it has
/// been read to its end. On a broker without the stream, or without the permission to read it, bans are written without pardons.
/// </summary>
internal sealed class PardonFollower(
    Settings settings,
    CurrentPardons current,
    BanWriter writer,
    StreamConnection connection,
    BrokerLoginCheck login,
    HealthProblems problems,
    Readiness readiness,
    DaemonExit exit,
    TimeProvider time,
    ILogger<PardonFollower> log)
    : Worker(exit)
{
    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    private readonly HashSet<Pardon> noted = [];
    private readonly Backoff backoff = new(InitialDelay, MaxDelay, time);
    private int failures;
    private bool wasRead;
    private bool isAbsent;

    protected override async Task RunAsync(CancellationToken stopping)
    {
        if (!settings.Consumer.Pardons)
        {
            return;
        }

        await writer.Loaded.WaitAsync(stopping);
        using ThrottledLogSummary ignored = new($"Ignored in {Topology.PardonsStream}", log, time, LogLevel.Warning);
        while (true)
        {
            try
            {
                IConnection open = await connection.OpenAsync(stopping);
                BrokerStream stream = new(open, Topology.PardonsStream);
                await FollowAsync(stream, ignored, stopping);
            }
            catch (Exception failure) when (IsAbsence(failure))
            {
                LogAbsence(failure);
                current.MarkKnown();
            }
            catch (Exception failure) when (BrokerConnection.IsConnectionFailure(failure) && !stopping.IsCancellationRequested)
            {
                current.MarkUnknown();
                WarnOfFailure(failure);
            }

            await backoff.WaitAsync(stopping);
        }
    }

    private async Task FollowAsync(BrokerStream stream, ThrottledLogSummary ignored, CancellationToken stopping)
    {
        long last = await stream.FindLastOffsetAsync(stopping);
        PardonList list = current.CreateList();
        bool isComplete = last < 0;
        if (isComplete)
        {
            await CompleteAsync(list, stopping);
        }

        await foreach (IReadOnlyList<StreamMessage> batch in stream.FollowAsync(offset: 0, last, stopping))
        {
            Pardon[] pardons = [.. batch.Select(message => ParseOrCount(message, ignored)).OfType<Pardon>()];
            foreach (Pardon pardon in pardons)
            {
                // From now on, a ban that it covers is skipped. The writer writes its line after the bans that were evaluated before.
                list.Apply(pardon);
            }

            if (isComplete)
            {
                await NoteAsync(pardons.GroupBy(pardon => (pardon.Ip, pardon.Server)).Select(same => same.Last()), stopping);
                list.ForgetEnded(time.GetUtcNow());
            }
            else if (batch[^1].Offset >= last)
            {
                isComplete = true;
                await CompleteAsync(list, stopping);
            }
        }
    }

    private async Task CompleteAsync(PardonList list, CancellationToken stopping)
    {
        list.ForgetEnded(time.GetUtcNow());
        current.Replace(list);
        await NoteAsync(list.All, stopping);
        if (!wasRead && noted.Count > 0)
        {
            log.LogInformation("Following {Stream:l}: {Count} in force.", Topology.PardonsStream, noted.Count);
        }

        (wasRead, isAbsent, failures) = (true, false, 0);
        problems.Clear(nameof(PardonFollower));
        backoff.Reset();
        current.MarkKnown();
    }

    /// <summary>Has a line written for each message that is in force and has none yet. Completes when they are on disk.</summary>
    private async Task NoteAsync(IEnumerable<Pardon> pardons, CancellationToken stopping)
    {
        DateTimeOffset now = time.GetUtcNow();
        noted.RemoveWhere(pardon => !pardon.IsInForce(now));
        Pardon[] added = [.. pardons.Where(pardon => pardon.IsInForce(now)).Where(noted.Add)];
        if (added.Length > 0)
        {
            // Only an earlier run can have written lines of messages that this run has not seen.
            await writer.WritePardonsAsync(added, mayBeWritten: !wasRead).WaitAsync(stopping);
        }
    }

    private static Pardon? ParseOrCount(StreamMessage message, ThrottledLogSummary ignored)
    {
        try
        {
            return ReceivedPardonValidator.Parse(message);
        }
        catch (InvalidMessageException refusal)
        {
            ignored.Add($"of {UntrustedText.Quote(MessageOrigin.FromUserId(message.Properties).Name)} ({refusal.Message})");
            return null;
        }
    }

    private static bool IsAbsence(Exception failure) =>
        NotFoundAnswer.IsMissing(failure)
        || failure is OperationInterruptedException { ShutdownReason.ReplyCode: Constants.AccessRefused };

    private void LogAbsence(Exception failure)
    {
        problems.Clear(nameof(PardonFollower));
        if (!isAbsent)
        {
            log.LogInformation(
                NotFoundAnswer.IsMissing(failure)
                    ? "The broker has no stream {Stream:l}; f2bbroker init creates it. Until then, bans are written without pardons."
                    : "This server has no permission to read {Stream:l}; f2bbroker init grants it. Until then, bans are written without "
                        + "pardons.",
                Topology.PardonsStream);
        }

        isAbsent = true;
    }

    /// <summary>
    /// Warns of the third failure in a row. The first may be a lost connection, and the second a stream that starts later than its broker.
    /// A broker that is unavailable does not count, because others log that.
    /// </summary>
    private void WarnOfFailure(Exception failure)
    {
        if (!login.IsUnavailable && ++failures == 3)
        {
            string message = $"Cannot read {Topology.PardonsStream}: {BrokerReply.Describe(failure)}. Retrying. Bans wait; none is lost.";
            log.LogWarning("{Message:l}", message);
            problems.Set(nameof(PardonFollower), message);
            readiness.MarkStarted();
        }
    }
}
