using System.CommandLine;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary>The decoding options.</summary>
internal sealed class GenerationArguments
{
    private readonly Option<int?> maxNewTokens = Numbers.AtLeast("--max-new-tokens", 1, "Maximum number of generated tokens. [default: 128]");

    private readonly Option<int?> beams = Numbers.AtLeast("--beams", 1, "Number of beams of the beam search. [default: 1]");

    private readonly Option<double?> lengthPenalty = Numbers.Within(
        "--length-penalty", double.NegativeInfinity, double.MaxValue, "Exponent of the length that a beam's score is divided by. [default: 1]");

    private readonly Option<bool> earlyStopping = new("--early-stopping") { Description = "Stop when the number of finished beams equals --beams." };

    private readonly Option<double?> temperature = Numbers.Within(
        "--temperature", 0, double.PositiveInfinity, "Sample with this temperature; below 1, likelier tokens are preferred.");

    private readonly Option<double?> topP = Numbers.Within("--top-p", 0, 1, "Sample from the likeliest tokens with this total probability.");

    private readonly Option<int?> topK = Numbers.AtLeast("--top-k", 1, "Sample from this number of likeliest tokens.");

    private readonly Option<int?> seed = Numbers.AtLeast("--seed", 0, "Seed of random sampling. [default: 0]");

    /// <param name="command">The verb that the options are added to.</param>
    public GenerationArguments(Command command)
    {
        command.Options.Add(maxNewTokens);
        command.Options.Add(beams);
        command.Options.Add(lengthPenalty);
        command.Options.Add(earlyStopping);
        command.Options.Add(temperature);
        command.Options.Add(topP);
        command.Options.Add(topK);
        command.Options.Add(seed);
    }

    /// <summary>The options given by the arguments.</summary>
    /// <exception cref="UsageException">Options exclude each other or are out of range.</exception>
    public GenerationOptions Read(ParseResult parsed)
    {
        var usual = new GenerationOptions();
        var samples = parsed.GetValue(temperature) is not null || parsed.GetValue(topP) is not null
            || parsed.GetValue(topK) is not null || parsed.GetValue(seed) is not null;
        var options = usual with
        {
            MaxNewTokens = parsed.GetValue(maxNewTokens) ?? usual.MaxNewTokens,
            Beams = parsed.GetValue(beams) ?? usual.Beams,
            LengthPenalty = parsed.GetValue(lengthPenalty) ?? usual.LengthPenalty,
            EarlyStopping = parsed.GetValue(earlyStopping),
            Sampling = samples ? Sampling(parsed) : null,
        };
        try
        {
            options.Check();
            return options;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(Sentences.WithoutParameter(e), e);
        }
    }

    private SamplingOptions Sampling(ParseResult parsed) => new()
    {
        Seed = parsed.GetValue(seed) ?? 0,
        Temperature = parsed.GetValue(temperature) ?? 1,
        TopP = parsed.GetValue(topP) ?? 1,
        TopK = parsed.GetValue(topK),
    };
}
