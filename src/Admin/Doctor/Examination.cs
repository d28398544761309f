using System.Runtime.CompilerServices;
using F2bBroker.Contracts;
using F2bBroker.Daemon.Configuration;

namespace F2bBroker.Admin.Doctor;

/// <summary><c>f2bbroker doctor</c>: looks on a server at everything that a ban passes there, and says of each thing that it is in order, or what to do.</summary>
/// <param name="configuration">The path of f2bbroker.conf.</param>
/// <param name="socket">fail2ban's socket; null for the usual one.</param>
internal sealed class Examination(string configuration, string? socket)
{
    public async IAsyncEnumerable<Finding> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        Settings? settings = Load(out Finding loaded);
        yield return loaded;
        if (settings is null)
        {
            yield break;
        }

        (Role? known, IReadOnlyList<Finding> found) = await new BrokerCheck(settings).LookAsync(cancel);
        foreach (Finding finding in found)
        {
            yield return finding;
        }

        Role role = known ?? Role.Both;
        string[] daemons = [.. role.Reports ? ["f2bbroker-producer"] : Array.Empty<string>(), .. role.Receives ? ["f2bbroker-consumer"] : Array.Empty<string>()];
        foreach (string daemon in daemons)
        {
            await foreach (Finding finding in new DaemonCheck(daemon, configuration).LookAsync(cancel))
            {
                yield return finding;
            }
        }

        foreach (Finding finding in await new Fail2BanCheck(settings, socket).LookAsync(role, cancel))
        {
            yield return finding;
        }

        yield return await ClockCheck.LookAsync(cancel);
    }

    private Settings? Load(out Finding finding)
    {
        try
        {
            Settings settings = SettingsFile.Load(configuration);
            finding = new Finding($"configuration {configuration} of server '{settings.Server}'");
            return settings;
        }
        catch (ConfigurationFault fault)
        {
            finding = new Finding($"configuration {configuration}", string.Join(' ', fault.Message.Split('\n', StringSplitOptions.TrimEntries)));
            return null;
        }
    }
}
