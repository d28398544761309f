using F2bBroker.Fuzz.Targets;

namespace F2bBroker.Fuzz;

/// <summary>The kinds of input that are fuzzed. Each target throws if the programs' own parser breaks a rule on an input.</summary>
internal static class FuzzTargets
{
    // An instrumented assembly must not run before SharpFuzz has set its memory, so nothing of a target is created before its first input.
    public static readonly IReadOnlyDictionary<string, Action<byte[]>> All = new SortedDictionary<string, Action<byte[]>>
    {
        ["ban-line"] = input => LogLineTarget.File.Run(input),
        ["checkpoint"] = CheckpointTarget.Run,
        ["ini"] = IniTarget.Run,
        ["journal-entry"] = JournalEntryTarget.Run,
        ["message-body"] = MessageBodyTarget.Run,
        ["monitored-line"] = MonitoredLineTarget.Run,
        ["syslog-line"] = input => LogLineTarget.Syslog.Run(input),
    };
}
