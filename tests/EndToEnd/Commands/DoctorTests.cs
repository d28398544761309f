using System.Text.Json.Nodes;
using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Machines;

namespace F2bBroker.EndToEndTests.Commands;

/// <summary>
/// <c>f2bbroker doctor</c> on a server with a real fail2ban. Scripts replace systemd's commands, because these tests cannot start systemd.
/// </summary>
public sealed class DoctorTests(TestBroker broker) : IAsyncLifetime
{
    private const string SharedBans = "shared bans in fail2ban";

    private readonly TempFolder path = new();
    private TestGroup group = null!;
    private Server server = null!;
    private Fail2Ban fail2ban = null!;

    public async ValueTask InitializeAsync()
    {
        group = await TestGroup.StartAsync(broker);
        server = await group.EnrollAsync("web1");
        fail2ban = group.Add(await Fail2Ban.StartAsync(server));
    }

    public async ValueTask DisposeAsync()
    {
        await group.DisposeAsync();
        path.Dispose();
    }

    [Fact]
    public async Task A_healthy_server_has_no_problems()
    {
        Systemd(unit: "active", synchronised: "yes");
        await WriteBansAsync("203.0.113.1", "2001:db8::1", "203.0.113.128/25");
        await BansAsync("203.0.113.1", "2001:db8::1", "203.0.113.128/25");
        Built.Outcome outcome = await DoctorAsync();
        string output = outcome.Output
            .Replace(server.Configuration, "/etc/f2bbroker/f2bbroker.conf", StringComparison.Ordinal)
            .Replace(server.Fail2BanLog, "/var/log/fail2ban.log", StringComparison.Ordinal)
            .Replace(server.BansLog, "/var/log/f2bbroker/bans.log", StringComparison.Ordinal)
            .Replace($"{broker.Host}:{broker.Port}", "mq.example.net:5671", StringComparison.Ordinal);
        Assert.Equal(Documented.Commands("docs/operate.md", "`f2bbroker doctor`"), output.TrimEnd());
        Assert.Equal(0, outcome.ExitCode);
    }

    [Fact]
    public async Task Each_problem_of_the_server_is_reported_with_its_remedy()
    {
        Systemd(unit: "failed", synchronised: "no");
        await broker.DeleteAsync("queues/f2b/f2b.bans.web1");
        await broker.DeleteAsync("queues/f2b/f2b.pardons");
        await fail2ban.ClientAsync("stop", "f2bbroker");
        File.WriteAllText(
            server.Configuration,
            File.ReadAllText(server.Configuration).Replace(server.Fail2BanLog, server.Fail2BanLog + ".1", StringComparison.Ordinal));
        File.WriteAllText(server.Fail2BanLog + ".1", "");
        Built.Outcome outcome = await DoctorAsync();
        string[] problems = [.. outcome.Output.Split('\n').Where(line => line.StartsWith("FAULT  ", StringComparison.Ordinal))];
        string[] expected =
        [
            "queue f2b.bans.web1: it does not exist, so somebody deleted it. The consumer recreates it",
            "stream f2b.pardons: it does not exist, or this server has no permission to read it,",
            $"f2bbroker-producer --test: [producer] logpath: fail2ban does not write to {server.Fail2BanLog}.1 but to "
                + $"{server.Fail2BanLog}. Set logpath",
            "f2bbroker-producer is failed: systemctl enable --now f2bbroker-producer",
            "f2bbroker-consumer is failed: systemctl enable --now f2bbroker-consumer",
            "fail2ban's jail f2bbroker: it does not exist.",
            "clock: it is not synchronised",
        ];
        Assert.Equal(expected.Length, problems.Length);
        Assert.All(expected.Zip(problems), pair => Assert.StartsWith($"FAULT  {pair.First}", pair.Second));
        Assert.Equal(1, outcome.ExitCode);
    }

