using F2bBroker.Producer.Tailing;

namespace F2bBroker.UnitTests.Producer;

/// <summary>
/// Checks that each whole line is read once and in order, from any earlier position, after random operations on the log.
/// </summary>
[Trait("Form", "long")]
public sealed class LogTailModelTests
{
    private const int Steps = 80;

    private static readonly int Runs = Soak.Times(inShort: 150, inSoak: 3000);

    [Fact]
    public void A_running_reader_reads_every_line_once_and_in_order() => RunMany((log, random) =>
    {
        using LogTail tail = log.NewTail();
        tail.StartAtBeginning();
        List<string> read = [];
        for (int step = 0; step < Steps; step++)
        {
            Act(log, random, mayDelete: false);
            if (random.Next(3) == 0)
            {
                read.AddRange(ReadAll(tail).Select(entry => entry.Line));
            }
        }

        log.Reopen();
        log.WriteLine();
        read.AddRange(ReadAll(tail).Select(entry => entry.Line));
        Assert.Equal(log.Lines, read);
    });

    [Fact]
    public void A_restarted_reader_misses_no_line_after_its_position() => RunMany((log, random) =>
    {
        LogTail tail = log.NewTail();
        tail.StartAtBeginning();
        List<(LogPosition Position, int Read)> positions = [(tail.Position, 0)];
        int readUpTo = 0;
        for (int step = 0; step < Steps; step++)
        {
            Act(log, random, mayDelete: false);
            if (random.Next(4) == 0)
            {
                foreach ((_, LogPosition end) in ReadAll(tail))
                {
                    positions.Add((end, ++readUpTo));
                }
            }

            if (random.Next(8) == 0)
            {
                log.Reopen();
                (LogPosition position, readUpTo) = positions[random.Next(positions.Count)];
                tail.Dispose();
                tail = log.NewTail();
                tail.StartAt(position);
                string[] read = [.. ReadAll(tail).Select(entry => entry.Line)];
                Assert.Equal(log.Lines.Skip(readUpTo), position.HeadLength > 0 ? read : read.TakeLast(log.Lines.Count - readUpTo));
                readUpTo = log.Lines.Count;
            }
        }

        tail.Dispose();
    });

    [Fact]
    public void A_reader_continues_when_rotated_files_are_deleted() => RunMany((log, random) =>
    {
        using LogTail tail = log.NewTail();
        tail.StartAtBeginning();
        List<string> read = [];
        for (int step = 0; step < Steps; step++)
        {
            Act(log, random, mayDelete: true);
            read.AddRange(ReadAll(tail).Select(entry => entry.Line));
        }

        Assert.Equal(log.Lines, read);
    });

    [Fact]
    public void A_running_reader_misses_no_line_of_an_edited_log() => RunMany((log, random) =>
    {
        using LogTail tail = log.NewTail();
        tail.StartAtBeginning();
        List<string> read = [];
        for (int step = 0; step < Steps; step++)
        {
            ActOrEdit(log, random);
            read.AddRange(ReadAll(tail).Select(entry => entry.Line));
        }

        Assert.Equal(log.Lines, read.Distinct());
    });

    [Fact]
    public void A_restarted_reader_misses_no_line_of_an_edited_log() => RunMany((log, random) =>
    {
        LogTail tail = log.NewTail();
        tail.StartAtBeginning();
        List<(LogPosition Position, string? Line)> positions = [(tail.Position, null)];
        for (int step = 0; step < Steps; step++)
        {
            ActOrEdit(log, random);
            if (random.Next(4) == 0)
            {
                positions.AddRange(ReadAll(tail).Select(entry => (entry.End, (string?)entry.Line)));
            }

            if (random.Next(8) == 0)
            {
                if (!File.Exists(log.Path))
                {
                    log.Reopen();
                }

                (LogPosition position, string? last) = positions[random.Next(positions.Count)];
                tail.Dispose();
                tail = log.NewTail();
                tail.StartAt(position);
                string[] read = [.. ReadAll(tail).Select(entry => entry.Line)];
                IReadOnlySet<string> onDisk = log.LinesOnDisk;
                Assert.Empty(log.Lines.SkipWhile(line => last is not null && line != last).Skip(last is null ? 0 : 1)
                    .Where(onDisk.Contains)
                    .Except(read));
                Assert.Empty(read.Except(log.Lines));
                positions.Add((tail.Position, log.Lines.LastOrDefault()));
            }
        }

        tail.Dispose();
    });

    private static void RunMany(Action<ModelledLog, Random> run)
    {
        for (int seed = 0; seed < Runs; seed++)
        {
            try
            {
                using ModelledLog log = new();
                run(log, new Random(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }
    }

    private static void Act(ModelledLog log, Random random, bool mayDelete)
    {
        switch (random.Next(14))
        {
            case 0: log.Rename(create: true); break;
            case 1: log.Rename(create: false); break;
            case 2: log.CopyTruncate(); break;
            case 3: log.Compress(); break;
            case 4 or 5: log.Reopen(); break;
            case 6: log.WriteHalf(); break;
            case 7: log.WriteNoise(); break;
            case 8 when mayDelete: log.DeleteOldest(); break;
            default: log.WriteLine(); break;
        }
    }

    private static void ActOrEdit(ModelledLog log, Random random)
    {
        switch (random.Next(24))
        {
            case 0: log.Edit(random); break;
            case 1: log.Replace(random); break;
            case 2: log.EditRotated(random); break;
            case 3: log.Tear(random); break;
            default: Act(log, random, mayDelete: false); break;
        }
    }

    private static IEnumerable<(string Line, LogPosition End)> ReadAll(LogTail tail)
    {
        List<(string, LogPosition)> read = [];
        while (tail.Read() is { } block)
        {
            read.AddRange(block.Candidates());
        }

        return read;
    }
}
