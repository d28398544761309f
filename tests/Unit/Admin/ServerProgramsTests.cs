using F2bBroker.Admin.Health;
using F2bBroker.Admin.Status;
using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Admin;

/// <summary>What health messages and connections together tell about a program.</summary>
public sealed class ServerProgramsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-29T08:00:00Z", null);
    private static readonly ConnectedProgram Named = new("web1", "consumer", "0.2.0", null);
    private static readonly ConnectedProgram Unnamed = new("web1", null, null, null);

    private readonly Dictionary<ProgramName, LastHealth> last = [];
    private string? floodedBy;

    [Fact]
    public void A_recent_message_and_a_connection_of_any_name_mean_connected()
    {
        Sent(age: 20);
        Assert.Equal("connected consumer 0.2.0 20s", Find(Named));
        Assert.Equal("connected consumer 0.2.0 20s", Find(Unnamed));
        Assert.Equal("disconnected: web1's consumer is not connected: ", Find());
    }

    [Fact]
    public void A_stopped_program_says_when_and_one_that_is_connected_was_started_again()
    {
        Sent(age: 3600, state: "stopped");
        Assert.Equal("stopped: web1's consumer was stopped at 2026-11-29T07:00:00.000Z: ", Find());
        Assert.StartsWith("stopped: ", Find(Unnamed));
        Assert.Equal("connected consumer 0.2.0 60m", Find(Named));
    }

    [Fact]
    public void A_program_without_a_message_for_150_seconds_is_silent_even_if_it_is_connected()
    {
        Sent(age: 149);
        Assert.StartsWith("connected", Find(Named));
        Sent(age: 150);
        Assert.Equal("silent: web1's consumer has sent nothing since 2026-11-29T07:57:30.000Z: ", Find());
        Assert.StartsWith("silent: ", Find(Unnamed));
        Assert.StartsWith("silent consumer 0.2.0 3m: ", Find(Named));
    }

    [Fact]
    public void A_program_without_any_message_was_never_seen_unless_a_connection_may_be_its()
    {
        Assert.Equal("never seen: web1's consumer was never seen within 7 days: ", Find());
        Assert.Equal("unknown", Find(Unnamed));
        Assert.Equal("connected consumer 0.2.0 ?", Find(Named));
        floodedBy = "web9";
        Assert.StartsWith("disconnected: ", Find());
    }

    [Fact]
    public void The_messages_of_another_version_do_not_count_for_a_connected_program()
    {
        Sent(age: 3600);
        Assert.Equal("connected consumer 0.1.0 ?", Find(Named with { Version = "0.1.0" }));
    }

    [Fact]
    public void The_version_in_a_message_cannot_look_like_other_cells()
    {
        Sent(age: 1, version: "0.2 1s, producer\u001b[2J");
        Assert.Equal("connected consumer 0.2?1s??producer??2J 1s", Find(Unnamed));
    }

    private void Sent(int age, string state = "ready", string version = "0.2.0")
    {
        DateTimeOffset at = Now - TimeSpan.FromSeconds(age);
        HealthMessage message = new("web1", "consumer", version, UtcTimestamp.Format(at), state, []);
        last[ProgramName.From(message)] = new LastHealth(message, at, Now);
    }

    /// <summary>Returns the state of the consumer, its cell if it is connected, and the beginning of its problem.</summary>
    private string Find(params ConnectedProgram[] connections)
    {
        ServerPrograms programs = new("web1", Role.Receiver, connections, new HealthSnapshot(Now, last, [], floodedBy));
        ProgramStatus program = Assert.Single(programs.All);
        string state = program.State.ToString().Replace("NeverSeen", "never seen", StringComparison.Ordinal).ToLowerInvariant();
        string cell = program.IsConnected == true ? $" {program}" : "";
        string[] problems = [.. new ServerProblems("web1", Role.Receiver, hasQueue: true, programs).Find(errors: 0, quarantinedBy: [])];
        Assert.Equal(program.IsConnected is null, programs.Names is null);
        return problems.Length == 0
            ? state + cell
            : $"{state}{cell}: {problems[0][..(problems[0].IndexOf(": ", StringComparison.Ordinal) + 2)]}";
    }
}
