using F2bBroker.Admin.Broker;
using F2bBroker.Admin.Errors;
using F2bBroker.Admin.History;
using F2bBroker.Admin.Output;
using F2bBroker.Admin.Pardons;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Admin.Why;

/// <summary><c>f2bbroker why</c>: collects all that is known of an address, on the broker and, on a server, there.</summary>
/// <param name="socket">fail2ban's socket; null for the default.</param>
internal sealed class WhyRun(Subnet address, string? socket, TimeProvider time)
{
    // Longer than any retention.
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(3660);

    private readonly List<string> problems = [];
    private Settings? settings;

    /// <summary>The exit code: that of the first failure, otherwise success.</summary>
    public int Code { get; private set; } = ExitCode.Success;

    /// <summary>Reads this server's configuration. Returns false if this is not a server.</summary>
    /// <param name="isRequired">True to fail without a valid configuration.</param>
    /// <exception cref="CommandFailedException">The configuration is required, and missing or not valid.</exception>
    public bool TryLoadSettings(string path, bool isRequired)
    {
        if (!isRequired && !File.Exists(path))
        {
            return false;
        }

        try
        {
            settings = SettingsFile.Load(path);
            return true;
        }
        catch (InvalidConfigurationException error)
        {
            if (isRequired)
            {
                throw new CommandFailedException(ExitCode.Configuration, error.Message);
            }

            problems.Add($"The configuration {path} is not valid, so nothing of this server is shown: {error.Message}");
            return false;
        }
    }

    /// <param name="amqp">The operator's connection; null to use the server's own login.</param>
    public Task<Explanation> RunAsync(OperatorConnection? amqp, CancellationToken cancel) =>
        WaitIndicator.RunAsync($"Reading {Topology.PardonsStream}", show =>
            RunAsync(amqp ?? new OperatorConnection(settings!), show, cancel));

    private async Task<Explanation> RunAsync(OperatorConnection amqp, Action<string> show, CancellationToken cancel)
    {
        PardonList pardons = new(memory: TimeSpan.MaxValue);
        await TryAsync(async () => pardons = await new PardonReader(amqp, problems.Add).ReadAsync(cancel));
        LocalRules? rules = settings is null ? null : await LocalRules.LoadAsync(settings, pardons, time, problems.Add, cancel);
        show($"Reading {Topology.HistoryStream}");
        ReportCollector collector = new(address, rules, time);
        await TryAsync(async () =>
        {
            HistoryReader history = new(amqp, time);
            await foreach (StreamMessage message in history.ReadMessagesAsync(time.GetUtcNow() - MaxAge, follows: false, cancel))
            {
                collector.Add(message);
            }
        });
        LocalState? local = rules is null ? null : await ReadLocalAsync(rules, collector, amqp, show, cancel);
        IReadOnlyList<Report> reports = collector.Reports;
        return new Explanation(
            address,
            reports,
            collector.ReportCount,
            collector.Refused,
            collector.RefusedCount,
            [.. pardons.All.Where(pardon => pardon.Ip?.Overlaps(address) ?? reports.Any(report => report.Ban.Server == pardon.Server))],
            local,
            problems,
            time.GetUtcNow());
    }

    private async Task<LocalState> ReadLocalAsync(
        LocalRules rules,
        ReportCollector collector,
        OperatorConnection amqp,
        Action<string> show,
        CancellationToken cancel)
    {
        show("Looking through the error queue");
        IReadOnlyList<RefusedMessage> refused = [];
        await TryAsync(async () => refused = await ReadErrorQueueAsync(amqp, cancel));
        show("Asking fail2ban");
        string log = settings!.Consumer.LogPath;
        Ban next = new(address, collector.Reports.LastOrDefault()?.Ban.Jail ?? "sshd", "another", time.GetUtcNow());
        return new LocalState(
            settings.Server,
            log,
            MonitoredLogSearch.Find(log, address, problems.Add),
            refused,
            next,
            rules.Evaluate(next),
            await new Fail2BanSearch(new Fail2BanClient(socket)).FindAsync(address, cancel));
    }

    private async Task<IReadOnlyList<RefusedMessage>> ReadErrorQueueAsync(OperatorConnection amqp, CancellationToken cancel)
    {
        try
        {
            return await new ErrorQueueBrowser(amqp, settings!.Server)
                .ProcessAsync(message => AddressMention.IsIn(message.Body, address), MessageAction.Keep, cancel);
        }
        catch (CommandFailedException error) when (error.ExitCode == ExitCode.Configuration)
        {
            // There is no such queue before the consumer's first start, nor for a reporter, nor for a server that follows the stream. The
            // last two may not ask for it on RabbitMQ 4.2 and later.
            return [];
        }
    }

    /// <summary>Runs the action. A failure becomes a problem of the explanation, so that the rest is shown.</summary>
    private async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (CommandFailedException error)
        {
            problems.Add(error.Message);
            Code = Code == ExitCode.Success ? error.ExitCode : Code;
        }
    }
}
