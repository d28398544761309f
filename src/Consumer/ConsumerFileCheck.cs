using F2bBroker.Daemon;
using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer;

/// <summary>Finds errors of the files that the consumer needs, before it starts.</summary>
internal static class ConsumerFileCheck
{
    public static IEnumerable<string> FindErrors(Settings settings)
    {
        string path = settings.Consumer.LogPath;
        if (Directory.Exists(path))
        {
            yield return $"[consumer] logpath: {path} is a directory; name a file for the monitored log.";
        }
        else if ((File.Exists(path) ? FindError(path) : FolderCheck.FindError(path)) is { } error)
        {
            yield return $"[consumer] logpath: {error}";
        }
    }

    private static string? FindError(string path)
    {
        try
        {
            using FileStream log = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"{path} cannot be written: {failure.Message}";
        }
    }
}
