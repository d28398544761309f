namespace F2bBroker.EndToEndTests;

/// <summary>The package is installed from a signed repository, and apt refuses what was changed or signed with another key.</summary>
[Trait("Form", "package")]
public sealed class RepositoryTests : IClassFixture<PackageAndRoot>, IAsyncLifetime
{
    // Debian's own repository is left out.
    private const string Only = "-o Dir::Etc::sourcelist=sources.list.d/f2bbroker.list -o Dir::Etc::sourceparts=-";

    private readonly TempFolder folder = new();
    private readonly List<AptRepository> repositories = [];
    private readonly BuiltPackage built;
    private readonly PackageAndRoot debians;
    private DebianRoot root = null!;

    public RepositoryTests(PackageAndRoot debians, BuiltPackage built)
    {
        debians.SkipIfMissing();
        (this.debians, this.built) = (debians, built);
    }

    public async ValueTask InitializeAsync()
    {
        root = await debians.ShareAsync();
        await File.WriteAllTextAsync(Path.Combine(root.Folder, "etc/apt/apt.conf.d/90yes"), "APT::Get::Assume-Yes yes;");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (AptRepository repository in repositories)
        {
            await repository.DisposeAsync();
        }

        // apt uses a package that it has downloaded before.
        await root.RunAsync(
            "dpkg --purge f2bbroker; apt-get clean; rm -f /etc/apt/sources.list.d/f2bbroker.list /var/lib/apt/lists/127*");
        folder.Dispose();
    }

    [Fact]
    public async Task The_package_is_installed_upgraded_and_set_back_to_the_version_before()
    {
        AptRepository repository = await ServeAsync(await built.FirstAsync());
        await root.RunAsync(Commands(repository));
        Assert.Equal("0.1.0", await root.RunAsync("f2bbroker --version"));
        await repository.PublishAsync(await built.FileAsync());
        await root.RunAsync("apt-get update; apt-get install f2bbroker </dev/null");
        Assert.Equal("0.2.0\n0.2.0\n0.2.0", await root.RunAsync("for p in '' -producer -consumer; do f2bbroker$p --version; done"));
        await root.RunAsync("apt-get install --allow-downgrades f2bbroker=0.1.0 </dev/null");
        Assert.Equal("0.1.0", await root.RunAsync("f2bbroker --version"));
    }

