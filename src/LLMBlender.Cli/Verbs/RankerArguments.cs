using System.CommandLine;
using LLMBlender.Cli.Models;
using LLMBlender.Inference;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>The options of a verb that uses a ranker.</summary>
internal sealed class RankerArguments
{
    // CLS, marker and SEP; a segment must also have room for one token.
    private const int ShortestSegment = 4;

    private readonly Option<string> ranker = new("--ranker")
    {
        HelpName = "M",
        Description = "The ranker: a model folder, or the name of one under models/.",
        DefaultValueFactory = _ => ModelSearch.DefaultRanker,
    };

    private readonly Option<int?> sourceMaxLength = Numbers.AtLeast(
        "--source-max-length", ShortestSegment, "Maximum tokens of instruction and input; by default the model's limit.");

    private readonly Option<int?> candidateMaxLength = Numbers.AtLeast(
        "--candidate-max-length", ShortestSegment, "Minimum tokens kept of a candidate; by default the model's value.");

    /// <summary>The device option.</summary>
    public DeviceArgument Device { get; }

    /// <param name="command">The verb that the options are added to.</param>
    public RankerArguments(Command command)
    {
        command.Options.Add(ranker);
        command.Options.Add(sourceMaxLength);
        command.Options.Add(candidateMaxLength);
        Device = new DeviceArgument(command);
    }

    /// <summary>The ranker's name; null if not given.</summary>
    public string? Given(ParseResult parsed) => parsed.GetResult(ranker) is { Implicit: false } ? parsed.GetValue(ranker) : null;

    /// <summary>Loads the ranker given by the arguments.</summary>
    /// <exception cref="UsageException">The device is invalid.</exception>
    /// <exception cref="ModelException">The model can't be loaded.</exception>
    public IModelRanker Load(ParseResult parsed, Terminal terminal)
    {
        var options = new PairRankerOptions
        {
            Accelerator = Device.Read(parsed),
            SourceMaxLength = parsed.GetValue(sourceMaxLength),
            CandidateMaxLength = parsed.GetValue(candidateMaxLength),
        };
        var folder = new ModelSearch(terminal).FindModel(parsed.GetValue(ranker)!);
        try
        {
            return ModelRankers.Load(folder, options);
        }
        catch (ArgumentException e) when (e is not ArgumentOutOfRangeException)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
