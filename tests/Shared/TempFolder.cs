namespace F2bBroker.Tests;

/// <summary>A temporary folder. Disposing it deletes the folder.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("f2bbroker-test-");

    public string Path => folder.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => folder.Delete(recursive: true);
}
