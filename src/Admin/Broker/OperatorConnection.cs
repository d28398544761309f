using System.Text.Json.Nodes;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Admin.Broker;

/// <summary>
/// Connects the operator to the broker by AMQP, for what the management API cannot do. Each failure becomes an error message.
/// </summary>
/// <param name="amqp">The address; null for the management API's host and the port that the API names.</param>
internal sealed class OperatorConnection(ManagementApi api, string? amqp)
{
    private BrokerSettings? broker;

    /// <param name="purpose">The text that the management UI shows after the program's name.</param>
    /// <exception cref="CommandFailedException">The broker cannot be reached, or refuses.</exception>
    public async Task<IConnection> OpenAsync(string purpose, CancellationToken cancel)
    {
        BrokerSettings reached = broker ??= await ResolveBrokerAsync(cancel);
        BrokerLogin login = reached.Login.Read();
        return await TranslateErrorsAsync(() => BrokerConnection.OpenAsync(reached, login, api.User, purpose, cancel), "", cancel);
    }

    /// <param name="missing">The error message for a missing queue, stream or exchange.</param>
    /// <exception cref="CommandFailedException">The action failed.</exception>
    public async Task<T> TranslateErrorsAsync<T>(Func<Task<T>> act, string missing, CancellationToken cancel)
    {
        try
        {
            return await act();
        }
        catch (Exception failure) when (NotFoundAnswer.IsMissing(failure))
        {
            throw new CommandFailedException(ExitCode.Configuration, missing);
        }
        catch (Exception failure) when (NotFoundAnswer.FindUnavailable(failure) is not null)
        {
            throw new CommandFailedException(
                ExitCode.BrokerUnreachable,
                $"The broker cannot be read now: {NotFoundAnswer.FindUnavailable(failure)}. If it has just been started, try again.");
        }
        catch (OperationInterruptedException failure) when (BrokerReply.Find(failure) is not null)
        {
            throw new CommandFailedException(
                ExitCode.BrokerUnreachable,
                $"The broker at {broker!.Names} ended the connection: {BrokerReply.Describe(failure)}.");
        }
        catch (Exception failure) when (BrokerConnection.IsConnectionFailure(failure) && !cancel.IsCancellationRequested)
        {
            throw new CommandFailedException(ExitCode.BrokerUnreachable,
                $"The broker cannot be read at {broker!.Names} by {(broker.Login.IsTls ? "amqps" : "amqp")}: "
                    + $"{failure.GetBaseException().Message.TrimEnd('.')}. Another address: --amqp amqps://HOST:5671.");
        }
    }

    private async Task<BrokerSettings> ResolveBrokerAsync(CancellationToken cancel)
    {
        BrokerUri uri = string.IsNullOrWhiteSpace(amqp)
            ? await FindListenerAsync(cancel)
            : BrokerUri.Parse(amqp, (_, error) => throw new CommandFailedException(ExitCode.Configuration, $"AMQP: {error}."));
        return new BrokerSettings(
            uri.Nodes,
            uri.VirtualHost,
            new LoginSettings(api.User, uri.IsTls, api.Login.Password));
    }

    /// <summary>Returns the encrypted listener if the API is encrypted, or if there is no other.</summary>
    private async Task<BrokerUri> FindListenerAsync(CancellationToken cancel)
    {
        JsonNode? overview = await api.GetAsync("overview", cancel);
        Dictionary<string, int> ports = (overview?["listeners"]).Rows()
            .DistinctBy(listener => listener.Text("protocol"))
            .ToDictionary(listener => listener.Text("protocol"), listener => listener["port"]?.GetValue<int>() ?? 0);
        string[] protocols = api.Login.Address.Scheme == "https" ? ["amqp/ssl", "amqp"] : ["amqp", "amqp/ssl"];
        string protocol = protocols.FirstOrDefault(ports.ContainsKey)
            ?? throw new CommandFailedException(
                ExitCode.Configuration,
                "The management API names no port for AMQP, as with statistics switched off. Give --amqp amqps://HOST:5671.");
        return new BrokerUri([new BrokerNode(api.Host, ports[protocol])], Topology.VirtualHost, protocol == "amqp/ssl");
    }
}
