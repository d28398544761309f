using F2bBroker.Admin.Broker;
using F2bBroker.Admin.History;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin.Errors;

/// <summary>
/// Finds the messages of the stream that break the protocol. A server that follows the stream refuses them and keeps no copies.
/// </summary>
/// <param name="brokerTime">Returns the time by the broker's clock.</param>
internal sealed class StreamErrorReader(OperatorConnection amqp, Func<DateTimeOffset> brokerTime)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // A time at which the last message was certainly not published yet. It only increases.
    private DateTimeOffset? earliest;

    /// <summary>Returns the selected messages, in the order of publishing.</summary>
    /// <exception cref="CommandFailedException">The stream does not exist, or the broker cannot be reached.</exception>
    public async Task<IReadOnlyList<RefusedMessage>> ReadAsync(Func<RefusedMessage, bool> isChosen, CancellationToken cancel)
    {
        await using IConnection connection = await amqp.OpenAsync("errors", cancel);
        BrokerStream stream = new(connection, Topology.HistoryStream);
        return await amqp.TranslateErrorsAsync(() => ReadAsync(stream, isChosen, cancel), NotFoundAnswer.MissingHistory, cancel);
    }

    private async Task<IReadOnlyList<RefusedMessage>> ReadAsync(
        BrokerStream stream,
        Func<RefusedMessage, bool> isChosen,
        CancellationToken cancel)
    {
        PublishTimes times = new(stream.FindOffsetAsync, brokerTime());
        List<RefusedMessage> chosen = [];
        await foreach (IReadOnlyList<StreamMessage> batch in stream.ReadAsync(DateTimeOffset.UnixEpoch, cancel))
        {
            foreach (StreamMessage message in batch)
            {
                if (await FindRefusalAsync(message, times, cancel) is { } refused && isChosen(refused))
                {
                    chosen.Add(refused);
                }
            }
        }

        return chosen;
    }

    private async Task<RefusedMessage?> FindRefusalAsync(StreamMessage message, PublishTimes times, CancellationToken cancel)
    {
        try
        {
            Ban ban = ReceivedBanValidator.Parse(message.Properties, message.Body, DateTimeOffset.MaxValue);
            if (earliest is { } known && ban.DetectedAt - known <= Ban.MaxClockAhead)
            {
                return null;
            }

            // It may have been in the future when it arrived.
            earliest = await times.FindAsync(message.Offset, ban.DetectedAt, cancel);
            _ = ReceivedBanValidator.Parse(message.Properties, message.Body, earliest.Value + Minute);
            return null;
        }
        catch (InvalidMessageException refusal)
        {
            earliest = await times.FindAsync(message.Offset, earliest ?? brokerTime(), cancel);
            return RefusedMessage.FromStream(message, earliest.Value, refusal.Message);
        }
    }
}
