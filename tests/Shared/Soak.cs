using System.Globalization;

namespace F2bBroker.Tests;

/// <summary>Chooses the form of a test: the short one of <c>./test.sh</c>, or the long one of <c>./test.sh --soak</c>.</summary>
internal static class Soak
{
    private static readonly bool IsOn = Environment.GetEnvironmentVariable("F2BBROKER_SOAK") == "1";

    /// <summary>The seed in the variable <c>F2BBROKER_SEED</c>, which repeats a run with random input; null if it has none.</summary>
    public static readonly int? GivenSeed =
        int.TryParse(Environment.GetEnvironmentVariable("F2BBROKER_SEED"), CultureInfo.InvariantCulture, out int given) ? given : null;

    /// <summary>Returns the number for the form that runs.</summary>
    public static int Times(int inShort, int inSoak) => IsOn ? inSoak : inShort;
}
