using F2bBroker.Contracts;

namespace F2bBroker.UnitTests.Contracts;

public sealed class QueueTypeTests
{
    [Theory]
    [InlineData("classic", "", "")]
    [InlineData("quorum", "x-queue-type=quorum x-single-active-consumer=True", "x-queue-type=quorum")]
    [InlineData("stream", "", "")]
    public void A_type_has_its_name_and_the_arguments_of_its_queues(string name, string banQueue, string errorQueue)
    {
        QueueType type = QueueType.Parse(name)!;
        Assert.Equal((name, name), (type.Name, type.ToString()));
        Assert.Equal((banQueue, errorQueue), (Text(type.BanQueueArguments), Text(type.ErrorQueueArguments)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Classic")]
    public void Another_word_is_not_a_type(string word) => Assert.Null(QueueType.Parse(word));

    private static string Text(IReadOnlyDictionary<string, object?> arguments) =>
        string.Join(' ', arguments.Select(argument => $"{argument.Key}={argument.Value}").Order(StringComparer.Ordinal));
}
