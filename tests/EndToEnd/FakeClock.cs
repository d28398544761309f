namespace F2bBroker.EndToEndTests;

/// <summary>The variables of a process whose clock libfaketime moves. How much time has passed it sees as it is.</summary>
internal static class FakeClock
{
    private static readonly string[] Library =
        ["LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1", "FAKETIME_DONT_FAKE_MONOTONIC=1"];

    /// <param name="offset">How far the clock is ahead, in faketime's form: <c>+1h</c>, <c>-10m</c>.</param>
    public static string[] Off(string offset) => [.. Library, $"FAKETIME={offset}"];

    /// <param name="path">A file that contains the offset, which may change.</param>
    public static string[] FromFile(string path) => [.. Library, $"FAKETIME_TIMESTAMP_FILE={path}", "FAKETIME_NO_CACHE=1"];
}
