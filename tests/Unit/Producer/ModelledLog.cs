using System.IO.Compression;
using System.Text;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Tailing;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.UnitTests.Producer;

/// <summary>
/// A log on disk with its writer and logrotate, and the list of its lines, which is the model that a reader is compared with.
/// </summary>
internal sealed class ModelledLog : IDisposable
{
    // A file with less is not recognised again.
    private const int MinHead = 256;

    private readonly TempFolder folder = new();
    private readonly List<string> lines = [];
    private SafeFileHandle writer;
    private string pending = "";
    private DateTime clock = new(2026, 11, 23, 2, 0, 0, DateTimeKind.Utc);
    private int count;

    public ModelledLog() => writer = Create();

    /// <summary>Every line that is in the log or a rotated file now.</summary>
    public IReadOnlySet<string> LinesOnDisk =>
        Rotated
            .Append(Path)
            .Where(File.Exists)
            .SelectMany(file => Encoding.UTF8.GetString(IsArchive(file) ? Unzip(file) : File.ReadAllBytes(file)).Split('\n'))
            .Select(line => line.TrimStart('\0'))
            .ToHashSet();

    public string Path => folder["fail2ban.log"];

    /// <summary>Every whole line with " Ban " that was ever in the log, in order.</summary>
    public IReadOnlyList<string> Lines => lines;

    private string[] Rotated => [.. Directory.GetFiles(folder.Path).Where(file => file != Path)];

    public void WriteLine()
    {
        Append(pending.Length > 0 ? "" : $"{NextDate()} Ban {new string('x', count % 90)}");
        FinishLine();
    }

    public void WriteNoise() => Append(pending.Length > 0 ? "" : $"{NextDate()} no matter\n");

    public void WriteHalf()
    {
        if (pending.Length == 0)
        {
            string line = $"{NextDate()} Ban half";
            Append(line[..(count % line.Length)]);
        }
    }

    /// <summary>Renames as logrotate does; the writer continues in the renamed file until <see cref="Reopen"/>.</summary>
    public void Rename(bool create)
    {
        if (File.Exists(Path) && IsWriterAt(Path))
        {
            Shift();
            File.Move(Path, Path + ".1");
            if (create)
            {
                Create().Dispose();
            }
        }
    }

