namespace F2bBroker.EndToEndTests;

/// <summary>The variables of a process whose clock libfaketime moves.</summary>
internal static class FakeClock
{
    // The library's other form, without MT, stops the timers of a .NET program now and then.
    private const string Library = "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    // Without the second variable, the library gives the timers of a .NET program wrong deadlines, so that they poll.
    private static readonly string[] RealTimers = ["FAKETIME_DONT_FAKE_MONOTONIC=1", "FAKETIME_FORCE_MONOTONIC_FIX=0"];

    /// <param name="offset">How far the clock is ahead, in faketime's form: <c>+1h</c>, <c>-10m</c>.</param>
    public static string[] Off(string offset) => [Library, .. RealTimers, $"FAKETIME={offset}"];

    /// <param name="path">A file that contains the offset, which may change.</param>
    public static string[] FromFile(string path) =>
        [Library, .. RealTimers, $"FAKETIME_TIMESTAMP_FILE={path}", "FAKETIME_NO_CACHE=1"];

    /// <summary>Removes the shared memory that the library leaves if its process was killed.</summary>
    public static void RemoveMemoryOf(int id)
    {
        File.Delete($"/dev/shm/faketime_shm_{id}");
        File.Delete($"/dev/shm/sem.faketime_sem_{id}");
    }
}
