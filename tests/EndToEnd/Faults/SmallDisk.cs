namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A file system of 1 MiB that can be filled and made read-only. It needs root.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private static readonly TimeSpan RefillInterval = TimeSpan.FromMilliseconds(20);

    private readonly TempFolder folder = new();
    private readonly Lock gate = new();
    private Timer? filling;

    private SmallDisk()
    {
    }

    public static string SkipReason => "The test mounts file systems, which needs root.";

    public string Path => folder.Path;

    private string Filler => folder["filler"];

    public static async Task<SmallDisk> MountAsync()
    {
        SmallDisk disk = new();
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=1m", "f2bbroker-test", disk.Path);
        return disk;
    }

    /// <summary>Fills the remaining space, and keeps it full: a daemon that replaces a file frees the space of the old one.</summary>
    public void Fill()
    {
        filling = new Timer(_ => FillOnce(), null, RefillInterval, RefillInterval);
        FillOnce();
    }

    public void Free()
    {
        lock (gate)
        {
            filling?.Dispose();
            filling = null;
            File.Delete(Filler);
        }
    }

    /// <summary>Retries until it succeeds: the system refuses while a file on it is open for writing.</summary>
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
        Free();
        await Built.RunAsync("umount", ["--lazy", Path]);
        folder.Dispose();
    }

    private void FillOnce()
    {
        lock (gate)
        {
            if (filling is null)
            {
                return;
            }

            try
            {
                byte[] block = new byte[4096];
                using FileStream filler = new(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
                while (true)
                {
                    filler.Write(block);
                }
            }
            catch (IOException)
            {
                // The disk is full.
            }
        }
    }

    private static async Task RunAsync(params string[] command)
    {
        Built.Outcome outcome = await Built.RunAsync(command[0], command[1..]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }
}
