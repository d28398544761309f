using System.Security.Cryptography;
using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>
/// <c>f2bbroker enroll</c>: queue and binding first, so that the server misses nothing; then its user; then the settings that it needs.
/// </summary>
internal sealed class Enrollment(ManagementApi api, Action<string> tell)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>
    /// Of a server that is enrolled, <c>--force</c> makes a new login; role and queue stay unless something else is wished.
    /// </summary>
    /// <param name="server">Its valid name.</param>
    /// <param name="settings">Takes what the server needs to log in.</param>
    /// <exception cref="CommandFailedException">The name is taken, or the broker refuses.</exception>
    public async Task RunAsync(string server, EnrollmentOptions wishes, Action<ServerCredentials> settings, CancellationToken cancel)
    {
        ServerUser user = new(api, server);
        EnrolledServer? enrolled = await user.FindAsync(cancel);
        if (enrolled is not null && !wishes.IsForced)
        {
            throw new CommandFailedException(ExitCode.Configuration,
                $"'{server}' is enrolled already. --force gives it a new password and ends the connections that use the old one.");
        }

        await RecreateAsync(user, server, enrolled, wishes, settings, cancel);
    }

    /// <summary><c>f2bbroker rotate</c>: a new password for a server; role, queue and what waits in it stay.</summary>
    /// <exception cref="CommandFailedException">There is no such server, it has no password, or the broker refuses.</exception>
    public async Task RotateAsync(string server, Action<ServerCredentials> settings, CancellationToken cancel)
    {
        ServerUser user = new(api, server);
        EnrolledServer enrolled = await user.FindAsync(cancel)
            ?? throw new CommandFailedException(ExitCode.Configuration, $"'{server}' is not enrolled: f2bbroker enroll {server}.");
        if (!enrolled.HasPassword)
        {
            throw new CommandFailedException(
                ExitCode.Configuration,
                $"'{server}' logs in by certificate and has no password: have your authority sign a new certificate.");
        }

        await RecreateAsync(
            user,
            server,
            enrolled,
            new EnrollmentOptions(IsForced: true, HasCertificate: false, HasQuorumQueue: false, Role: null),
            settings,
            cancel);
    }

    private async Task RecreateAsync(
        ServerUser user,
        string server,
        EnrolledServer? enrolled,
        EnrollmentOptions wishes,
        Action<ServerCredentials> settings,
        CancellationToken cancel)
    {
        Role role = wishes.Role ?? enrolled?.Role ?? Role.Both;
        QueueType type = role.CanReceive ? await ChooseTypeAsync(server, wishes.HasQuorumQueue, cancel) : NoQueue(wishes.HasQuorumQueue);
        if (enrolled is not null)
        {
            // First, for whoever is logged in may hold the queue for himself alone (exclusive) or declare it with arguments, and neither
            // must save him.
            await user.RemoveAsync(cancel);
        }

        if (role.CanReceive)
        {
            await CreateQueueAsync(Topology.QueueFor(server), type, cancel);
        }
        else
        {
            await new ServerQueues(api, server).RemoveAsync(WriteRemoved, cancel);
        }

        string? password = wishes.HasCertificate ? null : RandomNumberGenerator.GetString(Alphabet, 32);
        await user.RecreateAsync(password, role, cancel);
        settings(new ServerCredentials(password, role, type));
        string asRole = role == Role.Both ? "" : $" as a {role}";
        tell(
            enrolled is null
                ? $"'{server}' is enrolled{asRole}."
                : $"'{server}' has a new {(wishes.HasCertificate ? "login, by certificate" : "password")}{asRole}; its connections are "
                    + "closed.");
    }

    private static QueueType NoQueue(bool isQuorumWished) =>
        isQuorumWished
            ? throw new CommandFailedException(ExitCode.Configuration, $"--quorum-queue: a {Role.Reporter} has no queue.")
            : QueueType.Classic;

    private void WriteRemoved(string what, bool wasThere)
    {
        if (wasThere)
        {
            tell($"{what}: removed, since a {Role.Reporter} has none.");
        }
    }

    /// <summary>
    /// A queue that is there keeps its type: it cannot be changed, and a new login is no reason to lose what waits in it.
    /// </summary>
    private async Task<QueueType> ChooseTypeAsync(string server, bool isQuorumWished, CancellationToken cancel)
    {
        JsonNode? queue = await api.GetAsync(ManagementApi.Path("queues", Topology.VirtualHost, Topology.QueueFor(server)), cancel);
        if (queue is null)
        {
            return isQuorumWished ? QueueType.Quorum : QueueType.Classic;
        }

        QueueType type = QueueType.Parse(queue["type"]?.ToString() ?? "") ?? QueueType.Classic;
        return isQuorumWished && type != QueueType.Quorum
            ? throw new CommandFailedException(ExitCode.Configuration,
                $"'{server}' has a {type} queue, and a queue's type cannot be changed. f2bbroker revoke {server}, then enroll it anew "
                    + "with --quorum-queue: "
                    + "what waits in its queue by then is lost to it, and what the others report in between. Do it while f2bbroker "
                    + "status shows none waiting.")
            : type;
    }

    private async Task CreateQueueAsync(string queue, QueueType type, CancellationToken cancel)
    {
        // No argument but of the type: limits are policies, and an argument that differs from the consumer's would be refused for ever.
        JsonObject arguments = new(
            type.BanQueueArguments.Select(argument => KeyValuePair.Create(argument.Key, (JsonNode?)JsonValue.Create(argument.Value))));
        await api.PutAsync(
            ManagementApi.Path("queues", Topology.VirtualHost, queue),
            new JsonObject { ["durable"] = true, ["arguments"] = arguments },
            cancel);
        await api.PostAsync(ManagementApi.Path("bindings", Topology.VirtualHost, "e", Topology.BansExchange, "q", queue), [], cancel);
    }
}
