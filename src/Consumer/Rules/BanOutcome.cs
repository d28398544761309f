namespace F2bBroker.Consumer.Rules;

/// <summary>The outcome for a received ban.</summary>
internal abstract record BanOutcome
{
    /// <summary>It stands in the monitored log.</summary>
    /// <param name="Line">As what: its line without the date.</param>
    internal sealed record Written(string Line) : BanOutcome;

    /// <summary>It had been written before.</summary>
    internal sealed record Duplicate : BanOutcome;

    /// <summary>Its server has reported too many: it is to be refused.</summary>
    internal sealed record Quarantined(DateTimeOffset Until) : BanOutcome;
}
