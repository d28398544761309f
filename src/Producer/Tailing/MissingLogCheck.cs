using F2bBroker.Daemon.Health;

namespace F2bBroker.Producer.Tailing;

/// <summary>Warns while the log does not exist for longer than a rotation takes.</summary>
/// <param name="path">The log's path.</param>
/// <param name="warn">Receives the warning, and the end of it.</param>
internal sealed class MissingLogCheck(string path, HealthProblems problems, TimeProvider time, Action<string> warn)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    private long? missingSince;
    private bool hasWarned;

    /// <summary>Call it regularly.</summary>
    public void Check()
    {
        if (File.Exists(path))
        {
            missingSince = null;
            if (hasWarned)
            {
                hasWarned = false;
                problems.Clear(nameof(MissingLogCheck));
                warn($"{path} exists again.");
            }

            return;
        }

        missingSince ??= time.GetTimestamp();
        if (!hasWarned && time.GetElapsedTime(missingSince.Value) > Tolerance)
        {
            hasWarned = true;
            string message =
                $"{path} no longer exists, so no bans are read from it. Run fail2ban-client flushlogs, or restart the program that "
                + "writes the log; it is read as soon as it exists.";
            problems.Set(nameof(MissingLogCheck), message);
            warn(message);
        }
    }
}
