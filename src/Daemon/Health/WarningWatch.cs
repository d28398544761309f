using Microsoft.Extensions.Logging;

namespace F2bBroker.Daemon.Health;

/// <summary>
/// Reports the suspicious settings that were found at start, and searches again every minute: fail2ban's settings may change. What has
/// changed is logged.
/// </summary>
/// <param name="find">Returns the warnings.</param>
/// <param name="known">The warnings of the start, which are logged already.</param>
internal sealed class WarningWatch(
    Func<IEnumerable<string>> find,
    IReadOnlyList<string> known,
    HealthProblems problems,
    DaemonExit exit,
    TimeProvider time,
    ILogger log)
    : Worker(exit)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private string[] last = [.. known];

    /// <summary>Reports the warnings of the start.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Report();
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Searches again.</summary>
    internal void Check()
    {
        string[] found = [.. find()];
        if (found.SequenceEqual(last))
        {
            return;
        }

        foreach (string message in found.Except(last))
        {
            log.LogWarning("{Message:l}", message);
        }

        foreach (string message in last.Except(found))
        {
            log.LogInformation("Corrected: {Message:l}", message);
        }

        last = found;
        Report();
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        using PeriodicTimer timer = new(Interval, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            Check();
        }
    }

    private void Report()
    {
        if (last.Length > 0)
        {
            problems.Set(HealthProblems.Settings, string.Join(' ', last));
        }
        else
        {
            problems.Clear(HealthProblems.Settings);
        }
    }
}
