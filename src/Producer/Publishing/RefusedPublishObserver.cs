using MassTransit;
using PublishException = RabbitMQ.Client.Exceptions.PublishException;

namespace F2bBroker.Producer.Publishing;

/// <summary>
/// Ends the attempt whose message the broker refused (basic.nack). MassTransit takes the refusal for a lost connection and silently
/// publishes again on the same channel.
/// </summary>
internal sealed class RefusedPublishObserver : IPublishObserver
{
    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class =>
        exception.InnerException is PublishException { IsReturn: false } refusal && context.TryGetPayload(out PublishAttempt? attempt)
            ? attempt.RefuseAsync(refusal)
            : Task.CompletedTask;
}
