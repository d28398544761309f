namespace F2bBroker.Fuzz;

/// <summary>A temporary file with an input, alone in its folder. Disposing it deletes the folder.</summary>
internal sealed class InputFile : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("f2bbroker-fuzz-");

    public InputFile(string name, ReadOnlySpan<byte> content)
    {
        Path = this[name];
        File.WriteAllBytes(Path, content);
    }

    public string Path { get; }

    /// <summary>Returns the path of another file in the folder.</summary>
    public string this[string name] => System.IO.Path.Combine(folder.FullName, name);

    public void Dispose() => folder.Delete(recursive: true);
}
