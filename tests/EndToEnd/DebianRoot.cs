namespace F2bBroker.EndToEndTests;

/// <summary>A clean Debian in a folder, with fail2ban and the dependencies of the package. No service starts in it.</summary>
internal sealed class DebianRoot(Debian debian) : IDisposable
{
    private const string Mirror = "http://deb.debian.org/debian";

    // Mounts /proc, which the .NET runtime needs, while the command runs.
    private const string Enter = """mount -t proc proc "$0/proc" && exec chroot "$0" sh -ec "$1" """;

    // apt-get finds an order of installation that debootstrap does not find. No service starts.
    private const string AddPackages = """
        mount -t proc proc "$0/proc" && DEBIAN_FRONTEND=noninteractive exec chroot "$0" sh -ec '
            printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d
            chmod 755 /usr/sbin/policy-rc.d
            apt-get -qq update
            apt-get -qq --yes --no-install-recommends install $0
            rm /usr/sbin/policy-rc.d' "$1"
        """;

    private readonly TempFolder folder = new();

    public string Folder => folder.Path;

    /// <summary>Returns the reason why it cannot be created on this machine; null if it can.</summary>
    public static async Task<string?> FindObstacleAsync()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "Creating a Debian root needs root.";
        }

        using HttpClient mirror = new() { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using HttpResponseMessage answer = await mirror.GetAsync($"{Mirror}/dists/{Debian.Booted.Suite}/InRelease");
            return answer.IsSuccessStatusCode ? null : $"{Mirror} answers {answer.StatusCode}.";
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return $"{Mirror} does not answer: {failure.Message}";
        }
    }

    /// <summary>Installs a minimal Debian and additional packages into an empty folder.</summary>
    public static async Task BootstrapAsync(Debian debian, string folder, string packages)
    {
        await SucceedsAsync("debootstrap", "--variant=minbase", debian.Suite, folder, Mirror);
        // The folder is the root directory of this Debian. Users other than root must be able to enter it.
        File.SetUnixFileMode(
            folder,
            File.GetUnixFileMode(folder)
                | UnixFileMode.GroupRead
                | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead
                | UnixFileMode.OtherExecute);
        await SucceedsAsync("unshare", "--mount", "sh", "-ec", AddPackages, folder, packages);
    }

    public async Task InstallAsync()
    {
        await BootstrapAsync(debian, Folder, "adduser fail2ban logrotate libssl3");
        string policy = folder["usr/sbin/policy-rc.d"];
        await File.WriteAllTextAsync(policy, "#!/bin/sh\nexit 101\n");
        File.SetUnixFileMode(policy, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Debian's sshd jail needs it. Without it, fail2ban starts no jail.
        await File.WriteAllTextAsync(folder["var/log/auth.log"], "");
    }

    /// <summary>Runs a shell command in it. Returns the output.</summary>
    public async Task<string> RunAsync(string command)
    {
        Built.Outcome outcome = await Built.RunAsync("unshare", ["--mount", "sh", "-c", Enter, Folder, command]);
        Assert.True(outcome.ExitCode == 0, $"{command}\n{outcome.Output}{outcome.Errors}");
        return outcome.Output.Trim();
    }

    public void Dispose() => folder.Dispose();

    private static async Task SucceedsAsync(string program, params string[] arguments)
    {
        Built.Outcome outcome = await Built.RunAsync(program, arguments);
        Assert.True(outcome.ExitCode == 0, $"{outcome.Output}{outcome.Errors}");
    }
}
