using F2bBroker.EndToEndTests.Machines;

namespace F2bBroker.EndToEndTests;

/// <summary>The jails f2bbroker-pardon and f2bbroker of a real fail2ban, whose log the test writes as the consumer does.</summary>
public sealed class PardonJailTests : IAsyncLifetime
{
    private static readonly string[] Enabled = ["[f2bbroker-pardon]", "enabled = true"];

    private readonly TempFolder folder = new();
    private Fail2Ban fail2ban = null!;

    public async ValueTask InitializeAsync() => fail2ban = await Fail2Ban.StartAsync(
        folder,
        [
            .. Enabled,
            "[f2bbroker-web]",
            "enabled = true",
            "filter = f2bbroker[jail=\"web\"]",
            $"logpath = {Log}",
            "maxretry = 1",
            "backend = auto",
        ]);

    public async ValueTask DisposeAsync()
    {
        await fail2ban.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_pardon_releases_from_all_jails_and_a_second_one_too()
    {
        await fail2ban.ClientAsync("set", "sshd", "banip", "203.0.113.7", "2001:db8::7", "203.0.113.64/27", "203.0.113.8", "203.0.113.129");
        await WriteAsync(Ban("203.0.113.7"), Ban("2001:db8::7"), Ban("203.0.113.64/27"), Ban("203.0.113.8"), Ban("203.0.113.9", "web"));
        await fail2ban.HoldsAsync("f2bbroker", "203.0.113.7", "2001:db8::7", "203.0.113.64/27", "203.0.113.8", "203.0.113.9");
        await fail2ban.HoldsAsync("f2bbroker-web", "203.0.113.9");

        await WriteAsync(
            Pardon("203.0.113.7", until: "2026-11-28T02:44:23.706Z"),
            Pardon("2001:db8::7"),
            Pardon("203.0.113.64/27"),
            Pardon("203.0.113.128/27"),
            Pardon("203.0.113.9"),
            Pardon("198.51.100.1"));
        foreach (string jail in new[] { "sshd", "f2bbroker" })
        {
            await fail2ban.HoldsAsync(jail, "203.0.113.8");
        }

        await fail2ban.HoldsAsync("f2bbroker-web");
        await fail2ban.HoldsAsync("f2bbroker-pardon");

        // After the end of the pardon.
        await WriteAsync(Ban("203.0.113.7"));
        await fail2ban.HoldsAsync("f2bbroker", "203.0.113.7", "203.0.113.8");
        await WriteAsync(Pardon("203.0.113.7"));
        await fail2ban.HoldsAsync("f2bbroker", "203.0.113.8");
        AssertNoError();
    }

    [Fact]
    public async Task A_pardon_with_a_scope_releases_from_the_jails_of_the_log_only()
    {
        string[] addresses = ["203.0.113.7", "203.0.113.0/24", "2001:db8::7"];
        await fail2ban.ClientAsync(["set", "sshd", "banip", .. addresses]);
        await WriteAsync([.. addresses.Select(ip => Ban(ip, "web")), Ban("198.51.100.1")]);
        await fail2ban.HoldsAsync("f2bbroker", [.. addresses, "198.51.100.1"]);
        await fail2ban.HoldsAsync("f2bbroker-web", addresses);
        await WriteAsync([.. addresses.Append("198.51.100.0/24").Select(ip => $"{Pardon(ip)} scope=f2bbroker")]);
        await fail2ban.HoldsAsync("f2bbroker-web");
        // A network that fail2ban does not hold does not release what is inside it.
        await fail2ban.HoldsAsync("f2bbroker", "198.51.100.1");
        await fail2ban.HoldsAsync("sshd", addresses);
        AssertNoError();
    }

    [Fact]
    [Trait("Form", "slow")]
    public async Task No_pardoned_address_stays_banned_if_the_pardons_were_written_while_fail2ban_was_stopped()
    {
        string[] bans = [.. Enumerable.Range(1, 200).Select(i => $"198.51.100.{i}")];
        await fail2ban.ClientAsync("set", "sshd", "banip", bans[^1]);
        await fail2ban.StopAsync();
        File.WriteAllText(
            folder["etc/action.d/record.conf"],
            $"[Definition]\nactionban = sleep 0.02; echo \"<ip>\" >>{folder["banned"]}\n");
        await WriteAsync([.. bans.Select(ip => Ban(ip)), .. bans[^10..].Select(ip => Pardon(ip))]);
        await fail2ban.StartAsync();
        await fail2ban.BansAsync(bans[^1]);
        await fail2ban.HoldsAsync("f2bbroker", bans[..^10]);
        await fail2ban.HoldsAsync("sshd");
        AssertNoError();
    }

    [Fact]
    public async Task A_restart_repeats_the_release_of_shared_bans_only_and_a_ban_after_the_pardon_stays()
    {
        await WriteAsync(Ban("203.0.113.7"), Pardon("203.0.113.7"), Pardon("203.0.113.8"), Ban("203.0.113.8"));
        await fail2ban.HoldsAsync("f2bbroker", "203.0.113.8");

        // As if the ban had been carried out after the pardon, and fail2ban had stopped before the release was repeated.
        await fail2ban.StopAsync();
        await Eventually.TrueAsync(() => !IsReleasing(), () => "The action still runs.");
        File.Move(Log, $"{Log}.1");
        await WriteAsync();
        await fail2ban.StartAsync();
        await fail2ban.ClientAsync("set", "sshd", "banip", "203.0.113.7");
        await fail2ban.ClientAsync("set", "f2bbroker", "banip", "203.0.113.7");
        await fail2ban.HoldsAsync("f2bbroker", "203.0.113.8");
        await fail2ban.HoldsAsync("sshd", "203.0.113.7");
    }

    [Fact]
    [Trait("Form", "slow")]
    public async Task Many_pardons_need_few_calls_of_fail2ban_client()
    {
        await fail2ban.StopAsync();
        File.WriteAllText(
            folder["client"],
            $"#!/bin/sh\necho \"$*\" >>{folder["calls"]}\nexec fail2ban-client -c {folder["etc"]} \"$@\"\n");
        File.SetUnixFileMode(folder["client"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string action = $"action = f2bbroker-pardon[logpath=\"{Log}\", client=\"{folder["client"]}\"]";
        File.WriteAllLines(folder["etc/jail.d/test.local"], [.. Enabled, action]);
        await fail2ban.StartAsync();

        string[] addresses = [.. Enumerable.Range(0, 500).Select(i => $"198.51.{i / 250}.{i % 250}")];
        await WriteAsync([.. addresses.Select(ip => Ban(ip))]);
        await fail2ban.HoldsAsync("f2bbroker", addresses);
        await WriteAsync([.. addresses.Select(ip => Pardon(ip))]);
        await fail2ban.HoldsAsync("f2bbroker");
        Assert.InRange(File.ReadAllLines(folder["calls"]).Length, 6, 50);
    }

    [Fact]
    public async Task Bans_are_selected_for_jails_with_their_own_ports_and_ban_times_as_documented()
    {
        await fail2ban.StopAsync();
        string jails = Documented.Commands("docs/configuration.md", "## Different jails for different attackers");
        File.WriteAllText(
            folder["etc/jail.d/test.local"],
            jails.Replace("/var/log/f2bbroker/bans.log", Log, StringComparison.Ordinal));
        File.WriteAllText(
            folder["etc/action.d/record.conf"],
            $"[Definition]\nactionban = echo \"<name> <port> <bantime> <ip>\" >>{folder["banned"]}\n");
        await fail2ban.StartAsync();
        await WriteAsync(
            Ban("203.0.113.1"),
            Ban("203.0.113.2", "nginx-limit-req"),
            Ban("2001:db8::2", "nginx-botsearch"),
            Ban("203.0.113.3", "nginx-limit-req").Replace("Ban", "Trial", StringComparison.Ordinal));
        await fail2ban.HoldsAsync("f2bbroker", "203.0.113.1");
        await fail2ban.HoldsAsync("f2bbroker-web", "203.0.113.2", "2001:db8::2");
        await Eventually.TrueAsync(() => fail2ban.Banned.Count == 3, () => string.Join('\n', fail2ban.Banned));
        Assert.Equal(
            [
                "f2bbroker 0:65535 86400 203.0.113.1",
                "f2bbroker-web http,https 7200 2001:db8::2",
                "f2bbroker-web http,https 7200 203.0.113.2",
            ],
            fail2ban.Banned.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_being_enabled_it_does_nothing()
    {
        await fail2ban.StopAsync();
        File.Delete(folder["etc/jail.d/test.local"]);
        await fail2ban.StartAsync();
        await WriteAsync(Ban("203.0.113.7"), Pardon("203.0.113.7"), Ban("203.0.113.8"));
        await fail2ban.HoldsAsync("f2bbroker", "203.0.113.7", "203.0.113.8");
        Assert.NotEqual(0, (await fail2ban.ClientAsync("status", "f2bbroker-pardon")).ExitCode);
    }

    private string Log => folder["bans.log"];

    private static string Ban(string ip, string jail = "sshd") => $"Ban {ip} jail={jail} server=web1 detected=2026-11-23T02:44:23.706Z";

    private static string Pardon(string ip, string until = "-") => $"Pardon {ip} operator=alice until={until}";

    private Task WriteAsync(params IEnumerable<string> lines)
    {
        string now = Contracts.UtcTimestamp.Format(TimeProvider.System.GetUtcNow());
        return File.AppendAllTextAsync(Log, string.Concat(lines.Select(line => $"{now} {line}\n")));
    }

    /// <summary>Returns true while a process of the action repeats the release.</summary>
    private bool IsReleasing() => Directory
        .GetDirectories("/proc")
        .Where(process => int.TryParse(Path.GetFileName(process), out int _))
        .Any(process =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(process, "cmdline")).Contains($"tac '{Log}'", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false; // It has ended.
            }
        });

    private void AssertNoError() =>
        Assert.DoesNotMatch("WARNING (?!New database)|ERROR|CRITICAL", File.ReadAllText(folder["fail2ban.log"]));
}
