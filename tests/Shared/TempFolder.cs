namespace F2bBroker.Tests;

/// <summary>A temporary folder. Disposing it deletes the folder; <c>./test.sh</c> deletes those of a cancelled run.</summary>
internal sealed class TempFolder : IDisposable
{
    private static readonly string Parent = Environment.GetEnvironmentVariable("F2B_TEST_RUN") ?? System.IO.Path.GetTempPath();

    private readonly DirectoryInfo folder = Directory.CreateDirectory(
        System.IO.Path.Combine(Parent, $"f2bbroker-test-{System.IO.Path.GetRandomFileName()[..8]}"),
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public string Path => folder.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => folder.Delete(recursive: true);
}
