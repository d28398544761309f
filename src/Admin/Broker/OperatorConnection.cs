using System.Text.Json.Nodes;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace F2bBroker.Admin.Broker;

/// <summary>
/// Connects a command to the broker by AMQP, for what the management API cannot do. Each failure becomes an error message.
/// </summary>
internal sealed class OperatorConnection
{
    /// <summary>The environment variable with the broker's AMQP address.</summary>
    public const string AddressVariable = "F2BBROKER_AMQP";

    private readonly string user;
    private readonly string addressHint;
    private readonly Func<CancellationToken, Task<BrokerSettings>> resolveBroker;
    private BrokerSettings? broker;

    /// <summary>Connects with the operator's login.</summary>
    /// <param name="amqp">The address; null for the management API's host and the port that the API names.</param>
    public OperatorConnection(ManagementApi api, string? amqp)
    {
        user = api.User;
        addressHint = "Another address: --amqp amqps://HOST:5671.";
        resolveBroker = cancel => ResolveBrokerAsync(api, amqp, cancel);
    }

    /// <summary>Connects with a server's own login.</summary>
    public OperatorConnection(Settings settings)
    {
        user = settings.Server;
        addressHint = "f2bbroker doctor checks the login of this server.";
        resolveBroker = _ => Task.FromResult(settings.Broker);
    }

    /// <param name="purpose">The text that the management UI shows after the program's name.</param>
    /// <exception cref="CommandFailedException">The broker cannot be reached, or refuses.</exception>
    public async Task<IConnection> OpenAsync(string purpose, CancellationToken cancel)
    {
        BrokerSettings reached = broker ??= await resolveBroker(cancel);
        BrokerLogin login = ReadLogin(reached);
        return await TranslateErrorsAsync(() => BrokerConnection.OpenAsync(reached, login, user, purpose, cancel), "", cancel);
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
        catch (OperationInterruptedException failure) when (BrokerReply.Find(failure) is { ReplyCode: Constants.AccessRefused })
        {
            throw new CommandFailedException(
                ExitCode.Configuration,
                $"The broker at {broker!.Names} refuses this to '{user}': {BrokerReply.Describe(failure)}.");
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
                    + $"{BrokerReply.Describe(failure)}. {addressHint}");
        }
    }

    private static BrokerLogin ReadLogin(BrokerSettings broker)
    {
        try
        {
            return broker.Login.Read();
        }
        catch (InvalidConfigurationException error)
        {
            throw new CommandFailedException(ExitCode.Configuration, error.Message);
        }
    }

    private static async Task<BrokerSettings> ResolveBrokerAsync(ManagementApi api, string? amqp, CancellationToken cancel)
    {
        BrokerUri uri = string.IsNullOrWhiteSpace(amqp)
            ? await FindListenerAsync(api, cancel)
            : BrokerUri.Parse(amqp, error =>
                throw new CommandFailedException(ExitCode.Configuration, $"--amqp or {AddressVariable}: {error}."));
        return new BrokerSettings(
            uri.Nodes,
            uri.VirtualHost,
            new LoginSettings(api.User, uri.IsTls, api.Login.Password));
    }

    /// <summary>Returns the encrypted listener if the API is encrypted, or if there is no other.</summary>
    private static async Task<BrokerUri> FindListenerAsync(ManagementApi api, CancellationToken cancel)
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
