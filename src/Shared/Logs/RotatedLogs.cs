using System.Globalization;
using System.Text.RegularExpressions;

namespace F2bBroker.Shared.Logs;

/// <summary>
/// Finds a log's rotated siblings: <c>.1</c>, <c>.2.gz</c>, and logrotate's dateext <c>-20261123</c>, <c>-20261122.gz</c>.
/// </summary>
internal static partial class RotatedLogs
{
    [GeneratedRegex(@"^[.-](?<number>[0-9]{1,14})(?<gz>\.gz)?\z")]
    private static partial Regex Suffix { get; }

    /// <summary>
    /// Returns the paths of the siblings, oldest first, without the log itself. If a file exists plain and compressed, the plain one is
    /// returned.
    /// </summary>
    public static IReadOnlyList<string> Find(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string name = Path.GetFileName(path);
        return
        [
            .. Directory.EnumerateFiles(folder, name + "*")
                .Select(file => (file, suffix: Suffix.Match(Path.GetFileName(file)[name.Length..])))
                .Where(sibling => sibling.suffix.Success)
                .Select(sibling =>
                    (sibling.file, isCompressed: sibling.suffix.Groups["gz"].Success, age: AgeFrom(sibling.suffix.Groups["number"].Value)))
                .GroupBy(sibling => sibling.age)
                .OrderByDescending(twins => twins.Key)
                .Select(twins => twins.MinBy(sibling => sibling.isCompressed).file),
        ];
    }

    /// <summary>
    /// Returns what the search finds in the log and its siblings, oldest first. Repeats the search if a file was moved meanwhile: a
    /// rotation moves several, one after the other.
    /// </summary>
    /// <param name="search">Searches these files. The log need not exist. A result that is not returned is disposed.</param>
    public static T Search<T>(string path, Func<IReadOnlyList<string>, T> search)
        where T : IDisposable
    {
        (string File, FileIdentity?)[] files = Identify(path);
        while (true)
        {
            T found = search([.. files.Select(file => file.File)]);
            (string, FileIdentity?)[] afterwards = Identify(path);
            if (afterwards.SequenceEqual(files))
            {
                return found;
            }

            found.Dispose();
            files = afterwards;
        }
    }

    private static (string File, FileIdentity?)[] Identify(string path) =>
        [.. Find(path).Append(path).Select(file => (file, FileIdentity.FromFile(file)))];

    // A count grows with age. A date, which has eight digits or more, shrinks with age.
    private static long AgeFrom(string number)
    {
        long value = long.Parse(number, CultureInfo.InvariantCulture);
        return number.Length < 8 ? value : -value;
    }
}
