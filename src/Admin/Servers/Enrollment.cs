using System.Security.Cryptography;
using System.Text.Json.Nodes;
using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>
/// <c>f2bbroker enroll</c>: creates the queue and the binding first, so that the server misses nothing, then the user, then the settings.
/// </summary>
internal sealed class Enrollment(ManagementApi api, Action<string> write)
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

        await RecreateAsync(
            user,
            server,
            enrolled,
            new EnrollmentOptions(IsForced: true, HasCertificate: false, Type: null, Role: null),
            settings,
            cancel);
    }

    private async Task RecreateAsync(
        ServerUser user,
        string server,
        EnrolledServer? enrolled,
        EnrollmentOptions options,
        Action<ServerCredentials> settings,
        CancellationToken cancel)
    {
        Role role = ChooseRole(enrolled, options);
        QueueType type = await ChooseTypeAsync(server, role, options.Type, cancel);
        if (enrolled is not null)
        {
            // The user is removed first: whoever is logged in could hold the queue exclusively or declare it with other arguments.
            await user.RemoveAsync(cancel);
        }

        if (role.HasQueue)
        {
            await CreateQueueAsync(Topology.QueueFor(server), type, cancel);
        }
        else
        {
            await new ServerQueues(api, server).RemoveAsync((what, wasThere) => WriteRemoved(what, wasThere, role), cancel);
        }

        string? password = options.HasCertificate ? null : RandomNumberGenerator.GetString(Alphabet, 32);
        await user.RecreateAsync(password, role, cancel);
        settings(new ServerCredentials(password, role, type));
        write(Describe(server, enrolled is null, options.HasCertificate, role));
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

    /// <summary>Returns the role that the options ask for. What they leave open stays as it is.</summary>
    /// <exception cref="CommandFailedException">The options exclude each other.</exception>
    private static Role ChooseRole(EnrolledServer? enrolled, EnrollmentOptions options)
    {
        Role present = enrolled?.Role ?? Role.Both;
        Role role = (options.Role ?? present).ReceivingFrom(
            options.Type ?? (present.FollowsStream ? QueueType.Stream : QueueType.Classic));
        return role.CanReceive || options.Type is null
            ? role
            : throw new CommandFailedException(ExitCode.Configuration, options.Type == QueueType.Stream
                ? $"--stream: a {role} receives no bans."
                : $"--{(options.Type == QueueType.Quorum ? "quorum-" : "")}queue: a {role} has no queue.");
    }

    private void WriteRemoved(string what, bool wasThere, Role role)
    {
        if (wasThere)
        {
            write($"{what}: removed, since a {(role.FollowsStream ? "server that follows the stream" : role)} has none.");
        }
    }

    /// <summary>
    /// Returns the type of an existing queue, which cannot be changed. New credentials are no reason to lose the messages in it.
    /// </summary>
    /// <param name="wanted">The type that the options ask for; null if they ask for none.</param>
    /// <exception cref="CommandFailedException">The queue has another type, or the broker has no stream.</exception>
    private async Task<QueueType> ChooseTypeAsync(string server, Role role, QueueType? wanted, CancellationToken cancel)
    {
        if (!role.HasQueue)
        {
            return role.FollowsStream ? QueueType.Stream : QueueType.Classic;
        }

        JsonNode? queue = await api.GetAsync(ManagementApi.Path("queues", Topology.VirtualHost, Topology.QueueFor(server)), cancel);
        if (queue is null)
        {
            return wanted ?? QueueType.Classic;
        }

        QueueType type = QueueType.Parse(queue.Text("type")) ?? QueueType.Classic;
        return wanted == QueueType.Quorum && type != QueueType.Quorum
            ? throw new CommandFailedException(ExitCode.Configuration,
                $"'{server}' has a {type} queue, and a queue's type cannot be changed. f2bbroker revoke {server}, then enroll it again "
                    + "with --quorum-queue: what waits in its queue by then is lost to it, and what the others report in between. Do it "
                    + "while f2bbroker status shows none waiting.")
            : type;
    }

    private async Task CreateQueueAsync(string queue, QueueType type, CancellationToken cancel)
    {
        // Only arguments of the type: limits are policies, and RabbitMQ would refuse the consumer's declaration with other arguments.
        JsonObject arguments = new(
            type.BanQueueArguments.Select(argument => KeyValuePair.Create(argument.Key, (JsonNode?)JsonValue.Create(argument.Value))));
        await api.PutAsync(
            ManagementApi.Path("queues", Topology.VirtualHost, queue),
            new JsonObject { ["durable"] = true, ["arguments"] = arguments },
            cancel);
        await api.PostAsync(ManagementApi.Path("bindings", Topology.VirtualHost, "e", Topology.BansExchange, "q", queue), [], cancel);
    }
}
