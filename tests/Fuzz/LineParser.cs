using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Parsing;
using F2bBroker.Producer.Sources;
using F2bBroker.Producer.Tailing;
using F2bBroker.Shared.Configuration;
using Microsoft.Extensions.Configuration;

namespace F2bBroker.Fuzz;

/// <summary>Parses a line of a log as the producer of web1 does.</summary>
internal sealed class LineParser(LogFormat format)
{
    private static readonly LogPosition End = new(0, "", 0, DateTime.UnixEpoch);

    private readonly LogFileBanSource source = new(CreateSettings(format), new HealthProblems(FixedTime.Clock), FixedTime.Clock, _ => { });

    /// <summary>Returns true if the producer parses the line. It does not look into others.</summary>
    public static bool IsCandidate(ReadOnlySpan<byte> line) => UnsharedLine.IsCandidate(line) || EnforcementLine.IsCandidate(line);

    public SourceSegment Parse(ReadOnlySpan<byte> line) => source.Parse(LogBlock.Decode(line), End);

    private static Settings CreateSettings(LogFormat format) => SettingsReader.Read(
        new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["server:name"] = "web1",
                ["broker:password"] = "x",
                ["producer:format"] = format.ToString().ToLowerInvariant(),
            })
            .Build());
}
