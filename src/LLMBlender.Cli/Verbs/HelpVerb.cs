using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>help</c>: the same as <c>--help</c> after a verb.</summary>
internal static class HelpVerb
{
    private const string Details = """

        Example:
          llmblender help models pull
        """;

    /// <summary>The verb.</summary>
    /// <param name="root">The root command, whose verbs it explains.</param>
    public static Verb Create(RootCommand root)
    {
        var verb = new Verb("help", "Explain a verb.", Details);
        var path = new Argument<string[]>("VERB") { Description = "The verb; nothing for the list of verbs.", Arity = ArgumentArity.ZeroOrMore };
        path.Validators.Add(result =>
        {
            Command at = root;
            foreach (var name in result.Tokens.Select(static token => token.Value))
            {
                if (at.Subcommands.FirstOrDefault(below => below.Name == name) is not { } next)
                {
                    result.AddError($"there is no verb \"{name}\"{Local.Settings.SettingsFields.Suggestion(name, [.. at.Subcommands.Select(static below => below.Name)])}");
                    return;
                }

                at = next;
            }
        });
        verb.Arguments.Add(path);
        verb.SetAction(parsed => root.Parse([.. parsed.GetValue(path) ?? [], "--help"]).Invoke(parsed.InvocationConfiguration));
        return verb;
    }
}
