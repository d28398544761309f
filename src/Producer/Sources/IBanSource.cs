namespace F2bBroker.Producer.Sources;

/// <summary>Where fail2ban logs its bans: a log file or the systemd journal.</summary>
internal interface IBanSource : IDisposable
{
    /// <summary>The position up to which it was read.</summary>
    Position Position { get; }

    /// <summary>The source and the position, for log messages.</summary>
    string Description { get; }

    /// <summary>Continues at a position. Returns false if the position belongs to another kind of source.</summary>
    bool TryStartAt(Position position);

    void StartAtBeginning();

    Task StartAtEndAsync(CancellationToken stopping);

    /// <summary>Returns everything from the position on, in order, without an end.</summary>
    IAsyncEnumerable<SourceSegment> ReadAsync(CancellationToken stopping);
}
