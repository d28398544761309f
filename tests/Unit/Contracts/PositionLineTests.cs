using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class PositionLineTests
{
    private const string Line = "2026-11-27T02:44:24.312Z Position offset=4711 id=9f86d081884c7d659a2feaa0c55ad015";

    [Fact]
    public void A_line_is_read_as_it_was_written()
    {
        PositionLine line = PositionLine.Parse(Line)!;
        Assert.Equal((4711, "9f86d081884c7d659a2feaa0c55ad015"), (line.Offset, line.Id));
        Assert.Equal(Line, $"{UtcTimestamp.Format(line.ReachedAt)} {line.Text}");
    }

    [Theory]
    [InlineData("2026-11-27T02:44:24.312Z Position offset=4711 id=9f86d081884c7d659a2feaa0c55ad01")]
    [InlineData("2026-11-27T02:44:24.312Z Position offset=4711 id=9f86d081884c7d659a2feaa0c55ad015 ")]
    [InlineData("2026-11-27T02:44:24.312Z Position offset=-1 id=9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("2026-11-27T02:44:24.312Z Position offset=9999999999999999999 id=9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("2026-11-27 02:44:24 Position offset=4711 id=9f86d081884c7d659a2feaa0c55ad015")]
    [InlineData("2026-11-27T02:44:24.312Z Ban 203.0.113.7 jail=sshd server=web1 detected=2026-11-23T02:44:23.706Z")]
    public void A_torn_or_other_line_is_no_position(string line) => Assert.Null(PositionLine.Parse(line));
}
