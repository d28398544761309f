namespace F2bBroker.EndToEndTests.Machines;

/// <summary>
/// A private network: a namespace with a bridge, which also has the attackers' addresses, and a namespace for each machine.
/// </summary>
internal sealed class Lan : IAsyncDisposable
{
    /// <summary>The address of the attackers' side, through which the machines reach other addresses.</summary>
    public const string Gateway = "192.0.2.254";

    private readonly List<Daemon> holders = [];

    private Daemon Hub => holders[0];

    /// <param name="attackers">Addresses from which machines are attacked.</param>
    public static async Task<Lan> CreateAsync(params string[] attackers)
    {
        Lan lan = new();
        await lan.SuspendAsync();
        string addresses = string.Concat(attackers.Select(address => $"ip address add {address}/32 dev bridge\n"));
        await RunAsync(lan.Hub, $"""
            ip link set lo up
            ip link add bridge type bridge
            ip address add {Gateway}/24 dev bridge
            {addresses}ip link set bridge up
            """);
        return lan;
    }

    /// <summary>Adds a namespace for a machine, which replaces one of that name. Returns its file.</summary>
    public async Task<string> AddAsync(string machine, string address)
    {
        Daemon holder = await SuspendAsync();
        await RunAsync(Hub, $"""
            ! ip link show {machine} >/dev/null 2>&1 || ip link delete {machine}
            ip link add {machine} type veth peer name host0 netns {holder.Id}
            ip link set {machine} master bridge up
            """);
        await RunAsync(
            holder,
            $"ip link set lo up\nip address add {address}/24 dev host0\nip link set host0 up\nip route add default via {Gateway}");
        return Namespace(holder);
    }

    /// <summary>Takes a machine's link out of the bridge. The machine and the others notice nothing but the silence.</summary>
    public Task CutAsync(string machine) => RunAsync(Hub, $"ip link set {machine} nomaster");

    /// <summary>Puts it back.</summary>
    public Task MendAsync(string machine) => RunAsync(Hub, $"ip link set {machine} master bridge");

    /// <summary>The file of the attackers' side's namespace.</summary>
    public string Bridge => Namespace(Hub);

    /// <summary>The nsenter option that runs a command on the attackers' side.</summary>
    public string Outside => $"--net={Bridge}";

    public async ValueTask DisposeAsync()
    {
        // A namespace ends with its last process, and its links with it.
        foreach (Daemon holder in holders)
        {
            await holder.DisposeAsync();
        }
    }

    private async Task<Daemon> SuspendAsync()
    {
        Daemon holder = new("unshare", ["--net", "sleep", "infinity"]);
        holders.Add(holder);
        await holder.RunsAsync("sleep");
        return holder;
    }

    private static string Namespace(Daemon holder) => $"/proc/{holder.Id}/ns/net";

    private static async Task RunAsync(Daemon holder, string script)
    {
        Built.Outcome outcome = await Built.RunAsync("nsenter", [$"--net={Namespace(holder)}", "sh", "-ec", script]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }
}
