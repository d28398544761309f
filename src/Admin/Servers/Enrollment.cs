using System.Security.Cryptography;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Waiting;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>
/// <c>f2bbroker enroll</c>: creates the queue and the binding first, so that the server misses nothing, then the user, then the settings.
/// A server that follows the stream has no queue.
/// </summary>
internal sealed class Enrollment(ManagementApi api, OperatorConnection amqp, Action<string> write)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>
    /// Enrolls a server. For an enrolled server, <c>--force</c> creates new credentials; role and queue stay unless the options say
    /// otherwise.
    /// </summary>
    /// <param name="server">The server's valid name.</param>
    /// <param name="settings">Receives the credentials.</param>
    /// <exception cref="CommandFailedException">The name is taken, or the broker refuses.</exception>
    public async Task RunAsync(string server, EnrollmentOptions options, Action<ServerCredentials> settings, CancellationToken cancel)
    {
        ServerUser user = new(api, server);
        EnrolledServer? enrolled = await user.FindAsync(cancel);
        if (enrolled is not null && !options.IsForced)
        {
            throw new CommandFailedException(ExitCode.Configuration,
                $"'{server}' is enrolled already. --force gives it a new password and ends the connections that use the old one.");
        }

        await RecreateAsync(user, server, enrolled, options, settings, cancel);
    }

    /// <summary><c>f2bbroker rotate</c>: creates a new password. Role, queue and waiting messages stay.</summary>
    /// <exception cref="CommandFailedException">The server is not enrolled or has no password, or the broker refuses.</exception>
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

        await RecreateAsync(user, server, enrolled, EnrollmentOptions.NewPassword, settings, cancel);
    }

    private async Task RecreateAsync(
        ServerUser user,
        string server,
        EnrolledServer? enrolled,
        EnrollmentOptions options,
        Action<ServerCredentials> settings,
        CancellationToken cancel)
    {
        Role role = options.ChooseRole(enrolled?.Role);
        ServerQueues queues = new(api, server);
        QueueType type = role.HasQueue ? await queues.ChooseTypeAsync(options.Type, cancel)
            : role.FollowsStream ? QueueType.Stream
            : QueueType.Classic;
        if (role.FollowsStream)
        {
            await RequireStreamAsync(server, cancel);
        }

        if (role.HasQueue && enrolled?.Role is { HasQueue: false })
        {
            // Before the login changes, so that there is no moment without a queue. This login has no permission to touch it.
            await queues.CreateAsync(type, cancel);
        }

        if (enrolled is not null)
        {
            // The user is removed first: whoever is logged in could hold the queue exclusively or declare it with other arguments.
            await user.RemoveAsync(cancel);
        }

        await PrepareQueuesAsync(user, server, enrolled, role, type, options.DropsWaiting, cancel);
        string? password = options.HasCertificate ? null : RandomNumberGenerator.GetString(Alphabet, 32);
        await user.CreateAsync(password, role, cancel);
        settings(new ServerCredentials(password, role, type));
        write(Describe(server, enrolled is null, options.HasCertificate, role));
    }

    /// <summary>Creates or removes the server's queue. If that fails, the server gets its old login back.</summary>
    private async Task PrepareQueuesAsync(
        ServerUser user,
        string server,
        EnrolledServer? enrolled,
        Role role,
        QueueType type,
        bool dropsWaiting,
        CancellationToken cancel)
    {
        try
        {
            if (role.HasQueue)
            {
                await new ServerQueues(api, server).CreateAsync(type, cancel);
                return;
            }

            if (role.FollowsStream && !dropsWaiting)
            {
                await new WaitingBans(api, amqp, server, TimeProvider.System).RequireInStreamAsync(write, cancel);
            }

            await new ServerQueues(api, server).RemoveAsync((what, wasThere) => WriteRemoved(what, wasThere, role), cancel);
        }
        catch when (enrolled is not null)
        {
            await user.RestoreAsync(enrolled, CancellationToken.None);
            throw;
        }
    }

    /// <exception cref="CommandFailedException">The broker has no stream of the bans.</exception>
    private async Task RequireStreamAsync(string server, CancellationToken cancel)
    {
        string path = $"{ManagementApi.Path("queues", Topology.VirtualHost, Topology.HistoryStream)}?disable_stats=true";
        if (await api.GetAsync(path, cancel) is null)
        {
            throw new CommandFailedException(
                ExitCode.Configuration,
                $"The broker has no stream {Topology.HistoryStream} that '{server}' could follow: run f2bbroker init. If the broker has "
                    + "just been started, try again.");
        }
    }

    private static string Describe(string server, bool isNew, bool hasCertificate, Role role)
    {
        string asRole = role.Name == Role.Both.Name ? "" : $" as a {role}";
        string stream = role.FollowsStream ? $" It has no queue and follows the stream {Topology.HistoryStream}." : "";
        return (isNew
            ? $"'{server}' is enrolled{asRole}."
            : $"'{server}' has a new {(hasCertificate ? "login, by certificate" : "password")}{asRole}; its connections are closed.")
                + stream;
    }

    private void WriteRemoved(string what, bool wasThere, Role role)
    {
        if (wasThere)
        {
            write($"{what}: removed, since a {(role.FollowsStream ? "server that follows the stream" : role)} has none.");
        }
    }
}
