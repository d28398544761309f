namespace F2bBroker.Contracts;

/// <summary>Exit codes of the programs, after sysexits.h.</summary>
public static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;

    /// <summary>EX_UNAVAILABLE: the broker does not answer. A running daemon waits for it instead.</summary>
    public const int BrokerUnreachable = 69;

    /// <summary>EX_CONFIG: the configuration, or a refusal by the broker.</summary>
    public const int Configuration = 78;
}
