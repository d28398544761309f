using System.Security.Cryptography;
using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary><c>f2bbroker enroll</c>: queue and binding first, so that the server misses nothing; then its user; then the settings that it needs.</summary>
internal sealed class Enrollment(ManagementApi api, Action<string> tell)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <param name="server">Its valid name.</param>
    /// <param name="settings">Takes the new password, or null, and the type of the queue.</param>
    /// <exception cref="AdminFault">The name is taken, or the broker refuses.</exception>
    public async Task RunAsync(string server, Wishes wishes, Action<string?, QueueType> settings, CancellationToken cancel)
    {
        ServerUser user = new(api, server);
        bool isEnrolled = await user.ExistsAsync(cancel);
        if (isEnrolled && !wishes.IsForced)
        {
            throw new AdminFault(ExitCode.Configuration,
                $"'{server}' is enrolled already. --force gives it a new password and ends the connections that use the old one.");
        }

        QueueType type = await ChooseTypeAsync(server, wishes.HasQuorumQueue, cancel);
        if (isEnrolled)
        {
            // First, for whoever is logged in may hold the queue for himself alone (exclusive) or declare it with arguments, and neither must save him.
            await user.RemoveAsync(cancel);
        }

        await MakeQueueAsync(Topology.QueueOf(server), type, cancel);
        string? password = wishes.HasCertificate ? null : RandomNumberGenerator.GetString(Alphabet, 32);
        await user.MakeAsync(password, cancel);
        settings(password, type);
        tell(isEnrolled ? $"'{server}' has a new {(wishes.HasCertificate ? "login, by certificate" : "password")}; its connections are closed." : $"'{server}' is enrolled.");
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
    internal sealed record Wishes(bool IsForced, bool HasCertificate, bool HasQuorumQueue);
}
