using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Daemon;

public sealed class WarningWatchTests
{
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly LoggedMessages log = new();
    private readonly HealthProblems problems;
    private string[] found = [];

    public WarningWatchTests() => problems = new HealthProblems(clock);

    [Fact]
    public async Task A_setting_that_becomes_suspicious_or_is_corrected_is_reported_and_logged()
    {
        using WarningWatch watch = await StartAsync("level");
        Assert.Equal(["level"], problems.Texts);
        Check(watch, "level");
        Assert.Empty(log.Messages);
        Check(watch, "level", "target");
        Assert.Equal(["level target"], problems.Texts);
        Check(watch);
        Assert.Empty(problems.Texts);
        Assert.Equal(["target", "Corrected: level", "Corrected: target"], log.Messages);
        Assert.Equal([LogLevel.Warning, LogLevel.Information, LogLevel.Information], log.Levels);
    }

    [Fact]
    public async Task A_warning_that_something_else_has_refuted_is_not_repeated()
    {
        using WarningWatch watch = await StartAsync("level");
        problems.Clear(HealthProblems.Settings);
        Check(watch, "level");
        Assert.Empty(problems.Texts);
    }

    private async Task<WarningWatch> StartAsync(params string[] known)
    {
        DaemonExit exit = new(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), NullLogger<DaemonExit>.Instance);
        WarningWatch watch = new(() => found, known, problems, exit, clock, log);
        await watch.StartAsync(TestContext.Current.CancellationToken);
        return watch;
    }

    private void Check(WarningWatch watch, params string[] warnings)
    {
        found = warnings;
        watch.Check();
    }
}
