using System.Security.Cryptography;
using System.Text;
using F2bBroker.Consumer.Writing;
using F2bBroker.Contracts;
using F2bBroker.Shared.Messaging;

namespace F2bBroker.Consumer.Streaming;

/// <summary>The position in the stream: process → flush to disk → move. It is written to the monitored log at most once a minute.</summary>
internal sealed class StreamProgress(BanWriter writer, TimeProvider time)
{
    public static readonly TimeSpan WriteInterval = TimeSpan.FromMinutes(1);

    private const int HashBytes = 16;

    private long? writtenAt;
    private bool isWritten = true;

    /// <summary>The last processed message; null before the first one.</summary>
    public PositionLine? Position { get; private set; }

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

    /// <summary>Moves to a message. It and all before it are processed, and their bans are on disk.</summary>
    public void MoveTo(StreamMessage message)
    {
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
