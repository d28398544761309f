namespace F2bBroker.EndToEndTests;

/// <summary>The variables of a process whose clock libfaketime moves.</summary>
internal static class FakeClock
{
    // The library's other form, without MT, stops the timers of a .NET program now and then.
    private const string Library = "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
    // With this variable, the timers of a .NET program poll: it needs a whole core and more.
    private const string RealTimers = "FAKETIME_DONT_FAKE_MONOTONIC=1";

    /// <param name="offset">How far the clock is ahead, in faketime's form: <c>+1h</c>, <c>-10m</c>.</param>
    public static string[] Off(string offset) => [Library, $"FAKETIME={offset}"];

    /// <param name="path">A file that contains the offset, which may change.</param>
    public static string[] FromFile(string path) => [.. WithTimers(path), RealTimers];

    /// <summary>The same. The file is read once a second instead of at each look at the clock, which needs less CPU time.</summary>
    public static string[] FromFileEachSecond(string path) =>
        [Library, $"FAKETIME_TIMESTAMP_FILE={path}", "FAKETIME_CACHE_DURATION=1", RealTimers];

    /// <summary>The same as <see cref="FromFile"/>, and the time that passes for timers changes with the offset.</summary>
    public static string[] WithTimers(string path) => [Library, $"FAKETIME_TIMESTAMP_FILE={path}", "FAKETIME_NO_CACHE=1"];
}
