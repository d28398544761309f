using F2bBroker.Contracts;

namespace F2bBroker.EndToEndTests.Model;

/// <summary>What the monitored logs of a group contain, compared with what they must contain.</summary>
internal sealed class Findings
{
    private readonly Dictionary<string, ReportedBan> reported;

    public Findings(ModelGroup group)
    {
        reported = group.Expected.Bans.ToDictionary(ban => ban.Text);
        foreach (Member member in group.Members)
        {
            Check(member, group.Expected.PardonLines);
        }
    }

    /// <summary>The number of reported bans.</summary>
    public int Bans => reported.Count;

    /// <summary>The number of lines in all logs.</summary>
    public int Lines { get; private set; }

    public List<string> Lost { get; } = [];

    public List<string> Twice { get; } = [];

    public List<string> Invented { get; } = [];

    public List<string> Pardoned { get; } = [];

    /// <summary>The differences, a line each.</summary>
    public IEnumerable<string> All =>
    [
        .. Lost.Select(text => $"lost: {text}"),
        .. Twice.Select(text => $"twice in one file: {text}"),
        .. Invented.Select(text => $"invented: {text}"),
        .. Pardoned.Select(text => $"pardoned, but written: {text}"),
    ];

    private void Check(Member member, IEnumerable<string> pardonLines)
    {
        string[][] files = [.. member.Files];
        string[] lines = [.. files.SelectMany(file => file)];
        Lines += lines.Length;
        HashSet<string> texts = member.Texts;
        IEnumerable<string> required = reported.Values.Where(ban => ban.IsRequiredBy(member.Name)).Select(ban => ban.Text);
        Add(Lost, member, required.Concat(pardonLines).Where(text => !texts.Contains(text)));
        Add(Twice, member, files.SelectMany(FindTwice));
        Add(Pardoned, member, texts.Where(text => reported.GetValueOrDefault(text)?.Forbidden.Contains(member.Name) == true));
        Add(Invented, member, FindInvented(member, lines));
    }

    private static IEnumerable<string> FindTwice(string[] file) => file
        .Where(line => MonitoredLogLine.Parse(line) is not null)
        .GroupBy(Server.TextOf)
        .Where(same => same.Count() > 1)
        .Select(same => same.Key);

    private IEnumerable<string> FindInvented(Member member, string[] lines)
    {
        string[] torn = [.. lines.Where(line => !IsWhole(line))];
        return lines
            .Where(line => MonitoredLogLine.Parse(line) is { } ban && (!reported.ContainsKey(ban.Text) || ban.Ban.Server == member.Name))
            .Concat(torn.Skip(member.Torn));
    }

    private static bool IsWhole(string line) =>
        MonitoredLogLine.Parse(line) is not null
        || PositionLine.Parse(line) is not null
        || PardonLine.Parse(line) is { } pardon && ModelGroup.Pardonable.Contains($"{pardon.Ip}");

    private static void Add(List<string> findings, Member member, IEnumerable<string> texts) =>
        findings.AddRange(texts.Select(text => $"{member.Name}: {text}"));
}
