using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;

namespace F2bBroker.Admin.Pardons;

/// <summary>Reads the stream of the pardons for the operator, by AMQP.</summary>
/// <param name="warn">Receives warnings.</param>
internal sealed class PardonReader(OperatorConnection amqp, Action<string> warn)
{
    private const string Missing = $"The broker has no stream {Topology.PardonsStream}: run f2bbroker init.";

    /// <summary>Returns all pardons of the stream, also ended ones. A warning names the senders of messages that do not count.</summary>
    /// <exception cref="CommandFailedException">The stream does not exist or cannot be read.</exception>
    public async Task<PardonList> ReadAsync(CancellationToken cancel)
    {
        await using IConnection connection = await amqp.OpenAsync("pardons", cancel);
        BrokerStream stream = new(connection, Topology.PardonsStream);
        return await amqp.TranslateErrorsAsync(() => ReadAsync(stream, cancel), Missing, cancel);
    }

    private async Task<PardonList> ReadAsync(BrokerStream stream, CancellationToken cancel)
    {
        PardonList list = new(memory: TimeSpan.MaxValue);
        Dictionary<string, int> refused = [];
        await foreach (IReadOnlyList<StreamMessage> batch in stream.ReadAsync(DateTimeOffset.UnixEpoch, cancel))
        {
            foreach (StreamMessage message in batch)
            {
                try
                {
                    list.Apply(ReceivedPardonValidator.Parse(message));
                }
                catch (InvalidMessageException)
                {
                    string sender = MessageOrigin.FromUserId(message.Properties).Name;
                    refused[sender] = refused.GetValueOrDefault(sender) + 1;
                }
            }
        }

        foreach ((string sender, int count) in refused)
        {
            warn(
                $"Ignored: {count} message{(count == 1 ? "" : "s")} of "
                    + $"{(sender.Length > 0 ? UntrustedText.Quote(sender) : "an unknown sender")} in {Topology.PardonsStream} that "
                    + $"break{(count == 1 ? "s" : "")} the protocol.");
        }

        return list;
    }
}
