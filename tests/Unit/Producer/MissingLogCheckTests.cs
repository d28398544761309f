using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Tailing;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Producer;

public sealed class MissingLogCheckTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly List<string> warnings = [];
    private readonly HealthProblems problems;
    private readonly MissingLogCheck missing;

    public MissingLogCheckTests()
    {
        problems = new HealthProblems(clock);
        missing = new MissingLogCheck(folder["log"], problems, clock, warnings.Add);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_log_that_is_missing_during_a_rotation_is_not_logged()
    {
        missing.Check();
        clock.Advance(TimeSpan.FromSeconds(10));
        missing.Check();
        File.WriteAllText(folder["log"], "");
        missing.Check();
        clock.Advance(TimeSpan.FromSeconds(10));
        File.Delete(folder["log"]);
        missing.Check();
        Assert.Empty(warnings);
    }

    [Fact]
    public void A_missing_log_is_logged_once_and_is_a_problem_until_it_exists()
    {
        missing.Check();
        clock.Advance(TimeSpan.FromSeconds(11));
        missing.Check();
        missing.Check();
        Assert.StartsWith($"{folder["log"]} no longer exists, so no bans are read from it.", Assert.Single(warnings));
        Assert.Equal(warnings, problems.Texts);
        File.WriteAllText(folder["log"], "");
        missing.Check();
        missing.Check();
        Assert.Equal($"{folder["log"]} exists again.", warnings[^1]);
        Assert.Equal(2, warnings.Count);
        Assert.Empty(problems.Texts);
    }
}
