using System.CommandLine;
using LLMBlender.Cli.Hub;
using LLMBlender.Cli.Models;
using LLMBlender.Inference.Models;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>models pull</c>: a repository of the Hugging Face hub in, a model folder out.</summary>
internal static class PullVerb
{
    private const string Details = """
        REPO is OWNER/NAME of the Hugging Face hub, at a branch, tag or commit with OWNER/NAME@REVISION, or a short name:
        pairrm is llm-blender/PairRM-hf, genfuser is llm-blender/gen_fuser_3b. What can be imported is what 'models import' reads.
        Only the files that the import reads are fetched: the config, one tokenizer, one set of weights. They go into the cache
        that Hugging Face's own tools use, and what is there already is used without asking the hub. Sizes and hashes are
        checked; a pull that was ended goes on where it was.
        For the layout of llm-blender/PairRM, config and tokenizer of its backbone are fetched, too, where they are needed.
        No other command fetches anything.

        Variables:
          HF_TOKEN                 the access token for private and gated repositories; else the file HF_TOKEN_PATH or
                                   $HF_HOME/token. It goes to the endpoint only, never to a host that it redirects to
          HF_ENDPOINT              a mirror instead of https://huggingface.co
          HF_HUB_CACHE, HF_HOME    the cache, by default ~/.cache/huggingface/hub
          HF_HUB_OFFLINE=1         as --offline

        Examples:
          llmblender models pull pairrm --precision int8
          llmblender models pull llm-blender/PairRM --to models/pairrm
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("pull", "Fetch a checkpoint from the Hugging Face hub, and make a model folder of it.", Details);
        var repository = new Argument<string>("REPO") { Description = $"The repository, or one of {HubRepository.AliasList}." };
        var target = new Option<string?>("--to") { HelpName = "DIR", Description = "The model folder to make; by default the repository's name under models/." };
        var precision = Choices.Of("--precision", "How weights are stored and computed with.", PrecisionNames.All);
        var backbone = new Option<string?>("--backbone")
        {
            HelpName = "REPO|DIR", Description = "The backbone's repository or folder; by default the repository that the checkpoint names.",
        };
        var kind = new Option<string?>("--as") { HelpName = string.Join('|', ModelKind.OfEncoders), Description = "What an encoder's checkpoint becomes." };
        var offline = new Option<bool>("--offline") { Description = "Fetch nothing: use what the cache has." };
        verb.Arguments.Add(repository);
        verb.Options.Add(target);
        verb.Options.Add(precision);
        verb.Options.Add(backbone);
        verb.Options.Add(kind);
        verb.Options.Add(offline);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var pull = new Pull(
                HubRepository.Parse("REPO", parsed.GetValue(repository)!),
                parsed.GetValue(target),
                parsed.GetValue(precision)!,
                parsed.GetValue(backbone),
                parsed.GetValue(kind));
            var model = await RunAsync(pull, terminal, HubSettings.Read(terminal, parsed.GetValue(offline)), cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(ImportVerb.Describe(model));
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task<ModelFolder> RunAsync(Pull pull, Terminal terminal, HubSettings settings, CancellationToken cancellationToken)
    {
        var target = pull.To ?? Path.Combine(new ModelSearch(terminal).Roots[0], pull.Repository.Name);
        ImportVerb.RequireTarget(target);
        var (source, backbone, commit) = ("", (string?)null, "");
        await PullProgress.RunAsync(terminal, async progress =>
        {
            using var hub = new HubPull(settings, terminal.Time, progress);
            (source, commit) = await hub.RunAsync(pull.Repository, withWeights: true, cancellationToken);
            backbone = await BackboneAsync(pull, source, hub, cancellationToken);
        });
        return ImportVerb.Import(source, target, pull.Precision, backbone, pull.Kind, $"{pull.Repository.Id}@{commit}");
    }

    private static async Task<string?> BackboneAsync(Pull pull, string source, HubPull hub, CancellationToken cancellationToken)
    {
        if (pull.Backbone is { } folder && Directory.Exists(folder))
        {
            return folder;
        }

        if ((pull.Backbone ?? ModelImport.BackboneOf(source)) is not { } name)
        {
            return null;
        }

        var repository = HubRepository.Parse(pull.Backbone is null ? "\"model_name\"" : "--backbone", name);
        return (await hub.RunAsync(repository, withWeights: false, cancellationToken)).Folder;
    }

    private sealed record Pull(HubRepository Repository, string? To, string Precision, string? Backbone, string? Kind);
}
