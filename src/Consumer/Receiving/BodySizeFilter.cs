using F2bBroker.Consumer.Refusals;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;
using MassTransit;

namespace F2bBroker.Consumer.Receiving;

/// <summary>Refuses a message whose body is too long for a ban, before the body is read.</summary>
internal sealed class BodySizeFilter(ErrorQueuePublisher errors) : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) =>
        context.Body.Length is { } length and > BodyValidation.MaxBytes
            ? errors.RefuseAsync(
                context,
                new InvalidMessageException(
                    $"{BodyValidation.TooLongReason(length)}; its first {BodyValidation.MaxBytes} are kept",
                    InvalidMessageKind.Length))
            : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("size");
}
