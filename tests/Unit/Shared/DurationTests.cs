using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Shared;

public sealed class DurationTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("12h", 43_200)]
    [InlineData("1d", 86_400)]
    [InlineData("2w", 1_209_600)]
    [InlineData("36500d", 3_153_600_000)]
    public void A_duration_is_a_number_and_a_unit(string text, long seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Duration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("-1d")]
    [InlineData("1y")]
    [InlineData("1.5h")]
    [InlineData("9999999999")]
    [InlineData("36501d")]
    [InlineData("999999999w")]
    public void Other_text_is_not_a_duration(string text) => Assert.Null(Duration.Parse(text));
}
