using System.IO.Compression;

namespace F2bBroker.EndToEndTests.Faults;

/// <summary>Rotates a log like logrotate with delaycompress, but deletes nothing.</summary>
internal static class Rotation
{
    /// <summary>Compresses <c>.1</c>, moves all archives up by one, renames the log.</summary>
    public static void Rotate(string path)
    {
        string first = path + ".1";
        if (File.Exists(first))
        {
            Compress(first);
            MoveUp(path);
        }

        File.Move(path, first);
    }

    /// <summary>Returns the lines of the log and its rotated siblings, by file.</summary>
    public static IEnumerable<string[]> Files(string path) =>
        Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*").Select(Lines);

    private static void Compress(string file)
    {
        using (FileStream from = File.OpenRead(file))
        using (GZipStream to = new(File.Create(file + ".gz"), CompressionLevel.Fastest))
        {
            from.CopyTo(to);
        }

        File.SetLastWriteTimeUtc(file + ".gz", File.GetLastWriteTimeUtc(file));
        File.Delete(file);
    }

    private static void MoveUp(string path)
    {
        int last = 1;
        while (File.Exists($"{path}.{last + 1}.gz"))
        {
            last++;
        }

        for (; last >= 1; last--)
        {
            File.Move($"{path}.{last}.gz", $"{path}.{last + 1}.gz");
        }
    }

    private static string[] Lines(string file)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(
            file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        string text = reader.ReadToEnd();
        return text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');
    }
}
