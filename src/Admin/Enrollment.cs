using System.Security.Cryptography;
using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary><c>f2bbroker enroll</c>: queue and binding first, so that the server misses nothing; then its user; then the settings that it needs.</summary>
internal sealed class Enrollment(ManagementApi api, Action<string> tell)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Of a server that is enrolled, <c>--force</c> makes a new login; role and queue stay unless something else is wished.</summary>
    /// <param name="server">Its valid name.</param>
    /// <param name="settings">Takes what the server needs to log in.</param>
    /// <exception cref="AdminFault">The name is taken, or the broker refuses.</exception>
    public async Task RunAsync(string server, Wishes wishes, Action<NewLogin> settings, CancellationToken cancel)
    {
        ServerUser user = new(api, server);
        EnrolledServer? enrolled = await user.FindAsync(cancel);
        if (enrolled is not null && !wishes.IsForced)
        {
            throw new AdminFault(ExitCode.Configuration,
                $"'{server}' is enrolled already. --force gives it a new password and ends the connections that use the old one.");
        }

        await MakeAsync(user, server, enrolled, wishes, settings, cancel);
    }

    /// <summary><c>f2bbroker rotate</c>: a new password for a server; role, queue and what waits in it stay.</summary>
    /// <exception cref="AdminFault">There is no such server, it has no password, or the broker refuses.</exception>
    public async Task RotateAsync(string server, Action<NewLogin> settings, CancellationToken cancel)
    {
        ServerUser user = new(api, server);
        EnrolledServer enrolled = await user.FindAsync(cancel)
            ?? throw new AdminFault(ExitCode.Configuration, $"'{server}' is not enrolled: f2bbroker enroll {server}.");
        if (!enrolled.HasPassword)
        {
            throw new AdminFault(ExitCode.Configuration, $"'{server}' logs in by certificate and has no password: have your authority sign a new certificate.");
        }

        await MakeAsync(user, server, enrolled, new Wishes(IsForced: true, HasCertificate: false, HasQuorumQueue: false, Role: null), settings, cancel);
    }

    private async Task MakeAsync(ServerUser user, string server, EnrolledServer? enrolled, Wishes wishes, Action<NewLogin> settings, CancellationToken cancel)
    {
        Role role = wishes.Role ?? enrolled?.Role ?? Role.Both;
        QueueType type = role.Receives ? await ChooseTypeAsync(server, wishes.HasQuorumQueue, cancel) : NoQueue(wishes.HasQuorumQueue);
        if (enrolled is not null)
        {
            // First, for whoever is logged in may hold the queue for himself alone (exclusive) or declare it with arguments, and neither must save him.
            await user.RemoveAsync(cancel);
        }

        if (role.Receives)
        {
            await MakeQueueAsync(Topology.QueueOf(server), type, cancel);
        }
        else
        {
            await new ServerObjects(api, server).RemoveAsync(TellRemoved, cancel);
        }

        string? password = wishes.HasCertificate ? null : RandomNumberGenerator.GetString(Alphabet, 32);
        await user.MakeAsync(password, role, cancel);
        settings(new NewLogin(password, role, type));
        string asRole = role == Role.Both ? "" : $" as a {role}";
        tell(enrolled is null ? $"'{server}' is enrolled{asRole}."
            : $"'{server}' has a new {(wishes.HasCertificate ? "login, by certificate" : "password")}{asRole}; its connections are closed.");
    }

    private static QueueType NoQueue(bool isQuorumWished) => isQuorumWished
        ? throw new AdminFault(ExitCode.Configuration, $"--quorum-queue: a {Role.Reporter} has no queue.")
        : QueueType.Classic;

    private void TellRemoved(string what, bool wasThere)
    {
        if (wasThere)
        {
            tell($"{what}: removed, since a {Role.Reporter} has none.");
        }
    }

    /// <summary>A queue that is there keeps its type: it cannot be changed, and a new login is no reason to lose what waits in it.</summary>
    private async Task<QueueType> ChooseTypeAsync(string server, bool isQuorumWished, CancellationToken cancel)
    {
        JsonNode? queue = await api.GetAsync(ManagementApi.Path("queues", Topology.VirtualHost, Topology.QueueOf(server)), cancel);
        if (queue is null)
        {
            return isQuorumWished ? QueueType.Quorum : QueueType.Classic;
        }

        QueueType type = QueueType.Parse(queue["type"]?.ToString() ?? "") ?? QueueType.Classic;
        return isQuorumWished && type != QueueType.Quorum
            ? throw new AdminFault(ExitCode.Configuration,
                $"'{server}' has a {type} queue, and a queue's type cannot be changed. f2bbroker revoke {server}, then enroll it anew with --quorum-queue: "
                + "what waits in its queue by then is lost to it, and what the others report in between. Do it while f2bbroker status shows none waiting.")
            : type;
    }

    private async Task MakeQueueAsync(string queue, QueueType type, CancellationToken cancel)
    {
        // No argument but of the type: limits are policies, and an argument that differs from the consumer's would be refused for ever.
        JsonObject arguments = new(type.OfBans.Select(argument => KeyValuePair.Create(argument.Key, (JsonNode?)JsonValue.Create(argument.Value))));
        await api.PutAsync(ManagementApi.Path("queues", Topology.VirtualHost, queue), new JsonObject { ["durable"] = true, ["arguments"] = arguments }, cancel);
        await api.PostAsync(ManagementApi.Path("bindings", Topology.VirtualHost, "e", Topology.Bans, "q", queue), [], cancel);
    }

    /// <param name="IsForced">Whether a server that is enrolled gets a new login.</param>
    /// <param name="HasCertificate">Whether it logs in by a certificate, and so has no password.</param>
    /// <param name="HasQuorumQueue">Whether its queue is to be a quorum queue.</param>
    /// <param name="Role">Null for the one that it has, or else both.</param>
    internal sealed record Wishes(bool IsForced, bool HasCertificate, bool HasQuorumQueue, Role? Role);

    /// <param name="Password">Null when a certificate logs in.</param>
    /// <param name="Type">Of its queue.</param>
    internal sealed record NewLogin(string? Password, Role Role, QueueType Type);
}
