using F2bBroker.Contracts;
using F2bBroker.EndToEndTests.Faults;

namespace F2bBroker.EndToEndTests.Model;

/// <summary>A server of the group: its daemons, its network, its disk and its clock.</summary>
internal sealed class Member : IAsyncDisposable
{
    private static readonly string[] Programs = [Built.Producer, Built.Consumer];

    private readonly RunningBroker broker;
    private readonly Cable cable;
    private readonly SmallDisk? disk;
    private readonly Server server;
    private readonly Dictionary<string, Daemon> daemons = [];
    private readonly HashSet<string> suspended = [];
    private bool isCut;
    private bool isDiskFull;
    private bool isEnrolled = true;

    private Member(RunningBroker broker, Server server, QueueType queueType, Cable cable, SmallDisk? disk)
    {
        (this.broker, this.server, QueueType, this.cable, this.disk) = (broker, server, queueType, cable, disk);
        if (disk is not null)
        {
            server.MoveBansLog(disk.Path);
        }
    }

    public string Name => server.Name;

    public QueueType QueueType { get; }

    /// <summary>True if its queue was deleted, so that a ban may be in the stream only.</summary>
    public bool HadNoQueue { get; private set; }

    /// <summary>The maximum number of lines that a kill or a full disk has torn.</summary>
    public int Torn { get; private set; }

    /// <summary>True if its consumer runs, and nothing delays it by more than its network does.</summary>
    public bool Follows => IsUp(Built.Consumer) && isEnrolled && !isCut && !isDiskFull && !suspended.Contains(Built.Consumer);

    /// <summary>True if its consumer has to read the pardons to their end before it writes a ban.</summary>
    public bool WillReadPardons => isCut || !IsUp(Built.Consumer);

    /// <summary>The last lines of each daemon's output.</summary>
    public IEnumerable<string> LastLines => daemons.SelectMany(pair =>
        pair.Value.Said.Split('\n').TakeLast(15).Prepend($"{pair.Key} of {Name}{(pair.Value.IsRunning ? "" : ", which has ended")}:"));

    /// <summary>Returns true if its producer, since its last start, has published the ban, and the broker has it.</summary>
    public bool HasPublished(ReportedBan ban) => daemons[Built.Producer].Count($"Published: {ban.Text}") > 0;

    /// <summary>The lines of its monitored log and of the rotated siblings, by file.</summary>
    public IEnumerable<string[]> Files => Rotation.Files(server.BansLog);

    /// <summary>The texts of these lines without the first date.</summary>
    public HashSet<string> Texts => [.. Files.SelectMany(file => file).Select(Server.TextOf)];

    public static async Task<Member> EnrollAsync(RunningBroker broker, string name, QueueType queueType)
    {
        Cable cable = new(broker.Host, broker.Port);
        SmallDisk? disk = Environment.IsPrivilegedProcess ? await SmallDisk.MountAsync() : null;
        Server server = await Server.EnrollAsync(broker, name, queueType, [Load.NoLimit]);
        return new Member(broker, server, queueType, cable, disk);
    }

    public async Task StartAsync()
    {
        await ChangeClockAsync(0);
        StartAll();
        // If its log is rotated or it is killed before, its next start is a first start, which reads the current log only.
        await daemons[Built.Producer].SaysAsync("Following ");
    }

    /// <summary>Appends a ban to fail2ban's log.</summary>
    public Task LogAsync(LoggedBan ban) => File.AppendAllTextAsync(server.Fail2BanLog, ban.Line);

    /// <summary>Starts the daemons that do not run, as the service manager does.</summary>
    public void StartAll()
    {
        foreach (string program in Programs.Where(program => isEnrolled && !IsUp(program)))
        {
            daemons[program] = server.Start(program, [$"F2BBROKER_BROKER__URI={cable.Uri}", .. FakeClock.FromFile(Clock)]);
        }
    }

    public async Task KillAsync(string program)
    {
        if (IsUp(program))
        {
            suspended.Remove(program);
            await daemons[program].KillAsync();
            Torn += program == Built.Consumer ? 1 : 0;
        }
    }

    public async Task StopAsync(string program)
    {
        if (IsUp(program))
        {
            await ResumeAsync(program);
            int code = await daemons[program].StopAsync();
            // SIGTERM kills a program that does not handle it yet.
            Assert.True(code is 0 or 143 || !isEnrolled, $"{program} of {Name} exits with {code}:\n{daemons[program].Said}");
        }
    }

    public async Task SuspendAsync(string program)
    {
        if (IsUp(program))
        {
            suspended.Add(program);
            await daemons[program].SuspendAsync();
        }
    }

    /// <summary>Ends every fault.</summary>
    public async Task RecoverAsync()
    {
        Mend();
        FreeDisk();
        await ChangeClockAsync(0);
        await ResumeAllAsync();
        await EnrollAgainAsync();
        StartAll();
    }

    public async Task ResumeAllAsync()
    {
        foreach (string program in suspended.ToArray())
        {
            await ResumeAsync(program);
        }
    }

    public void Cut()
    {
        cable.Cut();
        isCut = true;
    }

    public void Slow(TimeSpan by) => cable.Slow(by);

    public void Mend()
    {
        cable.Mend();
        isCut = false;
    }

    public void FillDisk()
    {
        if (disk is not null && !isDiskFull)
        {
            disk.Fill();
            isDiskFull = true;
            Torn++;
        }
    }

    public void FreeDisk()
    {
        disk?.Free();
        isDiskFull = false;
    }

    /// <summary>Sets its clock ahead of the real one.</summary>
    public Task ChangeClockAsync(int hours) => File.WriteAllTextAsync(Clock, $"+{hours}h");

    /// <summary>Rotates fail2ban's log. Like fail2ban, it writes to the renamed file until it opens the new one.</summary>
    public async Task RotateFail2BanLogAsync(LoggedBan between)
    {
        Rotation.Rotate(server.Fail2BanLog);
        await File.AppendAllTextAsync(server.Fail2BanLog + ".1", between.Line);
        await File.WriteAllTextAsync(server.Fail2BanLog, "");
    }

    /// <summary>Rotates the monitored log, if the consumer has created one since the last time.</summary>
    public void RotateBansLog()
    {
        // A full disk has no space for the compressed file.
        if (File.Exists(server.BansLog) && !isDiskFull)
        {
            Rotation.Rotate(server.BansLog);
        }
    }

    public async Task DeleteQueueAsync()
    {
        await broker.DeleteAsync($"queues/f2b/{Topology.QueueFor(Name)}");
        HadNoQueue = true;
    }

    public async Task RevokeAsync()
    {
        if (isEnrolled)
        {
            Built.Outcome revoke = await broker.AdminAsync("revoke", Name);
            Assert.True(revoke.ExitCode == 0, revoke.Errors);
            (isEnrolled, HadNoQueue) = (false, true);
        }
    }

    /// <summary>Enrolls the server if it is revoked, and starts its daemons with the new password.</summary>
    public async Task EnrollAgainAsync()
    {
        if (!isEnrolled)
        {
            await server.EnrollAgainAsync(broker);
            foreach (string program in Programs)
            {
                await StopAsync(program);
            }

            isEnrolled = true;
            StartAll();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await cable.DisposeAsync();
        await (disk?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private bool IsUp(string program) => daemons.TryGetValue(program, out Daemon? daemon) && daemon.IsRunning;

    private string Clock => Path.Combine(server.Folder, "clock");

    private async Task ResumeAsync(string program)
    {
        if (suspended.Remove(program) && IsUp(program))
        {
            await daemons[program].ResumeAsync();
        }
    }
}
