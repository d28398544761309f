using F2bBroker.Consumer.Rules;

namespace F2bBroker.UnitTests.Properties;

/// <summary>An event of a consumer's life.</summary>
internal abstract record ConsumerStep
{
    /// <summary>A ban arrives.</summary>
    /// <param name="SecondsOld">Its age.</param>
    internal sealed record Arrive(string Server, string Ip, int SecondsOld, DeliverySource Source) : ConsumerStep;

    /// <summary>A ban that arrived earlier arrives again: the broker delivers it again, or an operator requeues it.</summary>
    /// <param name="Number">Selects the ban.</param>
    internal sealed record ArriveAgain(int Number, DeliverySource Source) : ConsumerStep;

    internal sealed record Wait(int Seconds) : ConsumerStep;

    /// <summary>The system's clock is changed. Other clocks are not.</summary>
    internal sealed record ChangeClock(int Seconds) : ConsumerStep;

    /// <summary>The log is renamed.</summary>
    internal sealed record Rotate : ConsumerStep;

    /// <param name="IsRotated">True if the log is renamed while the consumer is stopped.</param>
    /// <param name="IsTrial">True if web3 is on trial from then on.</param>
    internal sealed record Restart(bool IsRotated, bool IsTrial) : ConsumerStep;

    /// <summary>A kill within a write leaves a part of a line. The ban was not acknowledged, and arrives again.</summary>
    /// <param name="Missing">The number of missing characters.</param>
    internal sealed record Kill(string Server, string Ip, int Missing) : ConsumerStep;

    /// <param name="Ip">The pardoned address or network; null if a server is pardoned.</param>
    /// <param name="Seconds">The time to the end; 0 ends it; null if it never ends.</param>
    internal sealed record TakeBack(string? Ip, string? Server, int? Seconds) : ConsumerStep;
}
