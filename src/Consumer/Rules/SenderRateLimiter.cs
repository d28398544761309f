using F2bBroker.Shared.Configuration;

namespace F2bBroker.Consumer.Rules;

/// <summary>How many messages of one sender the error queue takes within a time: a copy is far dearer than a message, and a flood is not to be copied.</summary>
internal sealed class SenderRateLimiter(RateLimit most, TimeProvider time)
{
    private readonly Dictionary<string, SenderRate> senders = [];

    /// <param name="origin">The sender that the broker vouches for, so there are not many; empty for none.</param>
    public bool TryAcquire(string origin)
    {
        lock (senders)
        {
            if (!senders.TryGetValue(origin, out SenderRate? sender))
            {
                senders[origin] = sender = new SenderRate(most, time);
            }

            return !sender.CountAndCheckLimit(age: TimeSpan.Zero);
        }
    }
}
