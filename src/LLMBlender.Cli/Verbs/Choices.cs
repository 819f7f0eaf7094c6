using System.CommandLine;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Cli.Verbs;

/// <summary>Options with a fixed set of values.</summary>
internal static class Choices
{
    /// <summary>An option with one of <paramref name="values"/> as its value; the first is the default.</summary>
    public static Option<string> Of(string name, string description, IReadOnlyList<string> values)
    {
        var option = new Option<string>(name)
        {
            HelpName = string.Join('|', values),
            Description = description,
            DefaultValueFactory = _ => values[0],
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !values.Contains(token.Value))
            {
                result.AddError($"{name} is \"{token.Value}\", and must be one of {string.Join(", ", values)}");
            }
        });
        return option;
    }

    /// <summary>The aggregation of comparisons into a ranking.</summary>
    public static Option<string> Aggregation() =>
        Of("--aggregate", "The aggregation of comparisons into a ranking.", RankingEngines.Names);
}
