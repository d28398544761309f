using System.IO.Compression;

namespace F2bBroker.Consumer.Writing;

/// <summary>Reads the lines of a monitored log, which may be compressed.</summary>
internal static class MonitoredLogReader
{
    /// <summary>Returns the lines up to the end, or up to the place from which the file cannot be read.</summary>
    /// <param name="warn">Receives a message if the file cannot be read.</param>
    /// <param name="consequence">A sentence that ends the message.</param>
    public static IEnumerable<string> ReadLines(string file, Action<string> warn, string consequence)
    {
        using IEnumerator<string> lines = ReadLines(file).GetEnumerator();
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
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                warn($"Cannot read {file}: {error.Message} {consequence}");
                return false;
            }
        }
    }

    /// <summary>Returns all lines without their LF, also torn ones and those in other formats.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    /// <exception cref="InvalidDataException">The file's name ends with <c>.gz</c>, but it is not an archive.</exception>
    public static IEnumerable<string> ReadLines(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(
            file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
