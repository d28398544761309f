using F2bBroker.Contracts;

namespace F2bBroker.Producer;

/// <summary>Where fail2ban tells of its bans: a log file, or the journal.</summary>
internal interface IBanSource : IDisposable
{
    /// <summary>How far it was read.</summary>
    Position Position { get; }

    /// <summary>For messages to people: what is read, and from where on.</summary>
    string Place { get; }

    /// <summary>Goes on at a position, or gives false when that is one of another kind of source.</summary>
    bool TryStartAt(Position position);

    void StartAtBeginning();

    Task StartAtEndAsync(CancellationToken stopping);

    /// <summary>Everything from there on, in order, for ever.</summary>
    IAsyncEnumerable<Stretch> ReadAsync(CancellationToken stopping);
}

/// <summary>A stretch that was read.</summary>
/// <param name="End">The position behind it.</param>
/// <param name="LooksLikeBan">Whether it tells of a ban at first sight, so that it is counted when it is none.</param>
/// <param name="Ban">The ban that it tells of.</param>
internal readonly record struct Stretch(Position End, bool LooksLikeBan, Ban? Ban);