    [Fact]
    public async Task A_changed_password_a_missing_log_and_a_missing_firewall_are_reported()
    {
        await broker.PutAsync("users/web1", new() { ["password"] = "another", ["tags"] = "" });
        await fail2ban.ClientAsync("set", "f2bbroker", "action", "record", "actionban", "<shorewall> drop <ip>");
        await fail2ban.ClientAsync("set", "f2bbroker", "dellogpath", server.BansLog);
        JsonNode[] findings =
        [
            .. JsonNode
                .Parse((await DoctorAsync("--json")).Output)!
                .AsArray()
                .Where(finding => !(bool)finding!["isOk"]!)
                .Select(finding => finding!),
        ];
        Assert.Equal(
            ["broker", "f2bbroker-producer --test", "f2bbroker-consumer --test", "fail2ban's jail f2bbroker", "ban action record"],
            findings.Select(finding => (string?)finding["subject"]));
        Assert.Contains("refuses the login of 'web1': unknown user or wrong password. Enroll the server", (string?)findings[0]["todo"]);
        Assert.StartsWith($"it does not monitor {server.BansLog}: set logpath = {server.BansLog}", (string?)findings[3]["todo"]);
        Assert.StartsWith("it calls shorewall, which is not installed", (string?)findings[4]["todo"]);
        await fail2ban.StopAsync();
        Assert.Matches("(?m)^FAULT  fail2ban: it does not answer: systemctl start fail2ban", (await DoctorAsync()).Output);
    }

    [Fact]
    [Trait("Form", "slow")]
    public async Task Shared_bans_that_fail2ban_does_not_hold_are_named()
    {
        Assert.Contains($"ok     {SharedBans}: {server.BansLog} has no ban that is older than 1 minute and not over", await OutputAsync());
        await WriteBansAsync("203.0.113.1", "203.0.113.2", "203.0.113.3");
        await BansAsync("203.0.113.1", "203.0.113.2", "203.0.113.3");
        await fail2ban.ClientAsync("set", "f2bbroker", "unbanip", "203.0.113.2");
        Assert.Contains(
            $"ok     {SharedBans}: it holds 2 of the last 3 bans of {server.BansLog}, not 203.0.113.2 (unbanned by hand, or ignored",
            await OutputAsync());
        await fail2ban.ClientAsync("unban", "--all");
        Assert.Contains(
            $"FAULT  {SharedBans}: it holds none of the last 3 bans of {server.BansLog} (203.0.113.3, 203.0.113.2, 203.0.113.1). Unless",
            await OutputAsync());
        await fail2ban.ClientAsync("set", "f2bbroker", "addignoreip", "203.0.113.0/24");
        Assert.Contains($"ok     {SharedBans}: {server.BansLog} has no ban", await OutputAsync());
    }

    [Fact]
    public async Task A_filter_that_does_not_match_is_reported_with_its_remedy()
    {
        await fail2ban.ClientAsync("set", "f2bbroker", "delfailregex", "0");
        await fail2ban.ClientAsync("set", "f2bbroker", "delfailregex", "0");
        await WriteBansAsync("203.0.113.1", "2001:db8::1");
        string output = await OutputAsync();
        Assert.Contains($"FAULT  {SharedBans}: it holds none of the last 2 bans of {server.BansLog} (2001:db8::1, 203.0.113.1). ", output);
        Assert.Contains($"Run fail2ban-regex {server.BansLog} f2bbroker: if it matches the lines, run fail2ban-client reload", output);
    }

    [Fact]
    [Trait("Form", "slow")]
    public async Task A_trial_is_named()
    {
        Assert.DoesNotContain("Trial is on", await OutputAsync());
        File.AppendAllText(server.Configuration, "\ntrial = true\n");
        Assert.Contains("ok     Trial is on ([consumer] trial): the bans of all servers are written as Trial, ", await OutputAsync());
    }

