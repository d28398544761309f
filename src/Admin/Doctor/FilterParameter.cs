using System.Text.RegularExpressions;

namespace F2bBroker.Admin.Doctor;

/// <summary>A parameter of the filter f2bbroker, as fail2ban inserted it into the filter's regular expressions.</summary>
internal sealed partial record FilterParameter(string Name, string Pattern)
{
    // … jail=(?:nginx-.*) server=(?:.*) detected=…$
    [GeneratedRegex(@" jail=\(\?:(?<jail>.*)\) server=\(\?:(?<server>.*)\) detected=", RegexOptions.ExplicitCapture)]
    private static partial Regex Inserted { get; }

    // \( [()] [^)] [])]: Python takes a bracket at the beginning of a class for a character of it.
    [GeneratedRegex(@"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]")]
    private static partial Regex EscapeOrClass { get; }

    /// <summary>True if each parenthesis that is neither escaped nor in brackets has its counterpart inside the parameter.</summary>
    public bool IsBalanced
    {
        get
        {
            int depth = 0;
            foreach (char character in EscapeOrClass.Replace(Pattern, ""))
            {
                depth += character switch { '(' => 1, ')' => -1, _ => 0 };
                if (depth < 0)
                {
                    return false;
                }
            }

            return depth == 0;
        }
    }

    /// <summary>Returns the parameters in the answer of <c>fail2ban-client get JAIL failregex</c>; none for another filter.</summary>
    public static IEnumerable<FilterParameter> ReadAll(string answer) => Inserted
        .Matches(answer)
        .SelectMany(match => new[] { "jail", "server" }.Select(name => new FilterParameter(name, match.Groups[name].Value)));
}
