using F2bBroker.Contracts;
using F2bBroker.Daemon.Messaging;
using MassTransit;

namespace F2bBroker.Consumer;

/// <summary>Refuses a message whose body is far too long for a ban, before anything reads it.</summary>
internal sealed class SizeFilter(ErrorQueue errors) : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) => context.Body.Length is { } length and > Body.Longest
        ? errors.RefuseAsync(context, new Refusal($"{Body.TooLong(length)}; its first {Body.Longest} stand here", RefusalKind.Length))
        : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("size");
}
