namespace F2bBroker.EndToEndTests;

/// <summary>The files of the arm64 package and of the Debian packages that it depends on. Its programs run in an emulator.</summary>
public sealed class Arm64Root : DebianFixture
{
    private readonly TempFolder folder = new();

    public string Package { get; private set; } = "";

    /// <summary>Returns the program and the arguments that start a program of the package.</summary>
    internal (string Program, string[] Arguments) Emulate(string name, params string[] arguments) =>
        ("qemu-aarch64-static", ["-L", folder["root"], folder[$"root/usr/lib/f2bbroker/{name}"], .. arguments]);

    public override ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task SetUpAsync()
    {
        Package = await BuiltPackage.BuildAsync(folder.Path, "arm64");
        // Without the second stage of debootstrap, which would run arm64 programs in a chroot.
        const string Script = """
            debootstrap --foreign --arch=arm64 --variant=minbase --include=adduser,libssl3,libstdc++6,tzdata bookworm "$1" "$2"
            for package in "$1"/var/cache/apt/archives/*.deb "$3"; do dpkg-deb --extract "$package" "$1"; done
            """;
        Built.Outcome outcome = await Built.RunAsync("sh", ["-ec", Script, "sh", folder["root"], DebianRoot.Mirror, Package]);
        Assert.True(outcome.ExitCode == 0, $"{outcome.Output}{outcome.Errors}");
    }
}
