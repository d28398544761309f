namespace F2bBroker.EndToEndTests.Model;

/// <summary>An event in a group's life. It does nothing where it is impossible.</summary>
/// <param name="Text">What happens, for a failure's message.</param>
internal sealed record Step(string Text, Func<ModelGroup, Task> DoAsync)
{
    private static readonly string[] Daemons = [Built.Producer, Built.Consumer, Built.Consumer];

    /// <summary>Returns steps of all kinds in random order.</summary>
    public static Step[] Shuffle(Random random)
    {
        Step[] steps =
        [
            .. Many(24, () => Report(Server(), random.Next(1, 20))),
            .. Many(8, () => ReportAgain(Server(), Address())),
            .. Many(7, () => OfDaemon("kill", Server(), Daemon(), (member, program) => member.KillAsync(program))),
            .. Many(4, () => OfDaemon("stop", Server(), Daemon(), (member, program) => member.StopAsync(program))),
            .. Many(8, () => Of("start", Server(), member => member.StartAll())),
            .. Many(3, () => OfDaemon("suspend", Server(), Daemon(), (member, program) => member.SuspendAsync(program))),
            .. Many(3, () => Of("resume", Server(), member => member.ResumeAllAsync())),
            .. Many(3, () => Of("cut the network of", Server(), member => member.Cut())),
            .. Many(2, () => Of("slow the network of", Server(), member => member.Slow(TimeSpan.FromMilliseconds(random.Next(200))))),
            .. Many(4, () => Of("mend the network of", Server(), member => member.Mend())),
            .. Many(2, () => Of("fill the disk of", Server(), member => member.FillDisk())),
            .. Many(3, () => Of("free the disk of", Server(), member => member.FreeDisk())),
            .. Many(3, () => On("rotate fail2ban's log of", Server(), (group, server) => group.RotateFail2BanLogAsync(server))),
            .. Many(4, () => Of("rotate the monitored log of", Server(), member => member.RotateBansLog())),
            .. Many(2, () => Of("advance by 2 hours the clock of", Server(), member => member.ChangeClockAsync(2))),
            .. Many(2, () => Of("correct the clock of", Server(), member => member.ChangeClockAsync(0))),
            On("revoke", Server(), (group, server) => group.RevokeAsync(server)),
            .. Many(2, () => On("enroll again", Server(), (group, server) => group.EnrollAgainAsync(server))),
            .. Many(3, () => On("pardon", Address(), (group, address) => group.PardonAsync(address))),
            On("end the pardon of", Address(), (group, address) => group.EndPardonAsync(address)),
            On("delete the queue of", Server(), (group, server) => group.DeleteQueueAsync(server)),
            new("delete the stream, then init", group => group.DeleteStreamAsync()),
            new("kill the broker", group => group.StopBrokerAsync(isKill: true)),
            new("stop the broker", group => group.StopBrokerAsync(isKill: false)),
            .. Many(2, () => new Step("start the broker", group => group.StartBrokerAsync())),
            .. Many(8, () => Wait(random.Next(2000))),
        ];
        random.Shuffle(steps);
        return steps;

        string Server() => ModelGroup.Names[random.Next(ModelGroup.Names.Length)];

        string Address() => ModelGroup.Pardonable[random.Next(ModelGroup.Pardonable.Length)];

        string Daemon() => Daemons[random.Next(Daemons.Length)];
    }

    private static IEnumerable<Step> Many(int count, Func<Step> create) => Enumerable.Range(0, count).Select(_ => create());

    private static Step Report(string server, int count) =>
        new($"{server} reports {count} addresses", group => group.ReportAsync(server, count));

    private static Step ReportAgain(string server, string address) =>
        new($"{server} reports {address}", group => group.ReportAsync(server, address));

    private static Step OfDaemon(string what, string server, string program, Func<Member, string, Task> act) =>
        new($"{what} {program} of {server}", group => act(group[server], program));

    private static Step Of(string what, string server, Func<Member, Task> act) => new($"{what} {server}", group => act(group[server]));

    private static Step Of(string what, string server, Action<Member> act) => new(
        $"{what} {server}",
        group =>
        {
            act(group[server]);
            return Task.CompletedTask;
        });

    private static Step On(string what, string name, Func<ModelGroup, string, Task> act) =>
        new($"{what} {name}", group => act(group, name));

    private static Step Wait(int milliseconds) =>
        new($"wait {milliseconds} ms", _ => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System));
}
