using System.IO.Compression;
using System.Runtime.ExceptionServices;

namespace F2bBroker.Consumer.Writing;

/// <summary>A monitored log or a rotated sibling of it, which may be compressed. It is open, so a rotation does not hide it.</summary>
internal sealed class MonitoredLogFile : IDisposable
{
    private readonly string path;
    private readonly FileStream? stream;
    private readonly Exception? error;

    public MonitoredLogFile(string path)
    {
        this.path = path;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            error = failure;
        }
    }

    /// <summary>False if there is no such file.</summary>
    public bool Exists => error is not FileNotFoundException;

    /// <summary>The time of the last write, in UTC.</summary>
    public DateTime LastWriteTime => stream is null ? File.GetLastWriteTimeUtc(path) : File.GetLastWriteTimeUtc(stream.SafeFileHandle);

    /// <summary>Returns the lines up to the end, or up to the place from which the file cannot be read.</summary>
    /// <param name="warn">Receives a message if the file cannot be read.</param>
    /// <param name="consequence">A sentence that ends the message.</param>
    public IEnumerable<string> ReadLines(Action<string> warn, string consequence)
    {
        using IEnumerator<string> lines = ReadLines().GetEnumerator();
        while (TryMoveNext())
        {
            yield return lines.Current;
        }

        bool TryMoveNext()
        {
            try
            {
                return lines.MoveNext();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                warn($"Cannot read {path}: {failure.Message} {consequence}");
                return false;
            }
        }
    }

    /// <summary>Returns all lines without their LF, also torn ones and those in other formats. They can be read once.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    /// <exception cref="InvalidDataException">The file's name ends with <c>.gz</c>, but it is not an archive.</exception>
    public IEnumerable<string> ReadLines()
    {
        if (stream is null)
        {
            ExceptionDispatchInfo.Throw(error!);
        }

        using StreamReader reader = new(
            path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    public void Dispose() => stream?.Dispose();
}
