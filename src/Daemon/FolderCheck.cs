namespace F2bBroker.Daemon;

/// <summary>Checks that a file can be created in its folder.</summary>
internal static class FolderCheck
{
    /// <summary>Returns an error message about the folder of <paramref name="file"/>; null if it is writable.</summary>
    public static string? FindError(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (!Directory.Exists(folder))
        {
            return $"the folder {folder} does not exist. Create it, writable for this program's user.";
        }

        try
        {
            using FileStream probe = new(Path.Combine(folder, $".f2bbroker-{Environment.ProcessId}"),
                new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"the folder {folder} cannot be written to: {failure.Message}";
        }
    }
}
