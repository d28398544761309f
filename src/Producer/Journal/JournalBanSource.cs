using System.Runtime.CompilerServices;
using F2bBroker.Daemon;
using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Parsing;
using F2bBroker.Producer.Sources;

namespace F2bBroker.Producer.Journal;

/// <summary>
/// Reads fail2ban's entries of the journal from a cursor, each once and in order. If journalctl ends, it is restarted from the last entry.
/// </summary>
/// <param name="server">The server that reports the bans.</param>
/// <param name="warn">Receives warnings.</param>
internal sealed class JournalBanSource(string server, HealthProblems problems, TimeProvider time, Action<string> warn) : IBanSource
{
    private static readonly TimeSpan InitialDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    // While fail2ban logs nothing, nothing shows that journalctl works again, except that it no longer ends.
    private static readonly TimeSpan ProblemDuration = MaxDelay * 2;

    private string? cursor;
    private string? failure;

    public Position Position => new JournalPosition(cursor);

    public string Description => $"{JournalEntry.Unit} in the journal from {cursor ?? "its beginning"}";

    public bool TryStartAt(Position position)
    {
        cursor = (position as JournalPosition)?.Cursor;
        return position is JournalPosition;
    }

    public void StartAtBeginning() => cursor = null;

    /// <exception cref="IOException">The journal cannot be read.</exception>
    public async Task StartAtEndAsync(CancellationToken stopping)
    {
        using JournalctlProcess last = JournalctlProcess.Start("--lines=1");
        await foreach (JournalEntry? entry in last.ReadAsync(server, stopping))
        {
            cursor = entry?.Cursor;
        }

        if (await last.EndAsync(stopping) is { } error)
        {
            throw new IOException(error);
        }
    }

    public async IAsyncEnumerable<SourceSegment> ReadAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        Backoff backoff = new(InitialDelay, MaxDelay, time);
        while (true)
        {
            failure = null;
            // --follow shows only entries of this boot, so earlier ones are read without it first.
            for (bool follows = false; failure is null; follows = true)
            {
                await foreach (SourceSegment segment in ReadFromCursorAsync(follows, stopping))
                {
                    backoff.Reset();
                    yield return segment;
                }
            }

            string message = $"{failure} Restarting journalctl from the last entry. No ban is lost.";
            problems.Set(nameof(JournalBanSource), message, ProblemDuration);
            if (backoff.IsFirst)
            {
                warn(message);
            }

            await backoff.WaitAsync(stopping);
        }
    }

    public void Dispose()
    {
        // Each journalctl is disposed by the reading that started it.
    }

    private async IAsyncEnumerable<SourceSegment> ReadFromCursorAsync(bool follows, [EnumeratorCancellation] CancellationToken stopping)
    {
        string? from = cursor;
        bool isGone = from is not null && !follows;
        string[] options = follows ? ["--follow", "--no-tail", .. await JournalBoot.OptionsAsync(stopping)] : [];
        using JournalctlProcess journalctl = JournalctlProcess.Start([.. options, .. from is null ? [] : new[] { $"--cursor={from}" }]);
        await foreach (JournalEntry? entry in journalctl.ReadAsync(server, stopping))
        {
            // Not --after-cursor: if the cursor's entry no longer exists, that option skips the first entry after it.
            if (from is not null && entry?.Cursor == from)
            {
                isGone = false;
                continue;
            }

            cursor = entry?.Cursor ?? cursor;
            yield return new SourceSegment(
                Position,
                entry?.Ban,
                entry is null ? SkipReason.UnreadableEntry : entry.Skipped,
                entry?.Enforcement);
        }

        failure = await journalctl.EndAsync(stopping) ?? (follows ? "journalctl ended." : null);
        if (isGone && failure is null)
        {
            warn(
                "The journal no longer contains the last entry that was read. Continuing with the entry after it. A ban that was only in "
                    + "the removed entries is lost.");
        }
    }
}
