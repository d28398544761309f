using System.Security.Cryptography;
using System.Text.Json.Nodes;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary><c>f2bbroker enroll</c>: queue and binding first, so that the server misses nothing; then its user; then the settings that it needs.</summary>
internal sealed class Enrollment(ManagementApi api, Action<string> tell)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <param name="server">Its valid name.</param>
    /// <param name="isForced">Whether a server that is enrolled gets a new login.</param>
    /// <param name="hasCertificate">Whether it logs in by a certificate, and so has no password.</param>
    /// <param name="settings">Takes the new password, or null.</param>
    /// <exception cref="AdminFault">The name is taken, or the broker refuses.</exception>
    public async Task RunAsync(string server, bool isForced, bool hasCertificate, Action<string?> settings, CancellationToken cancel)
    {
        ServerUser user = new(api, server);
        bool isEnrolled = await user.ExistsAsync(cancel);
        if (isEnrolled && !isForced)
        {
            throw new AdminFault(ExitCode.Configuration,
                $"'{server}' is enrolled already. --force gives it a new password and ends the connections that use the old one.");
        }

        if (isEnrolled)
        {
            // First, for whoever is logged in may hold the queue for himself alone (exclusive) or declare it with arguments, and neither must save him.
            await user.RemoveAsync(cancel);
        }

        await MakeQueueAsync(Topology.QueueOf(server), cancel);
        string? password = hasCertificate ? null : RandomNumberGenerator.GetString(Alphabet, 32);
        await user.MakeAsync(password, cancel);
        settings(password);
        tell(isEnrolled ? $"'{server}' has a new {(hasCertificate ? "login, by certificate" : "password")}; its connections are closed." : $"'{server}' is enrolled.");
    }

    private async Task MakeQueueAsync(string queue, CancellationToken cancel)
    {
        // Without arguments: limits are policies, and an argument that differs from the consumer's would be refused for ever.
        await api.PutAsync(ManagementApi.Path("queues", Topology.VirtualHost, queue), new JsonObject { ["durable"] = true }, cancel);
        await api.PostAsync(ManagementApi.Path("bindings", Topology.VirtualHost, "e", Topology.Bans, "q", queue), [], cancel);
    }
}
