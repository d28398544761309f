using F2bBroker.Shared.Configuration;

namespace F2bBroker.Producer.Checks;

/// <summary>Finds suspicious settings of what writes the producer's log: fail2ban, or another group's consumer for a bridge.</summary>
internal static class SourceCheck
{
    /// <summary>Returns the errors that the settings and the log show.</summary>
    public static IEnumerable<string> FindErrors(Settings settings) =>
        IsBridge(settings)
            ? BridgeCheck.FindErrors(settings)
            : Fail2BanCheck.FindErrors(settings, Fail2BanSettings.ReadFrom(Fail2BanSettings.Folder));

    /// <summary>Returns the errors; it asks a running fail2ban too.</summary>
    /// <param name="socket">fail2ban's socket; null for the one of its configuration.</param>
    public static async Task<IEnumerable<string>> FindErrorsAsync(Settings settings, string? socket, CancellationToken cancel) =>
        IsBridge(settings)
            ? BridgeCheck.FindErrors(settings)
            : await Fail2BanCheck.FindErrorsAsync(settings, socket, cancel);

    private static bool IsBridge(Settings settings) => settings.Producer.Format == LogFormat.F2bBroker;
}
