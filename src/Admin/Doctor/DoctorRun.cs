using System.Runtime.CompilerServices;
using F2bBroker.Contracts;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Programs;

namespace F2bBroker.Admin.Doctor;

/// <summary>
/// <c>f2bbroker doctor</c>: checks every component that a ban passes on a server, and reports each as ok or with the remedy.
/// </summary>
/// <param name="configuration">The path of f2bbroker.conf.</param>
/// <param name="socket">fail2ban's socket; null for the default.</param>
internal sealed class DoctorRun(string configuration, string? socket)
{
    public async IAsyncEnumerable<CheckResult> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        Settings? settings = Load(out CheckResult loaded);
        yield return loaded;
        if (settings is null)
        {
            yield break;
        }

        (Role? known, IReadOnlyList<CheckResult> found) = await new BrokerCheck(settings).RunAsync(cancel);
        foreach (CheckResult finding in found)
        {
            yield return finding;
        }

        Role role = known ?? Role.Both;
        string[] socketOption = socket is null ? [] : ["--socket", socket];
        DaemonCheck[] daemons =
        [
            .. role.CanReport ? [new DaemonCheck("f2bbroker-producer", configuration, socketOption)] : Array.Empty<DaemonCheck>(),
            .. role.CanReceive ? [new DaemonCheck("f2bbroker-consumer", configuration)] : Array.Empty<DaemonCheck>(),
        ];
        foreach (DaemonCheck daemon in daemons)
        {
            await foreach (CheckResult finding in daemon.RunAsync(cancel))
            {
                yield return finding;
            }
        }

        if (role.CanReceive && TrialNotice.Find(settings.Consumer) is { } notice)
        {
            yield return new CheckResult(notice);
        }

        foreach (CheckResult finding in BridgeCheck.Run(settings, role))
        {
            yield return finding;
        }

        bool hasJail = role.CanReceive && !settings.Consumer.IsBridge;
        if (hasJail || role.CanReport && settings.Producer.Format != LogFormat.F2bBroker)
        {
            Fail2BanCheck fail2ban = new(settings, new Fail2BanClient(socket), TimeProvider.System);
            foreach (CheckResult finding in await fail2ban.RunAsync(hasJail, cancel))
            {
                yield return finding;
            }
        }

        yield return await ClockCheck.RunAsync(cancel);
    }

    private Settings? Load(out CheckResult finding)
    {
        try
        {
            Settings settings = SettingsFile.Load(configuration);
            finding = new CheckResult($"configuration {configuration} of server '{settings.Server}'");
            return settings;
        }
        catch (InvalidConfigurationException error)
        {
            finding = new CheckResult(
                $"configuration {configuration}",
                string.Join(' ', error.Message.Split('\n', StringSplitOptions.TrimEntries)));
            return null;
        }
    }
}
