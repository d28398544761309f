using F2bBroker.Consumer.Refusals;
using F2bBroker.UnitTests.Daemon;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace F2bBroker.UnitTests.Consumer;

public sealed class ThrottledRefusalLogTests
{
    private readonly FakeTimeProvider clock = Some.Clock();
    private readonly LoggedMessages log = new();

    [Fact]
    public void The_first_refusal_of_each_sender_is_logged_at_once_and_the_others_of_the_minute_as_a_count()
    {
        ThrottledRefusalLog refusalLog = new("q_error", log, clock);
        for (int i = 0; i < 1000; i++)
        {
            refusalLog.LogRefusal("web1", "the body is empty", isKept: i < 700);
            refusalLog.LogRefusal("", "user_id is missing", isKept: true);
        }

        string[] first =
        [
            "Refused a message of 'web1': the body is empty. It is in q_error.",
            "Refused a message of an unknown sender: user_id is missing. It is in q_error.",
        ];
        Assert.Equal(first, log.Sentences);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(
            [.. first, "Refused more messages: 699 of 'web1', 300 of 'web1' without a copy, 999 of an unknown sender."],
            log.Sentences);
        refusalLog.LogRefusal("web1", "the body is not JSON", isKept: false);
        refusalLog.LogRefusal("web1", "the body is not JSON", isKept: true);
        Assert.Equal("Refused a message of 'web1': the body is not JSON. Too many were refused, so no copy is kept.", log.Sentences[^1]);
        refusalLog.Dispose();
        Assert.Equal("Refused more messages: 1 of 'web1'.", log.Sentences[^1]);
        Assert.Equal(5, log.Sentences.Count);
        Assert.All(log.Levels, level => Assert.Equal(LogLevel.Error, level));
    }
}
