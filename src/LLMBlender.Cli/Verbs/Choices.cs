using System.CommandLine;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Cli.Verbs;

/// <summary>Options that take one of a few words.</summary>
internal static class Choices
{
    /// <summary>One of <paramref name="words"/>, the first where none is given.</summary>
    public static Option<string> Of(string name, string description, IReadOnlyList<string> words)
    {
        var option = new Option<string>(name)
        {
            HelpName = string.Join('|', words),
            Description = description,
            DefaultValueFactory = _ => words[0],
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !words.Contains(token.Value))
            {
                result.AddError($"{name} is \"{token.Value}\", and must be one of {string.Join(", ", words)}");
            }
        });
        return option;
    }

    /// <summary>How logits become a ranking.</summary>
    public static Option<string> Aggregation() =>
        Of("--aggregate", "How comparisons become a ranking.", RankingEngines.Names);
}
