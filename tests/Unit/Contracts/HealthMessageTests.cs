using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class HealthMessageTests
{
    private static readonly HealthMessage Valid =
        new("web1", HealthMessage.Producer, "0.2.0", "2026-11-27T02:44:23.706Z", HealthMessage.Ready, []);

    [Fact]
    public void A_message_is_valid_up_to_its_limits()
    {
        Assert.Null(Valid.Validate());
        Assert.Null((Valid with { Program = HealthMessage.Consumer, State = HealthMessage.Stopped }).Validate());
        Assert.Null((Valid with { Version = new string('1', 64), Problems = Problems(10, 300) }).Validate());
    }

    [Fact]
    public void The_invalid_field_is_named()
    {
        Assert.Equal("server is not a server name", (Valid with { Server = "Web1" }).Validate());
        Assert.Equal("program is not producer or consumer", (Valid with { Program = "admin" }).Validate());
        Assert.Equal("state is not ready or stopped", (Valid with { State = "" }).Validate());
        Assert.Equal("version is not a version", (Valid with { Version = "" }).Validate());
        Assert.Equal("version is not a version", (Valid with { Version = new string('1', 65) }).Validate());
        Assert.Equal("at is not a time in UTC", (Valid with { At = "now" }).Validate());
        Assert.Equal("problems are too many or too long", (Valid with { Problems = Problems(11, 1) }).Validate());
        Assert.Equal("problems are too many or too long", (Valid with { Problems = Problems(1, 301) }).Validate());
        Assert.Equal("problems are too many or too long", (Valid with { Problems = ["one", null!] }).Validate());
    }

    private static string[] Problems(int count, int length) => [.. Enumerable.Repeat(new string('x', length), count)];
}
