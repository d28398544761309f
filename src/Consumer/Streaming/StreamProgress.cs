using System.Security.Cryptography;
using System.Text;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Consumer.Streaming;

/// <summary>
/// The position in the stream: process → flush to disk → move. It is written to the monitored log at most once a minute.
/// </summary>
/// <remarks>
/// While this host's clock may be behind, the position stays before the bans that were refused because they are dated in the future. They
/// are read again when the clock has been set forward, or at the next start. This ends after a day, because their sender's clock may be the
/// wrong one.
/// </remarks>
internal sealed class StreamProgress(BanWriter writer, TimeProvider time)
{
    public static readonly TimeSpan WriteInterval = TimeSpan.FromMinutes(1);

    private const int HashBytes = 16;

    private static readonly TimeSpan MaxHold = TimeSpan.FromDays(1);
    private static readonly TimeSpan MinClockStep = TimeSpan.FromMinutes(1);

    private long? writtenAt;
    private bool isWritten = true;
    private (long At, DateTimeOffset Clock)? held;

    /// <summary>The last processed message; null before the first one.</summary>
    public PositionLine? Position { get; private set; }

    /// <summary>True if the position is held and the clock has been set forward since.</summary>
    public bool IsToBeReadAgain =>
        held is { } since && time.GetUtcNow() - since.Clock - time.GetElapsedTime(since.At) > MinClockStep;

    /// <summary>Continues at the position of an earlier run.</summary>
    public void Load()
    {
        Position = writer.LoadedPosition;
        writtenAt = Position is null ? null : time.GetTimestamp();
    }

    /// <summary>Returns the hash of a message, by which it is recognized. The stream may be another one of the same name.</summary>
    public static string HashOf(StreamMessage message) =>
        Convert.ToHexStringLower(
            SHA256.HashData([.. Encoding.UTF8.GetBytes(message.Properties.UserId ?? ""), 0, .. message.Body.Span]).AsSpan(0, HashBytes));

    /// <summary>Returns the monotonic clock and the host's clock.</summary>
    public (long At, DateTimeOffset Clock) ReadClocks() => (time.GetTimestamp(), time.GetUtcNow());

    /// <summary>Holds the position for a while.</summary>
    /// <param name="since">The clocks before the messages were processed, because the host's clock may be set forward meanwhile.</param>
    public void Hold((long At, DateTimeOffset Clock) since) => held ??= since;

    /// <summary>Ends <see cref="Hold"/>, because the messages after the position are read again.</summary>
    public void Release() => held = null;

    /// <summary>Moves to a message, unless it is held. It and all before it are processed, and their bans are on disk.</summary>
    public void MoveTo(StreamMessage message)
    {
        if (held is { } since && time.GetElapsedTime(since.At) < MaxHold)
        {
            return;
        }

        held = null;
        Position = new PositionLine(time.GetUtcNow(), message.Offset, HashOf(message));
        isWritten = false;
    }

    /// <summary>Writes the position if it has moved and the last one was written a minute ago.</summary>
    public Task WriteIfDueAsync() =>
        writtenAt is { } last && time.GetElapsedTime(last) < WriteInterval ? Task.CompletedTask : WriteAsync();

    /// <summary>Writes the position if it has moved. Waits while the disk cannot be written.</summary>
    public async Task WriteAsync()
    {
        if (!isWritten && Position is { } reached)
        {
            await writer.WritePositionAsync(reached);
            (isWritten, writtenAt) = (true, time.GetTimestamp());
        }
    }
}
