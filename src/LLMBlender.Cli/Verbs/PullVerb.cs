using System.CommandLine;
using LLMBlender.Cli.Hub;
using LLMBlender.Cli.Models;
using LLMBlender.Inference;
using LLMBlender.Inference.Models;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>models pull</c>: downloads a checkpoint from the Hugging Face hub and imports it.</summary>
internal static class PullVerb
{
    private const string Details = """
        REPO is OWNER/NAME of the Hugging Face hub, at a branch, tag or commit with OWNER/NAME@REVISION, or a short name:
        pairrm is llm-blender/PairRM-hf, genfuser is llm-blender/gen_fuser_3b. 'models import' describes the supported checkpoints.
        Only files that the import reads are downloaded: the config, one tokenizer, one set of weights. They are stored in the cache
        of Hugging Face's tools; if all of them are cached, no request is sent. Sizes and hashes are checked, and an interrupted
        download resumes at the same position.
        For the layout of llm-blender/PairRM, the backbone's config and tokenizer are downloaded too if required.
        No other command downloads anything.

        Variables:
            HF_TOKEN                 the access token for private and gated repositories; otherwise the file HF_TOKEN_PATH or
                                     $HF_HOME/token. It is sent only to the endpoint, never to a redirect's target
          HF_ENDPOINT              a mirror instead of https://huggingface.co
          HF_HUB_CACHE, HF_HOME    the cache, by default ~/.cache/huggingface/hub
          HF_HUB_OFFLINE=1         same as --offline

        Examples:
          llmblender models pull pairrm --precision int8
          llmblender models pull llm-blender/PairRM --to models/pairrm
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("pull", "Download a checkpoint from the Hugging Face hub and import it.", Details);
        var repository = new Argument<string>("REPO") { Description = $"The repository, or one of {HubRepository.AliasList}." };
        var target = new Option<string?>("--to") { HelpName = "DIR", Description = "The model folder to create; by default the repository's name under models/." };
        var precision = Choices.Of("--precision", "Precision of stored weights and computation.", PrecisionNames.All);
        var backbone = new Option<string?>("--backbone")
        {
            HelpName = "REPO|DIR", Description = "The backbone's repository or folder; by default the repository that the checkpoint names.",
        };
        var kind = new Option<string?>("--as") { HelpName = string.Join('|', ModelKind.OfEncoders), Description = "The kind of model to import an encoder's checkpoint as." };
        var ifMissing = new Option<bool>("--if-missing") { Description = "Do nothing if the target is an intact model folder already." };
        var offline = new Option<bool>("--offline") { Description = "Download nothing; use only cached files." };
        verb.Arguments.Add(repository);
        verb.Options.Add(target);
        verb.Options.Add(precision);
        verb.Options.Add(backbone);
        verb.Options.Add(kind);
        verb.Options.Add(ifMissing);
        verb.Options.Add(offline);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var pull = new Pull(
                HubRepository.Parse("REPO", parsed.GetValue(repository)!),
                parsed.GetValue(target),
                parsed.GetValue(precision)!,
                parsed.GetValue(backbone),
                parsed.GetValue(kind));
            var present = parsed.GetValue(ifMissing) ? Find(pull.TargetIn(terminal)) : null;
            var model = present ?? await RunAsync(pull, terminal, HubSettings.Read(terminal, parsed.GetValue(offline)), cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(ImportVerb.Describe(model));
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task<ModelFolder> RunAsync(Pull pull, Terminal terminal, HubSettings settings, CancellationToken cancellationToken)
    {
        var target = pull.TargetIn(terminal);
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

    // A folder that an interrupted import left without its manifest is imported again.
    private static ModelFolder? Find(string target)
    {
        try
        {
            return ModelFolder.Open(target);
        }
        catch (ModelException)
        {
            return null;
        }
    }

    private sealed record Pull(HubRepository Repository, string? To, string Precision, string? Backbone, string? Kind)
    {
        public string TargetIn(Terminal terminal) => To ?? Path.Combine(new ModelSearch(terminal).Roots[0], Repository.Name);
    }
}
