using System.Text.RegularExpressions;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>The series that a PromQL expression names, and the labels that it names of them.</summary>
/// <param name="Series">Each selector's series, with the labels of its matchers.</param>
/// <param name="Grouping">The labels that the expression groups, joins or keeps by.</param>
internal sealed partial record Query(IReadOnlyList<(string Name, string[] Labels)> Series, IReadOnlyList<string> Grouping)
{
    private static readonly HashSet<string> Clauses = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly HashSet<string> Words = ["and", "or", "unless", "offset", "bool", "inf", "nan"];

    /// <summary>Reads an expression.</summary>
    public static Query Read(string expression)
    {
        var tokens = Token().Matches(expression).Select(match => match.Value).ToList();
        var series = new List<(string, string[])>();
        var grouping = new List<string>();
        for (var i = 0; i < tokens.Count; i++)
        {
            var next = i + 1 < tokens.Count ? tokens[i + 1] : "";
            if (tokens[i] == "[")
            {
                i = tokens.IndexOf("]", i);
            }
            else if (!IsName(tokens[i]) || Words.Contains(tokens[i]))
            {
                continue;
            }
            else if (Clauses.Contains(tokens[i]))
            {
                var end = next == "(" ? tokens.IndexOf(")", i) : i;
                grouping.AddRange(tokens[i..end].Skip(2).Where(IsName));
                i = end;
            }
            else if (next == "{")
            {
                var end = tokens.IndexOf("}", i);
                series.Add((tokens[i], [.. tokens[i..end].Skip(2).Where((token, place) => IsName(token) && tokens[i + 3 + place] is "=" or "!=" or "=~" or "!~")]));
                i = end;
            }
            else if (next != "(" && !IsAggregationBefore(next))
            {
                series.Add((tokens[i], []));
            }
        }

        return new Query(series, grouping);
    }

    // An aggregation may have its clause before its argument: sum by (le) (…).
    private static bool IsAggregationBefore(string next) => next is "by" or "without";

    private static bool IsName(string token) => char.IsAsciiLetter(token[0]) || token[0] == '_';

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|\$?[a-zA-Z_][\w:]*|=~|!~|!=|==|>=|<=|\d[\w.]*|[^\s\w]
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();
}
