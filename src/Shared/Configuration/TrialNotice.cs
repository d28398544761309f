namespace F2bBroker.Shared.Configuration;

/// <summary>The sentence that says whose bans are on trial.</summary>
internal static class TrialNotice
{
    /// <summary>Returns the sentence; null if no server is on trial.</summary>
    public static string? Find(ConsumerSettings consumer)
    {
        string[] others =
        [
            .. consumer.From.Where(server => server.Value.IsTrial != consumer.Default.IsTrial).Select(server => server.Key).Order(),
        ];
        string names = string.Join(", ", others);
        string? start = (consumer.Default.IsTrial, others.Length > 0) switch
        {
            (true, false) => "Trial is on ([consumer] trial): the bans of all servers",
            (true, true) => $"Trial is on ([consumer] trial): the bans of all servers except {names}",
            (false, true) => $"Trial is on for {names} ([from NAME] trial): their bans",
            _ => null,
        };
        return start is null ? null : $"{start} are written as Trial, and fail2ban bans none of them.";
    }
}
