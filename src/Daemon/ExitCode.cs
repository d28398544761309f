namespace F2bBroker.Daemon;

/// <summary>Exit codes of the programs, after sysexits.h.</summary>
internal static class ExitCode
{
    public const int Stopped = 0;
    public const int Failure = 1;

    /// <summary>EX_UNAVAILABLE: the broker does not answer; only <c>--test</c> ends with it.</summary>
    public const int BrokerUnreachable = 69;

    /// <summary>EX_CONFIG: the configuration, or a refusal by the broker.</summary>
    public const int Configuration = 78;
}
