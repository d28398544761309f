using F2bBroker.Consumer.Refusals;
using F2bBroker.UnitTests.Daemon;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class ThrottledRefusalLogTests
{
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly LoggedMessages told = new();

    [Fact]
    public void The_first_refusal_of_each_sender_is_told_at_once_and_the_others_of_the_minute_as_a_count()
    {
        ThrottledRefusalLog complaints = new("q_error", told, clock);
        for (int i = 0; i < 1000; i++)
        {
            complaints.LogRefusal("web1", "the body is empty", isKept: i < 700);
            complaints.LogRefusal("", "user_id is missing", isKept: true);
        }

        string[] first =
        [
            "Refused a message of 'web1': the body is empty. It is in q_error.",
            "Refused a message of an unknown sender: user_id is missing. It is in q_error.",
        ];
        Assert.Equal(first, told.Sentences);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(
            [.. first, "Refused more messages: 699 of 'web1', 300 of 'web1' without a copy, 999 of an unknown sender."],
            told.Sentences);
        complaints.LogRefusal("web1", "the body is not JSON", isKept: false);
        complaints.LogRefusal("web1", "the body is not JSON", isKept: true);
        Assert.Equal("Refused a message of 'web1': the body is not JSON. Too many were refused, so no copy is kept.", told.Sentences[^1]);
        complaints.Dispose();
        Assert.Equal("Refused more messages: 1 of 'web1'.", told.Sentences[^1]);
        Assert.Equal(5, told.Sentences.Count);
        Assert.All(told.Levels, level => Assert.Equal(LogLevel.Error, level));
    }
}
