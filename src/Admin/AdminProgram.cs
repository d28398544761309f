using System.CommandLine;
using F2bBroker.Contracts;

namespace F2bBroker.Admin;

/// <summary>The command line of <c>f2bbroker</c>.</summary>
internal sealed class AdminProgram
{
    private const string AmqpVariable = "F2BBROKER_AMQP";

    private readonly Option<string?> api = new("--api")
    {
        Description = $"RabbitMQ's management API. The login comes from {ApiLogin.Variable} (a whole URL), --api-file, or a prompt.",
        HelpName = "https://HOST:15671",
        Recursive = true,
    };

    private readonly Option<string?> apiFile = new("--api-file")
    {
        Description = "A file, readable by its owner only, that holds the whole URL with the login.",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Argument<string> server = new("SERVER") { Description = "The server's name, which is also its broker user." };

    private readonly Option<string?> output = new("--out")
    {
        Description = "The f2bbroker.local to write or update (mode 0600); without it the settings are printed.",
        HelpName = "FILE",
    };

    private readonly Option<string?> uri = new("--uri")
    {
        Description = "The broker as the server reaches it; by default amqp:// on the API's host, or amqps:// with --tls.",
        HelpName = "amqps://HOST:5671/f2b",
    };

    private readonly Option<bool> tls = new("--tls") { Description = "The server logs in by a client certificate, with its name as CN, and has no password." };

    private readonly Option<bool> force = new("--force") { Description = "Give a server that is enrolled a new password, and end its connections." };

    private readonly Option<bool> quorumQueue = new("--quorum-queue") { Description = "Its queue is a quorum queue, for a cluster of three nodes or more; the settings say so (queuetype)." };

    private readonly Option<bool> json = new("--json") { Description = "Print JSON." };

    private readonly Option<string?> amqp = new("--amqp")
    {
        Description = $"The broker as this command reaches it by AMQP; by default {AmqpVariable}, or else the port that the management API names, on its host.",
        HelpName = "amqps://HOST:5671",
    };

    private readonly Option<string> since = new("--since") { Description = "How far back: a number and s, m, h, d or w.", HelpName = "1d", DefaultValueFactory = _ => "1d" };

    private readonly Option<string> watchSince = new("--since") { Description = "How far back it begins: a number and s, m, h, d or w.", HelpName = "1h", DefaultValueFactory = _ => "0" };

    private readonly Option<string?> ofServer = new("--server") { Description = "Only the bans that this server reported.", HelpName = "SERVER" };

    private readonly Option<string?> ofJail = new("--jail") { Description = "Only the bans of this jail.", HelpName = "JAIL" };

    private readonly Option<bool> csv = new("--csv") { Description = "Print comma-separated values." };

    public Task<int> RunAsync(string[] args)
    {
        RootCommand root = new("Sets up the RabbitMQ broker through which servers share fail2ban's bans.")
        {
            api,
            apiFile,
            Command(new Command("init", "Make virtual host, exchange and limits; what is there stays."),
                (_, broker, cancel) => new Initiation(broker, Tell).RunAsync(cancel)),
            Command(new Command("enroll", "Give a server its user, rights and queue.") { server, output, uri, tls, quorumQueue, force }, EnrollAsync),
            Command(new Command("revoke", "Take a server's user, connections and queues away.") { server },
                (parsed, broker, cancel) => new Revocation(broker, Tell).RunAsync(ServerUser.Named(parsed.GetValue(server)!), cancel)),
            Command(new Command("status", "Show servers, connections, waiting and refused messages.") { json, amqp }, StatusAsync),
            Command(new Command("history", "Print the last day's bans.") { since, ofServer, ofJail, json, csv, amqp }, HistoryAsync),
            Command(new Command("watch", "Print bans as they pass.") { watchSince, ofServer, ofJail, json, amqp },
                (parsed, broker, cancel) => Report(parsed, broker).WatchAsync(HistoryReport.Span(parsed.GetValue(watchSince)!), parsed.GetValue(json), cancel)),
        };
        return root.Parse(args).InvokeAsync();
    }

    private static void Tell(string sentence) => Console.Error.WriteLine(sentence);

    private Command Command(Command command, Func<ParseResult, ManagementApi, CancellationToken, Task> act)
    {
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                using ManagementApi broker = new(ApiLogin.Resolve(
                    parsed.GetValue(api), parsed.GetValue(apiFile), Environment.GetEnvironmentVariable(ApiLogin.Variable), Prompt.ForLogin(), Tell));
                await act(parsed, broker, cancel);
                return ExitCode.Stopped;
            }
            catch (AdminFault fault)
            {
                Tell(fault.Message);
                return fault.ExitCode;
            }
        });
        return command;
    }

    private BanHistory History(ParseResult parsed, ManagementApi broker) => new(broker, parsed.GetValue(amqp) ?? Environment.GetEnvironmentVariable(AmqpVariable), TimeProvider.System);

    private HistoryReport Report(ParseResult parsed, ManagementApi broker) =>
        new(History(parsed, broker), new BanFilter(parsed.GetValue(ofServer), parsed.GetValue(ofJail)), TimeProvider.System, Tell);

    private async Task StatusAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        GroupStatus status = new(broker, new RecentReports(History(parsed, broker), TimeProvider.System, Tell), TimeProvider.System);
        Console.WriteLine(await status.ReadAsync(parsed.GetValue(json), cancel));
    }

    private Task HistoryAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        HistoryReport report = Report(parsed, broker);
        TimeSpan span = HistoryReport.Span(parsed.GetValue(since)!);
        return parsed.GetValue(json) ? report.PrintJsonAsync(span, cancel) : parsed.GetValue(csv) ? report.PrintCsvAsync(span, cancel) : report.PrintAsync(span, cancel);
    }

    private async Task EnrollAsync(ParseResult parsed, ManagementApi broker, CancellationToken cancel)
    {
        string name = ServerUser.Named(parsed.GetValue(server)!);
        bool hasCertificate = parsed.GetValue(tls);
        string byDefault = hasCertificate ? $"amqps://{broker.Host}:5671" : $"amqp://{broker.Host}:5672";
        string brokerUri = ServerSettings.CheckUri(parsed.GetValue(uri) ?? $"{byDefault}/{Topology.VirtualHost}", hasCertificate);
        using SettingsOutput settings = new(parsed.GetValue(output));
        Enrollment.Wishes wishes = new(parsed.GetValue(force), hasCertificate, parsed.GetValue(quorumQueue));
        await new Enrollment(broker, Tell).RunAsync(name, wishes, (password, type) => settings.Write(name, brokerUri, password, type), cancel);
    }
}
