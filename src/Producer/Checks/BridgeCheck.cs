using F2bBroker.Shared.Configuration;

namespace F2bBroker.Producer.Checks;

/// <summary>Checks the producer of a bridge: it must not forward a ban that was forwarded before.</summary>
internal static class BridgeCheck
{
    /// <summary>Returns the errors that the configurations in the same folder and the log show.</summary>
    public static IEnumerable<string> FindErrors(Settings settings)
    {
        string log = settings.Producer.LogPath;
        foreach (NeighbourConfiguration writer in NeighbourConfiguration.FindWriters(settings).Where(writer => !writer.IsBridge))
        {
            yield return
                $"[producer] logpath: the consumer of {writer.File} writes {log}, but its [consumer] bridge is not true there. So bans "
                    + $"that were forwarded to its group would be forwarded again. Set bridge = true in {writer.File}, and restart that "
                    + "consumer.";
        }

        if (LastLinesCheck.FindError(settings.Producer) is { } error)
        {
            yield return error;
        }
    }

    /// <summary>Returns a sentence if nothing shows which consumer writes the log; null otherwise.</summary>
    public static string? FindNotice(Settings settings) =>
        settings.Producer.Format != LogFormat.F2bBroker || NeighbourConfiguration.FindWriters(settings).Length > 0
            ? null
            : $"No other configuration in {Path.GetDirectoryName(settings.File)} has [consumer] logpath = {settings.Producer.LogPath}. "
                + "Make sure that the consumer that writes this log has bridge = true.";
}
