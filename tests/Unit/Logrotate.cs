using System.IO.Compression;

namespace F2bBroker.UnitTests;

/// <summary>Rotates a log a second time as logrotate does: it moves several files, one after the other, with pauses.</summary>
internal static class Logrotate
{
    /// <summary>Makes <c>.1</c> to <c>.2.gz</c>, and the log to <c>.1</c>, in the background. There is no log afterwards.</summary>
    public static Task RotateAsync(string log) => Task.Run(() => Rotate(log));

    private static void Rotate(string log)
    {
        (string first, string second) = (log + ".1", log + ".2.gz");
        string archived = first + ".gz";
        using (FileStream plain = File.OpenRead(first))
        using (GZipStream archive = new(File.Create(archived), CompressionLevel.Fastest))
        {
            plain.CopyTo(archive);
        }

        Pause();
        File.SetLastWriteTimeUtc(archived, File.GetLastWriteTimeUtc(first));
        Pause();
        File.Delete(first);
        Pause();
        File.Move(archived, second);
        Pause();
        File.Move(log, first);
        Pause();
    }

    private static void Pause() => Thread.SpinWait(Random.Shared.Next(2000));
}
