namespace F2bBroker.EndToEndTests;

/// <summary>A release of Debian that the package is tested on.</summary>
/// <param name="Suite">Its name in the archive.</param>
/// <param name="Version">Its number, as the documentation names it.</param>
internal sealed record Debian(string Suite, int Version)
{
    private static readonly Debian[] Releases = [new("trixie", 13), new("bookworm", 12)];

    /// <summary>The release of the booted machines: the one that <c>F2BBROKER_DEBIAN</c> names, or the newest.</summary>
    public static Debian Booted =>
        Environment.GetEnvironmentVariable("F2BBROKER_DEBIAN") is { Length: > 0 } suite ? Named(suite) : Releases[0];

    public static Debian Named(string suite) =>
        Releases.SingleOrDefault(release => release.Suite == suite)
            ?? throw new ArgumentException($"The package is not tested on Debian '{suite}'.", nameof(suite));
}
