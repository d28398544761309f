using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using Microsoft.Extensions.Logging;

namespace F2bBroker.Consumer;

/// <summary>Takes what the stream holds: the checks, limits and the duplicate rule are those of a live message; each batch is on disk before the next is asked for.</summary>
/// <remarks>What is refused is counted and told, not copied to the error queue: it stands in the stream, and comes again at the next start.</remarks>
internal sealed class ReplayedBans(Settings settings, Acceptance acceptance, BanWriter writer, TimeProvider time, ILogger<ReplayedBans> log)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <exception cref="Exception">The connection or the stream is gone: see <see cref="BrokerConnection.IsFailure"/>.</exception>
    public async Task TakeAsync(HistoryStream stream, DateTimeOffset since, CancellationToken stopping)
    {
        PastContainment containment = new(settings);
        using Tally passedOver = new($"Passed over in {Topology.History}", log, time);
        (long read, long written, long told) = (0, 0, time.GetTimestamp());
        await foreach (IReadOnlyList<HistoryMessage> batch in stream.ReadAsync(since, stopping))
        {
            Verdict?[] verdicts = await Task.WhenAll(batch.Select(message => TakeAsync(message, containment, passedOver))).WaitAsync(stopping);
            read += batch.Count;
            written += verdicts.OfType<Verdict.Written>().Count();
            if (time.GetElapsedTime(told) >= Pause)
            {
                log.LogInformation("Reading {Stream:l}: {Read} messages so far, {Written} of them new bans, which are on disk.", Topology.History, read, written);
                told = time.GetTimestamp();
            }
        }

        log.LogInformation("Read {Stream:l} since {Since:l} to its end: {Read} messages, {Written} of them new bans, which are on disk.",
            Topology.History, UtcText.Print(since), read, written);
    }

    /// <summary>Null for what is passed over.</summary>
    private async Task<Verdict?> TakeAsync(HistoryMessage message, PastContainment containment, Tally passedOver)
    {
        try
        {
            Ban ban = ReceivedBan.Parse(message.Properties, message.Body, time.GetUtcNow());
            string? reason = acceptance.ReasonToSkip(ban) ?? (containment.Admits(ban) ? null : "of a server that reported more than maxbans");
            if (reason is null)
            {
                return await writer.WriteAsync(ban, Way.Stream);
            }

            passedOver.Count(reason);
        }
        catch (Refusal)
        {
            passedOver.Count($"refused, of {Ban.Quoted(Origin.Of(message.Properties).Name)}");
        }

        return null;
    }
}
