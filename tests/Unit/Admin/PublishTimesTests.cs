using F2bBroker.Admin.History;

namespace F2bBroker.UnitTests.Admin;

/// <summary>When a message of a stream was published, found by reading the stream from different times.</summary>
public sealed class PublishTimesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-29T08:00:30Z", null);

    private int questions;

    [Theory]
    [InlineData(0)]
    [InlineData(-86400)]
    [InlineData(86400)]
    [InlineData(-2_000_000_000)]
    public async Task The_minute_of_each_message_is_found_with_any_guess(int guess)
    {
        int[] ages = [200_000, 199_999, 90_000, 3600, 61, 59, 31, 1];
        PublishTimes times = Of(ages);
        for (int i = 0; i < ages.Length; i++)
        {
            DateTimeOffset at = Now.AddSeconds(-ages[i]);
            Assert.Equal(at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMinute)), await FindAsync(times, 100 + i, at.AddSeconds(guess)));
        }
    }

    [Fact]
    public async Task A_good_guess_needs_two_questions_and_the_same_minute_none()
    {
        PublishTimes times = Of(7260, 7250, 7241, 60);
        await FindAsync(times, 100, Now.AddSeconds(-7260));
        Assert.Equal(2, questions);
        await FindAsync(times, 101, Now.AddSeconds(-7250));
        await FindAsync(times, 102, Now.AddSeconds(-7200));
        Assert.Equal(2, questions);
    }

    [Fact]
    public async Task A_guess_that_is_hours_off_needs_few_questions()
    {
        await FindAsync(Of(90_000, 10), 100, Now);
        Assert.InRange(questions, 3, 25);
    }

    private static Task<DateTimeOffset> FindAsync(PublishTimes times, long offset, DateTimeOffset guess) =>
        times.FindAsync(offset, guess, TestContext.Current.CancellationToken);

    /// <param name="ages">The seconds since each message was published, the oldest first. The offset of the first one is 100.</param>
    private PublishTimes Of(params int[] ages) => new(
        (from, _) =>
        {
            questions++;
            int index = Array.FindIndex(ages, age => Now.AddSeconds(-age) >= from);
            return Task.FromResult(index < 0 ? (long?)null : 100 + index);
        },
        Now);
}