    [Fact]
    [Trait("Form", "slow")]
    public async Task The_other_jails_of_the_monitored_log_are_checked()
    {
        string[] jail = ["enabled = true", $"logpath = {server.BansLog}", "backend = auto"];
        File.WriteAllLines(
            Path.Combine(server.Folder, "etc", "jail.d", "test.local"),
            [
                .. new[] { "[f2bbroker-pardon]", "enabled = true" },
                .. new[] { "[f2bbroker-a]", "filter = f2bbroker[jail=\"a|b\"]" }.Concat(jail),
                .. new[] { "[f2bbroker-b]", "filter = f2bbroker[server=\"a)|(?:b\"]" }.Concat(jail),
                .. new[] { "[f2bbroker-c]", "filter = f2bbroker", "enabled = true", "backend = auto", $"logpath = {server.Fail2BanLog}" },
                .. new[] { "[again]", "filter = f2bbroker" }.Concat(jail),
            ]);
        Assert.Equal(0, (await fail2ban.ClientAsync("reload")).ExitCode);
        string output = await OutputAsync();
        Assert.Contains("ok     fail2ban's jail f2bbroker-pardon, enabled: it unbans pardoned addresses in all jails\n", output);
        Assert.Contains($"ok     fail2ban's jail f2bbroker-a, which monitors {server.BansLog}\n", output);
        Assert.Contains(
            "FAULT  fail2ban's jail f2bbroker-b: the parentheses of its filter's parameter server are not balanced, so it can match lines "
                + "that are no bans: a)|(?:b. Correct",
            output);
        Assert.Contains(
            $"FAULT  fail2ban's jail f2bbroker-c: it does not monitor {server.BansLog}: set logpath = {server.BansLog} for it in "
                + $"jail.local, and backend = auto. (It monitors {server.Fail2BanLog}.)",
            output);
        Assert.Contains(
            $"FAULT  f2bbroker-producer --test: [producer] ignorejails: fail2ban's jail again monitors {server.BansLog}, so it bans what "
                + "other servers have banned, and these bans are shared again. Add again to ignorejails, or rename",
            output);
        File.WriteAllText(
            server.Configuration,
            File.ReadAllText(server.Configuration).Replace("[producer]", "[producer]\nignorejails = again", StringComparison.Ordinal));
        Assert.DoesNotContain("fail2ban's jail again", await OutputAsync());
    }

    [Fact]
    public async Task Invalid_settings_are_reported_and_no_other_check_runs()
    {
        File.AppendAllText(server.Configuration, "\nmaxage = soon\n");
        Built.Outcome outcome = await DoctorAsync();
        Assert.StartsWith($"FAULT  configuration {server.Configuration}: ", Assert.Single(outcome.Output.TrimEnd().Split('\n')));
        Assert.Contains("[consumer] maxage: 'soon' is not a duration", outcome.Output);
        Assert.Equal(1, outcome.ExitCode);
    }

    /// <summary>Appends bans to the monitored log that the consumer would have written two minutes ago.</summary>
    private Task WriteBansAsync(params IEnumerable<string> addresses)
    {
        DateTimeOffset at = TimeProvider.System.GetUtcNow().AddMinutes(-2);
        return File.AppendAllTextAsync(
            server.BansLog,
            string.Concat(addresses.Select(ip =>
                MonitoredLogLine.Format(at, MonitoredLogLine.BanText(new Ban(Subnet.Parse(ip)!, "sshd", "web9", at))))));
    }

    private async Task BansAsync(params string[] addresses)
    {
        foreach (string ip in addresses)
        {
            await fail2ban.BansAsync(ip);
        }
    }

    private async Task<string> OutputAsync() => (await DoctorAsync()).Output;

    private Task<Built.Outcome> DoctorAsync(params string[] options) => Built.RunAsync(
        Built.Admin,
        ["doctor", "--config", server.Configuration, "--socket", Path.Combine(server.Folder, "socket"), .. options],
        $"PATH={path.Path}:{Environment.GetEnvironmentVariable("PATH")}");

    private void Systemd(string unit, string synchronised)
    {
        foreach ((string program, string answer) in new[] { ("systemctl", unit), ("timedatectl", synchronised) })
        {
            File.WriteAllText(path[program], $"#!/bin/sh\necho {answer}\n");
            File.SetUnixFileMode(path[program], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }
}
