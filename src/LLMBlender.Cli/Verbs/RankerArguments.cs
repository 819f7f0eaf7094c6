using System.CommandLine;
using LLMBlender.Cli.Models;
using LLMBlender.Inference;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>The options of a verb that uses a ranker.</summary>
internal sealed class RankerArguments
{
    // CLS, marker and SEP: a segment must have room for a token beside them.
    private const int ShortestSegment = 4;

    private readonly Option<string> ranker = new("--ranker")
    {
        HelpName = "M",
        Description = "The ranker: a model folder, or the name of one under models/.",
        DefaultValueFactory = _ => ModelSearch.DefaultRanker,
    };

    private readonly Option<int?> sourceMaxLength = Numbers.AtLeast(
        "--source-max-length", ShortestSegment, "Tokens of instruction and input at most; by default the model's.");

    private readonly Option<int?> candidateMaxLength = Numbers.AtLeast(
        "--candidate-max-length", ShortestSegment, "Tokens of a candidate at least kept; by default the model's.");

    /// <summary>What computes.</summary>
    public DeviceArgument Device { get; }

    /// <param name="command">The verb that gets the options.</param>
    public RankerArguments(Command command)
    {
        command.Options.Add(ranker);
        command.Options.Add(sourceMaxLength);
        command.Options.Add(candidateMaxLength);
        Device = new DeviceArgument(command);
    }

    /// <summary>The ranker named; null where none is.</summary>
    public string? Given(ParseResult parsed) => parsed.GetResult(ranker) is { Implicit: false } ? parsed.GetValue(ranker) : null;

    /// <summary>Loads the ranker that the arguments ask for.</summary>
    /// <exception cref="UsageException">The device can't be used.</exception>
    /// <exception cref="ModelException">The model can't be used.</exception>
    public PairRankerModel Load(ParseResult parsed, Terminal terminal)
    {
        var options = new PairRankerOptions
        {
            Accelerator = Device.Read(parsed),
            SourceMaxLength = parsed.GetValue(sourceMaxLength),
            CandidateMaxLength = parsed.GetValue(candidateMaxLength),
        };
        var folder = new ModelSearch(terminal).FindModel(parsed.GetValue(ranker)!);
        return Loading.Guard(folder, () => PairRankerModel.Load(folder, options));
    }
}
