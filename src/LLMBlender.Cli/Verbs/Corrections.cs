using System.CommandLine;
using System.CommandLine.Parsing;
using LLMBlender.Local.Settings;

namespace LLMBlender.Cli.Verbs;

/// <summary>Errors of a command line, with the closest verb or option for each that is unknown.</summary>
internal static class Corrections
{
    private const string NoSuchOption = "there is no option ";

    /// <summary>The errors, each in one line.</summary>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        // Taken for a positional argument, whose place its value has lost.
        var misspelled = parsed.Errors.Select(static error => error.Message).Where(static message => message.StartsWith(NoSuchOption, StringComparison.Ordinal)).ToList();
        if (misspelled.Count > 0)
        {
            foreach (var message in misspelled)
            {
                yield return message;
            }

            yield break;
        }

        var unknown = parsed.UnmatchedTokens.ToList();
        var causes = unknown.Exists(IsOption) ? unknown.Where(IsOption) : parsed.CommandResult.Command.Subcommands.Count > 0 ? unknown.Take(1) : unknown;
        foreach (var token in causes)
        {
            yield return Unknown(token, parsed.CommandResult);
        }

        // A value after an unknown option, and what a verb would require, are consequences.
        var others = parsed.Errors.Select(static error => error.Message).Where(message => !unknown.Any(token => message.Contains($"'{token}'", StringComparison.Ordinal)));
        foreach (var message in unknown.Count > 0 ? [] : others)
        {
            yield return message;
        }
    }

    /// <summary>Refuses values of positional arguments that look like a misspelled option.</summary>
    public static void AddTo(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result =>
            {
                foreach (var token in result.Tokens.Where(token => IsOption(token.Value) && Suggestion(token.Value, Options(result)).Length > 0))
                {
                    result.AddError(NoOption(token.Value, result));
                }
            });
        }
    }

    private static string Unknown(string token, CommandResult at) =>
        IsOption(token) ? NoOption(token, at)
        : at.Command.Subcommands.Count > 0 ? $"there is no verb \"{token}\"{Suggestion(token, [.. at.Command.Subcommands.Select(static verb => verb.Name)])}"
        : $"\"{token}\" is an argument too many";

    private static string NoOption(string token, SymbolResult at) => $"{NoSuchOption}\"{token}\"{Suggestion(token, Options(at))}";

    // A question may begin with a dash and have several words.
    private static bool IsOption(string token) => token.StartsWith("--", StringComparison.Ordinal) && token.Length > 2 && !token.Any(char.IsWhiteSpace);

    private static string Suggestion(string token, string[] known) => SettingsFields.Suggestion(token, known);

    private static string[] Options(SymbolResult at)
    {
        var names = new List<string>();
        for (SymbolResult? level = at; level is not null; level = level.Parent)
        {
            if (level is CommandResult command)
            {
                names.AddRange(command.Command.Options.Where(option => level == at || level is CommandResult { Parent: not null } || option.Recursive).Select(static option => option.Name));
            }
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }
}
