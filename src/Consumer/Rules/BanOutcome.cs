namespace F2bBroker.Consumer.Rules;

/// <summary>The outcome for a received ban.</summary>
internal abstract record BanOutcome
{
    /// <summary>The ban is in the monitored log.</summary>
    /// <param name="Line">The text of its line, without the date.</param>
    internal sealed record Written(string Line) : BanOutcome;

    /// <summary>The ban was written before.</summary>
    internal sealed record Duplicate : BanOutcome;

    /// <summary>An operator has pardoned its address or its server.</summary>
    internal sealed record Pardoned : BanOutcome;

    /// <summary>An earlier <c>Trial</c> line stays as it is, because the quorum was raised.</summary>
    internal sealed record BelowQuorum : BanOutcome
    {
        public const string Reason = "below the quorum";
    }

    /// <summary>Its server reported too many bans and is quarantined.</summary>
    internal sealed record Quarantined(DateTimeOffset Until) : BanOutcome;
}
