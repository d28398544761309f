using F2bBroker.Fuzz;
using SharpFuzz;

switch (args)
{
    // Changes the assemblies so that they report to AFL which branches an input takes. The files must be copies that nobody else runs.
    case ["--instrument", .. { Length: > 0 } assemblies]:
        foreach (string assembly in assemblies)
        {
            Fuzzer.Instrument(assembly, _ => true, Options.Value);
        }

        return 0;

    // Under AFL, each input in turn; otherwise the standard input once.
    case [var name] when FuzzTargets.All.TryGetValue(name, out Action<byte[]>? run):
        Fuzzer.OutOfProcess.Run(input => run(ReadAll(input)));
        return 0;

    case [var name, .. var files] when FuzzTargets.All.TryGetValue(name, out Action<byte[]>? run):
        foreach (string file in files)
        {
            Console.WriteLine(file);
            run(File.ReadAllBytes(file));
        }

        return 0;

    default:
        Console.Error.WriteLine($"usage: F2bBroker.Fuzz {string.Join('|', FuzzTargets.All.Keys)} [FILE...] | --instrument ASSEMBLY...");
        return 64;
}

static byte[] ReadAll(Stream input)
{
    using MemoryStream bytes = new();
    input.CopyTo(bytes);
    return bytes.ToArray();
}
