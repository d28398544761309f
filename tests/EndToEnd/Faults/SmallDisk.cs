namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A file system of 1 MiB that can be full and read-only; the test needs root for it.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TempFolder folder = new();

    private SmallDisk()
    {
    }

    public static string Needed => "It mounts file systems, which only root may.";

    public string Path => folder.Path;

    private string Filler => folder["filler"];

    public static async Task<SmallDisk> MountAsync()
    {
        SmallDisk disk = new();
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "f2bbroker-test", disk.Path);
        return disk;
    }

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        byte[] block = new byte[4096];
        using FileStream filler = new(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                filler.Write(block);
            }
        }
        catch (IOException)
        {
            // Now it is full.
        }
    }

    public void Free() => File.Delete(Filler);

    /// <summary>Fails while a file on it is open for writing, so it is tried until it works.</summary>
    public async Task MakeReadOnlyAsync()
    {
        Built.Outcome? last = null;
        await Eventually.TrueAsync(
            async () => (last = await Built.RunAsync("mount", ["-o", "remount,ro", Path])).ExitCode == 0,
            () => last!.Errors);
    }

    public Task MakeWritableAsync() => RunAsync("mount", "-o", "remount,rw", Path);

    public async ValueTask DisposeAsync()
    {
        await Built.RunAsync("umount", ["--lazy", Path]);
        folder.Dispose();
    }

    private static async Task RunAsync(params string[] command)
    {
        Built.Outcome outcome = await Built.RunAsync(command[0], command[1..]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }
}
