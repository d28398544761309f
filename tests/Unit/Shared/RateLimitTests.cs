using F2bBroker.Shared.Configuration;

namespace F2bBroker.UnitTests.Shared;

public sealed class RateLimitTests
{
    [Theory]
    [InlineData("5000/10m", 5000, 600)]
    [InlineData("1/90", 1, 90)]
    [InlineData("0", 0, 0)]
    public void A_rate_is_a_number_and_a_duration(string text, int count, int seconds) =>
        Assert.Equal(new RateLimit(count, TimeSpan.FromSeconds(seconds)), RateLimit.Parse(text));

    [Fact]
    public void A_rate_allows_more_in_a_longer_time_and_says_so_in_words()
    {
        RateLimit limit = new(3, TimeSpan.FromMinutes(10));
        Assert.Equal((6, int.MaxValue), (limit.CountWithin(TimeSpan.FromMinutes(20)), limit.CountWithin(TimeSpan.MaxValue)));
        Assert.Equal(int.MaxValue, RateLimit.Parse("0")!.CountWithin(TimeSpan.FromMinutes(20)));
        Assert.Equal("3 bans within 10 minutes", limit.ToString());
        Assert.Equal("3 bans within 1.5 minutes", new RateLimit(3, TimeSpan.FromSeconds(90)).ToString());
    }
}
