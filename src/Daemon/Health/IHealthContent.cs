using F2bBroker.Contracts;

namespace F2bBroker.Daemon.Health;

/// <summary>What a daemon's health messages contain in addition to what both daemons report.</summary>
internal interface IHealthContent
{
    /// <summary>The program: <see cref="HealthMessage.Producer"/> or <see cref="HealthMessage.Consumer"/>.</summary>
    string Program { get; }

    /// <summary>Returns the message with the daemon's own fields.</summary>
    HealthMessage AddTo(HealthMessage message);
}
