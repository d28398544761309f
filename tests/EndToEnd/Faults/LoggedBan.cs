namespace F2bBroker.EndToEndTests.Faults;

/// <summary>A ban as fail2ban logs it (with its LF), and the text after the first date that a peer's monitored log must contain.</summary>
internal sealed record LoggedBan(string Address, string Line, string Identity)
{
    /// <summary>Returns the ban with that number, dated now. Each number has its own address.</summary>
    public static LoggedBan Number(int number, string server) =>
        Now($"198.{18 + number / 65536}.{number / 256 % 256}.{number % 256}", server);

    /// <summary>Returns the ban of an address, dated now.</summary>
    public static LoggedBan Now(string address, string server)
    {
        DateTimeOffset now = TimeProvider.System.GetLocalNow();
        return new LoggedBan(
            address,
            $"{now:yyyy-MM-dd HH:mm:ss,fff} fail2ban.actions        [1674]: NOTICE  [sshd] Ban {address}\n",
            $"Ban {address} jail=sshd server={server} detected={now.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}");
    }
}