    [Fact]
    public async Task A_repository_that_another_key_has_signed_is_refused()
    {
        AptRepository trusted = await ServeAsync(await PackAsync("1"));
        AptRepository other = await ServeAsync(await PackAsync("2"));
        Trust(trusted);
        Built.Outcome outcome = await root.TryAsync(Commands(other));
        Assert.Equal(100, outcome.ExitCode);
        Assert.Contains("InRelease' is not signed.", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(100, (await root.TryAsync("apt-get install f2bbroker")).ExitCode);

        // The same on a server that has already used the repository of its own key.
        await root.RunAsync(Commands(trusted));
        foreach (string file in new[] { "InRelease", "Release", "Release.gpg", "main" })
        {
            await trusted.RunAsync($"cp -rT {other.Folder}/dists/stable/{file} {trusted.Folder}/dists/stable/{file}");
        }

        await trusted.RunAsync($"cp {other.Folder}/pool/* {trusted.Folder}/pool");
        outcome = await root.TryAsync($"apt-get update {Only} -o APT::Update::Error-Mode=any");
        Assert.Equal(100, outcome.ExitCode);
        // The words of gpgv, and of sqv in newer versions of Debian.
        Assert.Matches("NO_PUBKEY|Missing key", outcome.Errors);
        await root.RunAsync("apt-get install f2bbroker");
        Assert.Equal("1", await InstalledAsync());
    }

    [Fact]
    public async Task A_package_that_was_changed_after_the_signature_is_refused()
    {
        AptRepository repository = await ServeAsync(await PackAsync("1"));
        string published = Assert.Single(Directory.GetFiles(Path.Combine(repository.Folder, "pool")));
        byte[] content = File.ReadAllBytes(published);
        content[^1] ^= 1;
        File.WriteAllBytes(published, content);
        Built.Outcome outcome = await root.TryAsync(Commands(repository));
        Assert.Equal(100, outcome.ExitCode);
        Assert.Contains("Hash Sum mismatch", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal("", await InstalledAsync());
    }

    [Fact]
    public async Task An_index_that_was_changed_after_the_signature_is_refused()
    {
        AptRepository repository = await ServeAsync(await PackAsync("1"));
        await repository.RunAsync($"find {repository.Folder}/dists -path '*/main/*' -type f -exec dd of={{}} bs=1 count=1 if=/dev/zero "
            + "conv=notrunc status=none ';'");
        Built.Outcome outcome = await root.TryAsync(Commands(repository));
        Assert.Equal(100, outcome.ExitCode);
        Assert.Contains("Hash Sum mismatch", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_reads_while_versions_are_published_always_sees_a_whole_repository()
    {
        AptRepository repository = await ServeAsync(await PackAsync("1"));
        await root.RunAsync(Commands(repository));
        string[] packages = await Task.WhenAll(Enumerable.Range(2, 10).Select(version => PackAsync($"{version}")));
        using CancellationTokenSource published = new();
        Task<int> reading = ReadAsync(published.Token);
        foreach (string package in packages)
        {
            await repository.PublishAsync(package);
        }

        await published.CancelAsync();
        Assert.True(await reading > 5);
        await root.RunAsync($"apt-get update {Only}; apt-get install f2bbroker");
        Assert.Equal("11", await InstalledAsync());
        Assert.Equal(11, (await root.RunAsync("apt-cache madison f2bbroker")).Split('\n').Length);
    }

    [Fact]
    public async Task A_published_version_is_not_replaced_and_the_secret_key_stays_where_it_is()
    {
        string package = await PackAsync("1");
        AptRepository repository = await CreateAsync(package);
        await repository.PublishAsync(package);
        string before = await repository.RunAsync($"find {repository.Folder} -type f -exec sha256sum {{}} + | sort");
        Built.Outcome outcome = await repository.TryPublishAsync(await PackAsync("1", "changed"));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("f2bbroker_1_amd64.deb is already published with another content.", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(before, await repository.RunAsync($"find {repository.Folder} -type f -exec sha256sum {{}} + | sort"));

        string kinds = await repository.RunAsync($"gpg --with-colons --show-keys {repository.Key} | cut -d: -f1");
        Assert.Equal("pub\nfpr\nuid", kinds);
        Assert.Equal("", await repository.RunAsync($"grep -rl 'PRIVATE KEY' {repository.Folder} || true"));
        Assert.Equal("dists\nf2bbroker.asc\npool", await repository.RunAsync($"ls -A {repository.Folder}"));
    }

    private static string Commands(AptRepository repository) => $"cd /tmp\n{repository.InstallCommands}";

    /// <summary>Creates a repository and serves it, and gives its key to the root.</summary>
    private async Task<AptRepository> ServeAsync(string package)
    {
        AptRepository repository = await CreateAsync(package);
        await repository.ServeAsync("127.0.0.1");
        Trust(repository);
        return repository;
    }

    private void Trust(AptRepository repository) =>
        File.Copy(repository.Key, Path.Combine(root.Folder, "tmp/f2bbroker.asc"), overwrite: true);

    private async Task<AptRepository> CreateAsync(string package)
    {
        AptRepository repository = await AptRepository.CreateAsync(package);
        repositories.Add(repository);
        return repository;
    }

    /// <summary>Reads the repository until it is cancelled. Returns how often.</summary>
    private async Task<int> ReadAsync(CancellationToken cancel)
    {
        int times = 0;
        for (; !cancel.IsCancellationRequested; times++)
        {
            await root.RunAsync($"apt-get update {Only} -o APT::Update::Error-Mode=any");
        }

        return times;
    }

    private async Task<string> InstalledAsync() =>
        (await root.TryAsync("dpkg-query -f '${Version}' -W f2bbroker 2>/dev/null")).Output.Trim();

    /// <summary>Creates a small package of that name and version.</summary>
    private async Task<string> PackAsync(string version, string content = "")
    {
        string raw = folder[$"{version}{content}"];
        Directory.CreateDirectory(Path.Combine(raw, "DEBIAN"));
        Directory.CreateDirectory(Path.Combine(raw, "usr/share"));
        await File.WriteAllTextAsync(Path.Combine(raw, "usr/share/f2bbroker-test"), content);
        await File.WriteAllTextAsync(
            Path.Combine(raw, "DEBIAN/control"),
            $"Package: f2bbroker\nVersion: {version}\nArchitecture: amd64\nMaintainer: test <test@example.net>\nDescription: test\n");
        Built.Outcome outcome = await Built.RunAsync("dpkg-deb", ["--root-owner-group", "--build", raw, $"{raw}.deb"]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        return $"{raw}.deb";
    }
}
