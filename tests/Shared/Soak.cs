namespace F2bBroker.Tests;

/// <summary>Which form of a test runs: the short one within <c>./test.sh</c>, or the long one of <c>./test.sh --soak</c>.</summary>
internal static class Soak
{
    private static readonly bool IsOn = Environment.GetEnvironmentVariable("F2BBROKER_SOAK") == "1";

    /// <summary>Which form of a test runs: the short one within <c>./test.sh</c>, or the long one of <c>./test.sh --soak</c>.</summary>
    public static int Times(int inShort, int inSoak) => IsOn ? inSoak : inShort;
}
