using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;
using F2bBroker.Daemon.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Admin;

/// <summary>The stream of the last day's bans as the operator reads it: by AMQP, since the management API cannot.</summary>
/// <param name="amqp">Where; null for the port that the management API names, on its own host.</param>
internal sealed class BanHistory(ManagementApi api, string? amqp, TimeProvider time)
{
    private const int NotFound = 404;

    /// <summary>Messages that break the protocol, and so are no bans, by the sender that the broker vouches for.</summary>
    public Dictionary<string, int> Refused { get; } = [];

    /// <summary>The bans that were detected since then, in the order in which they came to the broker; one that was published twice comes twice.</summary>
    /// <param name="follows">Whether it waits for more at the end.</param>
    /// <exception cref="AdminFault">The stream is not there or cannot be read.</exception>
    public async IAsyncEnumerable<Ban> ReadAsync(DateTimeOffset since, bool follows, [EnumeratorCancellation] CancellationToken cancel)
    {
        BrokerSettings broker = await BrokerAsync(cancel);
        await using IConnection connection = await TriedAsync(broker, () => BrokerConnection.OpenAsync(broker, api.User, "history", cancel), cancel);
        HistoryStream stream = new(connection, time);
        // A sender's clock may be ahead of the broker's.
        DateTimeOffset from = since - ReceivedBan.FutureAllowed;
        await using IAsyncEnumerator<IReadOnlyList<HistoryMessage>> batches = (follows ? stream.FollowAsync(from, cancel) : stream.ReadAsync(from, cancel)).GetAsyncEnumerator(cancel);
        while (await TriedAsync(broker, () => batches.MoveNextAsync().AsTask(), cancel))
        {
            foreach (Ban ban in batches.Current.Select(Parsed).OfType<Ban>().Where(ban => ban.DetectedAt >= since))
            {
                yield return ban;
            }
        }
    }

    private Ban? Parsed(HistoryMessage message)
    {
        try
        {
            return ReceivedBan.Parse(message.Properties, message.Body, time.GetUtcNow());
        }
        catch (Refusal)
        {
            string sender = Origin.Of(message.Properties);
            Refused[sender] = Refused.GetValueOrDefault(sender) + 1;
            return null;
        }
    }

    private async Task<BrokerSettings> BrokerAsync(CancellationToken cancel)
    {
        BrokerUri uri = string.IsNullOrWhiteSpace(amqp)
            ? await ListenerAsync(cancel)
            : BrokerUri.Parse(amqp, (_, fault) => throw new AdminFault(ExitCode.Configuration, $"AMQP: {fault}."));
        return new BrokerSettings(uri.Nodes, uri.VirtualHost, api.Login.Password, uri.IsTls ? new TlsSettings(Authorities: null, Certificate: null) : null);
    }

    /// <summary>Encrypted if the API is, or if there is nothing else.</summary>
    private async Task<BrokerUri> ListenerAsync(CancellationToken cancel)
    {
        JsonNode? overview = await api.GetAsync("overview", cancel);
        Dictionary<string, int> ports = (overview?["listeners"] as JsonArray ?? []).OfType<JsonNode>()
            .DistinctBy(listener => listener["protocol"]?.ToString())
            .ToDictionary(listener => listener["protocol"]?.ToString() ?? "", listener => listener["port"]?.GetValue<int>() ?? 0);
        string[] protocols = api.Login.Address.Scheme == "https" ? ["amqp/ssl", "amqp"] : ["amqp", "amqp/ssl"];
        string protocol = protocols.FirstOrDefault(ports.ContainsKey)
            ?? throw new AdminFault(ExitCode.Configuration, "The management API names no port for AMQP. Give --amqp amqps://HOST:5671.");
        return new BrokerUri([new BrokerNode(api.Host, ports[protocol])], Topology.VirtualHost, protocol == "amqp/ssl");
    }

    private static async Task<T> TriedAsync<T>(BrokerSettings broker, Func<Task<T>> act, CancellationToken cancel)
    {
        try
        {
            return await act();
        }
        catch (OperationInterruptedException failure) when (failure.ShutdownReason?.ReplyCode == NotFound)
        {
            throw new AdminFault(ExitCode.Configuration, $"The broker has no stream {Topology.History}: f2bbroker init makes it.");
        }
        catch (Exception failure) when (BrokerConnection.IsFailure(failure) && !cancel.IsCancellationRequested)
        {
            throw new AdminFault(ExitCode.BrokerUnreachable,
                $"{Topology.History} cannot be read from {broker.Names} by {(broker.Tls is null ? "amqp" : "amqps")}: {failure.GetBaseException().Message.TrimEnd('.')}. "
                + "Another address: --amqp amqps://HOST:5671.");
        }
    }
}
