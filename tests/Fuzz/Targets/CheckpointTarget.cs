using F2bBroker.Daemon.Health;
using F2bBroker.Producer.Publishing;
using F2bBroker.Producer.Sources;
using F2bBroker.Producer.Tailing;
using static F2bBroker.Fuzz.BrokenRuleException;

namespace F2bBroker.Fuzz.Targets;

/// <summary>A checkpoint, and the log that is continued at its position.</summary>
internal static class CheckpointTarget
{
    // The corpus has positions in this log.
    private static readonly byte[] Log =
    [
        .. "2026-11-23 02:49:54,613 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 192.0.2.1\n"u8,
        .. "2026-11-23 02:49:55,120 fail2ban.actions        [1674]: NOTICE  [sshd] Ban 192.0.2.2\n"u8,
    ];

    public static void Run(byte[] input)
    {
        using InputFile file = new("producer.checkpoint", input);
        Checkpoint checkpoint = new(file.Path);
        if (Load(checkpoint, file.Path) is not { } position)
        {
            return;
        }

        CheckSaved(checkpoint, position);
        if (position is LogPosition inLog)
        {
            File.WriteAllBytes(file["fail2ban.log"], Log);
            CheckSaved(checkpoint, ReadFrom(inLog, file["fail2ban.log"]));
        }
    }

    private static Position? Load(Checkpoint checkpoint, string path)
    {
        try
        {
            Position? position = checkpoint.Load();
            ThrowUnless(position is not null, "A file is not a first start.");
            return position;
        }
        catch (InvalidDataException failure)
        {
            string start = $"The checkpoint {path} does not contain a position (";
            ThrowUnless(failure.Message.StartsWith(start, StringComparison.Ordinal), "An unreadable checkpoint is named.");
            return null;
        }
    }

    private static void CheckSaved(Checkpoint checkpoint, Position position)
    {
        checkpoint.Save(position);
        ThrowUnless(checkpoint.Load() == position, "The position that was saved is loaded.");
    }

    private static LogPosition ReadFrom(LogPosition start, string path)
    {
        using LogTail tail = new(path, new HealthProblems(FixedTime.Clock), FixedTime.Clock, _ => { });
        tail.StartAt(start);
        while (tail.Read() is not null)
        {
        }

        ThrowUnless(tail.Position.Offset == Log.Length, "The log is read to its end from any position.");
        return tail.Position;
    }
}
