using System.CommandLine;
using LLMBlender.Cli.Setup;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>init</c>: writes a configuration of the models that a person has.</summary>
internal static class InitVerb
{
    private const string Details = """
        Finds the model servers on this machine and the providers whose keys are in the environment, asks three questions (which
        models, how the answer is made, where to write), calls each model once, and writes a configuration with comments and a
        schema for editors beside it. Without a terminal, or with --yes, the defaults and options are the answers. A model that
        does not answer is left out.

        Examples:
          llmblender init
          llmblender init --models ollama/llama3.2,ollama/qwen3 --fuser select --to panels.json --yes
          llmblender init --url http://10.0.0.7:8000/v1 --key-variable TEAM_KEY
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("init", "Write a configuration of the models that you have.", Details);
        var models = new Option<string?>("--models") { HelpName = "A,B", Description = "The models, by their numbers or names in the list." };
        var fuser = new Option<string?>("--fuser") { HelpName = "M", Description = $"The model that fuses, or {SelectFuser.FuserName} for the best answer unchanged." };
        var to = new Option<string?>("--to") { HelpName = "FILE", Description = $"The file to write. [default: {InitRun.DefaultFile}]" };
        var url = new Option<Uri?>("--url")
        {
            HelpName = "URL",
            Description = "A server with OpenAI's API, up to /v1, whose models are added to the list.",
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0)
                {
                    return address;
                }

                result.AddError($"--url is \"{result.Tokens[0].Value}\", and must be an http or https address such as http://10.0.0.7:8000/v1");
                return null;
            },
        };
        var key = new Option<string?>("--key-variable") { HelpName = "NAME", Description = "The environment variable that contains the key of --url." };
        var yes = new Option<bool>("--yes") { Description = "Ask nothing." };
        var noProbe = new Option<bool>("--no-probe") { Description = "Do not call the models." };
        var force = new Option<bool>("--force") { Description = "Replace an existing file." };
        foreach (var option in new Option[] { models, fuser, to, url, key, yes, noProbe, force })
        {
            verb.Options.Add(option);
        }

        verb.Validators.Add(result =>
        {
            if (result.GetValue(key) is not null && result.GetValue(url) is null)
            {
                result.AddError("--key-variable belongs to --url, and there is none");
            }
        });
        verb.SetAction((parsed, cancellationToken) => new InitRun(terminal)
        {
            Models = parsed.GetValue(models),
            Fuser = parsed.GetValue(fuser),
            To = parsed.GetValue(to),
            Url = parsed.GetValue(url),
            KeyVariable = parsed.GetValue(key),
            Asks = terminal.InIsTerminal && !parsed.GetValue(yes),
            Probes = !parsed.GetValue(noProbe),
            Replaces = parsed.GetValue(force),
        }.RunAsync(cancellationToken));
        return verb;
    }
}
