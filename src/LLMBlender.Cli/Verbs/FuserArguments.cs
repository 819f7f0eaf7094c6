using System.CommandLine;
using LLMBlender.Cli.Models;
using LLMBlender.Core.Fusion;
using LLMBlender.Inference;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Fusion;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>The options of a verb that fuses.</summary>
internal sealed class FuserArguments
{
    // The template alone takes some forty tokens.
    private const int ShortestSource = 64;

    private readonly Option<string?> fuser = new("--fuser")
    {
        HelpName = "M",
        Description = "The fuser: a model folder, the name of one under models/, such as genfuser-mini, or "
            + $"{SelectFuser.FuserName} for the best candidate as it is. [default: {SelectFuser.FuserName}]",
    };

    private readonly Option<int?> topK = Numbers.AtLeast("--top-k", 1, $"Candidates to fuse at most. [default: {FusionRequest.DefaultTopK}]");

    private readonly Option<int?> beams = Numbers.AtLeast("--beams", 1, "Beams of the fuser's search. [default: 4]");

    private readonly Option<int?> maxNewTokens = Numbers.AtLeast("--max-new-tokens", 1, "Tokens of a fused answer at most; by default as many as of a candidate.");

    private readonly Option<int?> maxLength = Numbers.AtLeast(
        "--max-length", ShortestSource, "Tokens of the fuser's source at most; by default the model's.");

    private readonly Option<int?> candidateMaxLength = Numbers.AtLeast(
        "--candidate-max-length", 1, "Tokens of a candidate at most; by default the model's.");

    private readonly Option<bool> referenceTruncation = new("--reference-truncation")
    {
        Description = "As LLM-Blender: cut the end off a source that is too long, and read control tokens that texts spell.",
    };

    /// <param name="command">The verb that gets the options.</param>
    /// <param name="withLengths">Whether the source's lengths can be chosen.</param>
    public FuserArguments(Command command, bool withLengths)
    {
        command.Options.Add(fuser);
        command.Options.Add(topK);
        command.Options.Add(beams);
        command.Options.Add(maxNewTokens);
        if (withLengths)
        {
            command.Options.Add(maxLength);
            command.Options.Add(candidateMaxLength);
            command.Options.Add(referenceTruncation);
        }
    }

    /// <summary>How many candidates are fused.</summary>
    public int TopK(ParseResult parsed) => parsed.GetValue(topK) ?? FusionRequest.DefaultTopK;

    /// <summary>The fuser named; null where none is.</summary>
    public string? Given(ParseResult parsed) => parsed.GetValue(fuser);

    /// <summary>How many candidates are to be fused; null where nothing is said.</summary>
    public int? GivenTopK(ParseResult parsed) => parsed.GetValue(topK);

    /// <summary>Loads the fuser that the arguments ask for.</summary>
    /// <exception cref="UsageException">An option is out of range.</exception>
    /// <exception cref="ModelException">The model can't be used.</exception>
    public (IFuser Fuser, GenFuserModel? Model) Load(ParseResult parsed, Terminal terminal, Accelerator accelerator)
    {
        var name = parsed.GetValue(fuser) ?? SelectFuser.FuserName;
        if (name == SelectFuser.FuserName)
        {
            return (new SelectFuser(), null);
        }

        var folder = new ModelSearch(terminal).FindModel(name);
        var model = Loading.Guard(folder, () => GenFuserModel.Load(folder, new GenFuserOptions { Accelerator = accelerator }));
        try
        {
            return (new ModelFuser(model, Options(parsed)), model);
        }
        catch (ArgumentException e)
        {
            model.Dispose();
            throw new UsageException(Sentences.WithoutParameter(e), e);
        }
    }

    private ModelFuserOptions Options(ParseResult parsed)
    {
        var usual = new ModelFuserOptions();
        return usual with
        {
            Beams = parsed.GetValue(beams) ?? usual.Beams,
            MaxNewTokens = parsed.GetValue(maxNewTokens),
            MaxLength = GivenLength(parsed, maxLength),
            CandidateMaxLength = GivenLength(parsed, candidateMaxLength),
            AsReference = parsed.GetResult(referenceTruncation) is not null && parsed.GetValue(referenceTruncation),
        };
    }

    // A verb without the option has no value for it, not even none.
    private static int? GivenLength(ParseResult parsed, Option<int?> option) =>
        parsed.GetResult(option) is null ? null : parsed.GetValue(option);
}