    /// <summary>Reopens the log as fail2ban-client flushlogs does; a partial line stays partial.</summary>
    public void Reopen()
    {
        if (File.Exists(Path) && IsWriterAt(Path))
        {
            return;
        }

        writer.Dispose();
        pending = "";
        writer = File.Exists(Path)
            ? File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)
            : Create();
    }

    public void CopyTruncate()
    {
        if (File.Exists(Path) && IsWriterAt(Path))
        {
            Shift();
            File.Copy(Path, Path + ".1");
            File.SetLastWriteTimeUtc(Path + ".1", Now());
            RandomAccess.SetLength(writer, 0);
            File.SetLastWriteTimeUtc(writer, Now());
            pending = pending.Length > 0 ? "cut " : ""; // Its beginning is only in the copy.
        }
    }

    /// <summary>Compresses the rotated files that are no longer written to. An archive keeps the time of its file.</summary>
    public void Compress()
    {
        foreach (string file in Rotated.Where(file => !IsArchive(file) && !IsWriterAt(file)))
        {
            using (FileStream plain = File.OpenRead(file))
            using (GZipStream archive = new(File.Create(file + ".gz"), CompressionLevel.Fastest))
            {
                plain.CopyTo(archive);
            }

            File.SetLastWriteTimeUtc(file + ".gz", File.GetLastWriteTimeUtc(file));
            File.Delete(file);
        }
    }

    /// <summary>Removes the oldest rotated file, as logrotate does above its count.</summary>
    public void DeleteOldest()
    {
        if (Rotated.OrderBy(NumberOf).LastOrDefault() is { } oldest && !IsWriterAt(oldest))
        {
            File.Delete(oldest);
        }
    }

    /// <summary>Removes some lines of the log in place, as some editors do.</summary>
    public void Edit(Random random)
    {
        if (File.Exists(Path) && new FileInfo(Path).Length >= MinHead)
        {
            File.WriteAllBytes(Path, Cut(File.ReadAllBytes(Path), random));
            File.SetLastWriteTimeUtc(Path, Now());
        }
    }

    /// <summary>Removes some lines of a rotated file in place.</summary>
    public void EditRotated(Random random)
    {
        if (Rotated.Where(file => !IsWriterAt(file)).OrderBy(_ => random.Next()).FirstOrDefault() is not { } file)
        {
            return;
        }

        File.WriteAllBytes(file, IsArchive(file) ? Zip(Cut(Unzip(file), random)) : Cut(File.ReadAllBytes(file), random));
        File.SetLastWriteTimeUtc(file, Now());
    }

    /// <summary>
    /// Puts a new file with some of the lines under the log's name, as sed -i does; the writer continues in the old one until
    /// <see cref="Reopen"/>.
    /// </summary>
    public void Replace(Random random)
    {
        if (pending.Length == 0 && File.Exists(Path) && new FileInfo(Path).Length >= MinHead)
        {
            File.WriteAllBytes(Path + "sed", Cut(File.ReadAllBytes(Path), random));
            File.SetLastWriteTimeUtc(Path + "sed", Now());
            File.Move(Path + "sed", Path, overwrite: true);
        }
    }

    /// <summary>Leaves NULs in front of the next line, as a crash does.</summary>
    public void Tear(Random random)
    {
        if (pending.Length == 0 && RandomAccess.GetLength(writer) > MinHead)
        {
            Append(new string('\0', random.Next(1, 600)));
            pending = "";
        }
    }

    public LogTail NewTail() => new(Path, new HealthProblems(TimeProvider.System), TimeProvider.System, _ => { });

    public void Dispose()
    {
        writer.Dispose();
        folder.Dispose();
    }

    private static bool IsArchive(string file) => file.EndsWith(".gz", StringComparison.Ordinal);

    private static byte[] Unzip(string file)
    {
        using GZipStream archive = new(File.OpenRead(file), CompressionMode.Decompress);
        using MemoryStream plain = new();
        archive.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Zip(byte[] plain)
    {
        using MemoryStream archive = new();
        using (GZipStream stream = new(archive, CompressionLevel.Fastest))
        {
            stream.Write(plain);
        }

        return archive.ToArray();
    }

    /// <summary>Returns the text without some of its whole lines.</summary>
    private static byte[] Cut(byte[] text, Random random)
    {
        string[] parts = Encoding.UTF8.GetString(text).Split('\n');
        int from = random.Next(parts.Length);
        int to = Math.Min(parts.Length - 1, from + random.Next(4));
        return Encoding.UTF8.GetBytes(string.Join('\n', parts.Where((_, index) => index < from || index >= to)));
    }

    private void Shift()
    {
        foreach (string file in Rotated.OrderByDescending(NumberOf))
        {
            File.Move(file, $"{Path}.{NumberOf(file) + 1}{(IsArchive(file) ? ".gz" : "")}");
        }
    }

    private int NumberOf(string file) =>
        int.Parse(file[(Path.Length + 1)..].Replace(".gz", ""), System.Globalization.CultureInfo.InvariantCulture);

    private bool IsWriterAt(string file) =>
        F2bBroker.Shared.Logs.FileIdentity.FromFile(file) == F2bBroker.Shared.Logs.FileIdentity.FromFile(writer);

    private SafeFileHandle Create()
    {
        SafeFileHandle created = File.OpenHandle(Path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.SetLastWriteTimeUtc(created, Now());
        return created;
    }

    private void FinishLine()
    {
        string line = pending;
        Append("\n");
        pending = "";
        if (line.Contains(" Ban ", StringComparison.Ordinal))
        {
            lines.Add(line);
        }
    }

    private void Append(string text)
    {
        RandomAccess.Write(writer, Encoding.UTF8.GetBytes(text), RandomAccess.GetLength(writer));
        File.SetLastWriteTimeUtc(writer, Now());
        pending = text.EndsWith('\n') ? "" : pending + text;
    }

    // As long as fail2ban's date, and unique.
    private string NextDate() => $"2026-11-23 {++count:D12}";

    private DateTime Now() => clock = clock.AddSeconds(1);
}
