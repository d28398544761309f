using System.Text;
using F2bBroker.Fuzz.Oracles;

namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>A log of generated and mutated lines, and the bans that the oracle finds in it.</summary>
internal sealed class FuzzedLog
{
    private readonly MemoryStream text = new();
    private readonly Dictionary<long, TrueBan> bans = [];

    /// <summary>The text of the log.</summary>
    public ReadOnlySpan<byte> Text => text.GetBuffer().AsSpan(0, (int)text.Length);

    /// <summary>The bans, each by the offset after its line.</summary>
    public IReadOnlyDictionary<long, TrueBan> Bans => bans;

    public int Generated { get; private set; }

    public int Mutated { get; private set; }

    /// <param name="seeds">The lines that are mutated first.</param>
    public static FuzzedLog Create(int lines, Random random, IEnumerable<byte[]> seeds, SimulatedFail2Ban fail2ban, Oracle oracle)
    {
        FuzzedLog log = new();
        Mutation mutation = new(random);
        List<byte[]> pool = [.. seeds];
        while (log.Generated + log.Mutated < lines)
        {
            if (random.Next(2) == 0)
            {
                (string line, TrueBan? ban) = fail2ban.Next();
                Assert.Equal((line, ban), (line, oracle.FindBan(line)));
                pool.Add(Encoding.UTF8.GetBytes(line));
                log.Generated += log.Write(pool[^1], oracle);
            }
            else
            {
                log.Mutated += log.Write(mutation.Apply(pool[random.Next(pool.Count)], pool[random.Next(pool.Count)]), oracle);
            }
        }

        return log;
    }

    /// <summary>Returns the line that ends at the offset, with unprintable characters escaped.</summary>
    public string LineBefore(long end)
    {
        ReadOnlySpan<byte> line = Text[..((int)end - 1)];
        return string.Concat(
            Encoding
                .UTF8.GetString(line[(line.LastIndexOf((byte)'\n') + 1)..])
                .Select(c => c is >= ' ' and <= '~' ? $"{c}" : $"\\u{(int)c:x4}"));
    }

    private int Write(byte[] bytes, Oracle oracle)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        int start = 0;
        foreach (string line in lines)
        {
            int end = bytes.AsSpan(start).IndexOf((byte)'\n') is >= 0 and var length ? start + length : bytes.Length;
            text.Write(bytes.AsSpan(start, end - start));
            text.WriteByte((byte)'\n');
            if (oracle.FindBan(line) is { } ban)
            {
                bans.Add(text.Length, ban);
            }

            start = end + 1;
        }

        return lines.Length;
    }
}
