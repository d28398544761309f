using PublishException = RabbitMQ.Client.Exceptions.PublishException;

namespace F2bBroker.Producer.Publishing;

/// <summary>One attempt to publish a ban. A message that the broker refuses ends it at once.</summary>
/// <param name="limit">Ends the attempt.</param>
internal sealed class PublishAttempt(CancellationTokenSource limit)
{
    /// <summary>The broker's negative confirm; null if there was none.</summary>
    public PublishException? Refusal { get; private set; }

    public Task RefuseAsync(PublishException refusal)
    {
        Refusal = refusal;
        return limit.CancelAsync();
    }
}
