namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>
/// Changes lines as a broken disk or an attacker could: inserts, removes, repeats, moves and replaces bytes, changes case, joins lines.
/// </summary>
internal sealed class Mutation(Random random)
{
    private const int MaxSteps = 3;
    private const byte CaseBit = 0x20;

    private static readonly byte[] Significant = [.. " \t\r\n\0\v[]:/.,0123456789afAF"u8];

    /// <param name="line">The line to change.</param>
    /// <param name="other">The line from which parts are inserted.</param>
    public byte[] Apply(byte[] line, byte[] other)
    {
        for (int steps = random.Next(1, MaxSteps + 1); steps > 0; steps--)
        {
            line = Step(line, other);
        }

        return line;
    }

    private byte[] Step(byte[] line, byte[] other)
    {
        (int from, int to) = Range(line);
        return random.Next(9) switch
        {
            0 => [.. line[..from], Byte(), .. line[from..]],
            1 => [.. line[..from], .. line[to..]],
            2 => [.. line[..to], .. line[from..]],
            3 => [.. line[..from], .. line[to..], .. line[from..to]],
            4 => [.. line[..from], .. other[random.Next(other.Length + 1)..]],
            5 => [.. line[..from], .. Piece(other), .. line[to..]],
            6 => line[..from],
            7 => [.. line[..from], .. line[from..to].Select(b => char.IsAsciiLetter((char)b) ? (byte)(b ^ CaseBit) : b), .. line[to..]],
            _ => [.. line[..from], Byte(), .. line[Math.Min(from + 1, line.Length)..]],
        };
    }

    private byte[] Piece(byte[] line)
    {
        (int from, int to) = Range(line);
        return line[from..to];
    }

    /// <summary>Returns a random range, usually a short one.</summary>
    private (int From, int To) Range(byte[] line)
    {
        int from = random.Next(line.Length + 1);
        int length = random.Next(random.Next(4) == 0 ? line.Length + 1 : 3);
        return (from, Math.Min(from + length, line.Length));
    }

    private byte Byte() => random.Next(4) == 0 ? (byte)random.Next(256) : Significant[random.Next(Significant.Length)];
}
