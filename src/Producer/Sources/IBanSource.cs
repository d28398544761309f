namespace F2bBroker.Producer.Sources;

/// <summary>Where fail2ban logs its bans: a log file or the systemd journal.</summary>
internal interface IBanSource : IDisposable
{
    /// <summary>How far it was read.</summary>
    Position Position { get; }

    /// <summary>For messages to people: what is read, and from where on.</summary>
    string Description { get; }

    /// <summary>Goes on at a position, or gives false when that is one of another kind of source.</summary>
    bool TryStartAt(Position position);

    void StartAtBeginning();

    Task StartAtEndAsync(CancellationToken stopping);

    /// <summary>Everything from there on, in order, for ever.</summary>
    IAsyncEnumerable<SourceSegment> ReadAsync(CancellationToken stopping);
}
