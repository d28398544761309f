using F2bBroker.Admin.Output;
using F2bBroker.Contracts;

namespace F2bBroker.Admin.Servers;

/// <summary>The place for a server's settings: a file with mode 0600, or standard output.</summary>
/// <remarks>The file is created before anything on the broker, so that a new password is never lost because it cannot be saved.</remarks>
internal sealed class SettingsOutput : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string? path;
    private readonly string old = "";
    private readonly FileStream? next;

    /// <exception cref="CommandFailedException">The file cannot be read or written.</exception>
    public SettingsOutput(string? path)
    {
        this.path = path;
        if (path is null)
        {
            return;
        }

        try
        {
            old = File.Exists(path) ? File.ReadAllText(path) : "";
            next = new FileStream(Next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Mode });
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"--out: {failure.Message}");
        }
    }

    private string Next => path + ".new";

    /// <summary>Returns the path of a server's file in a directory for several servers.</summary>
    public static string FileIn(string directory, string server) => Path.Combine(directory, $"{server}.local");

    /// <summary>Creates a directory that only its owner may read. An existing one stays unchanged.</summary>
    /// <exception cref="CommandFailedException">It cannot be created.</exception>
    public static void CreateDirectory(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory, Mode | UnixFileMode.UserExecute);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Configuration, $"--out: {failure.Message}");
        }
    }

    /// <param name="print">Receives the settings if no file is given.</param>
    public void Write(string server, ServerBrokerUri broker, ServerCredentials login, Action<string> print)
    {
        string text = LocalSettingsText.Update(old, server, broker, login);
        if (next is null)
        {
            print(text);
            return;
        }

        next.Write(System.Text.Encoding.UTF8.GetBytes(text));
        next.Flush(flushToDisk: true);
        File.Move(Next, path!, overwrite: true);
    }

    public void Dispose()
    {
        if (next is not null)
        {
            next.Dispose();
            File.Delete(Next);
        }
    }
}
