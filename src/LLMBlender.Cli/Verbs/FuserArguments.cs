using System.CommandLine;
using LLMBlender.Cli.Models;
using LLMBlender.Core.Fusion;
using LLMBlender.Inference;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Fusion;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>The options of a verb that fuses.</summary>
internal sealed class FuserArguments
{
    // The template alone has about forty tokens.
    private const int ShortestSource = 64;

    private readonly Option<string?> fuser = new("--fuser")
    {
        HelpName = "M",
        Description = "The fuser: a model folder, the name of one under models/, such as genfuser-mini, or "
            + $"{SelectFuser.FuserName} for the unchanged best candidate. [default: {SelectFuser.FuserName}]",
    };

    private readonly Option<int?> topK = Numbers.AtLeast("--top-k", 1, $"Maximum number of candidates to fuse. [default: {FusionRequest.DefaultTopK}]");

    private readonly Option<int?> beams = Numbers.AtLeast("--beams", 1, "Number of beams of the fuser's beam search. [default: 4]");

    private readonly Option<int?> maxNewTokens = Numbers.AtLeast("--max-new-tokens", 1, "Maximum tokens of a fused answer; by default the limit of a candidate.");

    private readonly Option<int?> maxLength = Numbers.AtLeast(
        "--max-length", ShortestSource, "Maximum tokens of the fuser's source; by default the model's limit.");

    private readonly Option<int?> candidateMaxLength = Numbers.AtLeast(
        "--candidate-max-length", 1, "Maximum tokens of a candidate; by default the model's limit.");

    private readonly Option<bool> referenceTruncation = new("--reference-truncation")
    {
        Description = "As LLM-Blender: truncate the end of a source that is too long, and encode control tokens in texts as such.",
    };

    /// <param name="command">The verb that the options are added to.</param>
    /// <param name="withLengths">Whether the source's lengths are options.</param>
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

    /// <summary>The number of candidates to fuse.</summary>
    public int TopK(ParseResult parsed) => parsed.GetValue(topK) ?? FusionRequest.DefaultTopK;

    /// <summary>The fuser's name; null if not given.</summary>
    public string? Given(ParseResult parsed) => parsed.GetValue(fuser);

    /// <summary>The number of candidates to fuse; null if not given.</summary>
    public int? GivenTopK(ParseResult parsed) => parsed.GetValue(topK);

    /// <summary>Loads the fuser given by the arguments.</summary>
    /// <exception cref="UsageException">An option is out of range.</exception>
    /// <exception cref="ModelException">The model can't be loaded.</exception>
    public IFuser Load(ParseResult parsed, Terminal terminal, Accelerator accelerator)
    {
        var name = parsed.GetValue(fuser) ?? SelectFuser.FuserName;
        if (name == SelectFuser.FuserName)
        {
            return new SelectFuser();
        }

        var folder = new ModelSearch(terminal).FindModel(name);
        try
        {
            return ModelFuser.Load(folder, new GenFuserOptions { Accelerator = accelerator }, Options(parsed));
        }
        catch (ArgumentException e)
        {
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

    // For a verb without the option there is no result, and reading its value would throw.
    private static int? GivenLength(ParseResult parsed, Option<int?> option) =>
        parsed.GetResult(option) is null ? null : parsed.GetValue(option);
}
