using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx.Bart;
using LLMBlender.Inference.Sessions;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Likelihood;

/// <summary>An imported BART: the likelihood of a target given a source, teacher-forced. Thread-safe.</summary>
public sealed class LikelihoodModel : IDisposable
{
    private readonly OnnxSession session;
    private readonly GeneratorTokens tokens;
    private readonly int batchTokens;

    private LikelihoodModel(ModelManifest manifest, OnnxSession session, Tokenizer tokenizer, GeneratorTokens tokens, int batchTokens)
    {
        (Manifest, Tokenizer) = (manifest, tokenizer);
        (this.session, this.tokens, this.batchTokens) = (session, tokens, batchTokens);
    }

    /// <summary>The manifest of the model's folder.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The maximum number of tokens in a source or target.</summary>
    public int MaxLength => Manifest.MaxLength ?? int.MaxValue;

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a valid model of this kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static LikelihoodModel Load(string folder, EncoderOptions? options = null)
    {
        options ??= new EncoderOptions();
        options.Check();
        var model = ModelFolder.Open(folder, ModelKind.Likelihood);
        var tokens = model.Manifest.GeneratorTokens ?? throw new ModelException(
            Path.Combine(folder, ModelManifest.FileName), "lacks generator_tokens, and scoring needs them");
        var tokenizer = Tokenizer.Load(folder);
        var session = new OnnxSession(model.Graph, options.Accelerator, options.Threads);
        return new LikelihoodModel(model.Manifest, session, tokenizer, tokens, options.EffectiveBatchTokens);
    }

    /// <summary>
    /// The mean log-probability of each target's tokens, including special tokens, given its source; other pairs in the batch change only
    /// the last digits.
    /// </summary>
    /// <param name="pairs">Ids of source and target, including their special tokens, at most <see cref="MaxLength"/> each.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentException">A row is empty or too long.</exception>
    public double[] Score(IReadOnlyList<(int[] Source, int[] Target)> pairs, CancellationToken cancellationToken = default)
    {
        var scores = new double[pairs.Count];
        foreach (var (source, target) in pairs)
        {
            Check(source, nameof(source));
            Check(target, nameof(target));
        }

        var plan = BatchPlan.For([.. pairs.Select(pair => Math.Max(pair.Source.Length, pair.Target.Length))], batchTokens);
        for (var batch = 0; batch < plan.Count; batch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var members = plan.Members(batch).ToArray();
            var (values, length) = Run([.. members.Select(member => pairs[member])], BartGraph.LogProbabilities);
            for (var i = 0; i < members.Length; i++)
            {
                var target = pairs[members[i]].Target;
                double sum = 0;
                for (var position = 0; position < target.Length; position++)
                {
                    sum += values[i * length + position];
                }

                scores[members[i]] = sum / target.Length;
            }
        }

        return scores;
    }

    /// <summary>Logits of one target's tokens, [target, vocabulary], row-major.</summary>
    public float[] Logits(int[] source, int[] target) => Run([(source, target)], BartGraph.Logits).Values;

    /// <summary>The encoder's last hidden states of one source, [source, hidden], row-major.</summary>
    public float[] Encode(int[] source) => Run([(source, [tokens.End])], BartGraph.States).Values;

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();

    private void Check(int[] ids, string name)
    {
        if (ids.Length == 0 || ids.Length > MaxLength)
        {
            throw new ArgumentException($"a {name} has {ids.Length} tokens, and must have from 1 to {MaxLength}", name);
        }
    }

    // As in transformers' shift_tokens_right: the start token, then the target without its last token.
    private (float[] Values, int TargetLength) Run((int[] Source, int[] Target)[] pairs, string output)
    {
        var (sourceLength, targetLength) = (pairs.Max(pair => pair.Source.Length), pairs.Max(pair => pair.Target.Length));
        var (ids, mask) = (new int[pairs.Length * sourceLength], new int[pairs.Length * sourceLength]);
        var (shifted, targets) = (new int[pairs.Length * targetLength], new long[pairs.Length * targetLength]);
        ids.AsSpan().Fill(tokens.Pad);
        shifted.AsSpan().Fill(tokens.Pad);
        for (var i = 0; i < pairs.Length; i++)
        {
            var (source, target) = pairs[i];
            source.CopyTo(ids, i * sourceLength);
            mask.AsSpan(i * sourceLength, source.Length).Fill(1);
            shifted[i * targetLength] = tokens.Start;
            target.AsSpan(0, target.Length - 1).CopyTo(shifted.AsSpan(i * targetLength + 1));
            for (var position = 0; position < target.Length; position++)
            {
                targets[i * targetLength + position] = target[position];
            }
        }

        using var inputs = new InputSet(session, [pairs.Length, sourceLength]);
        inputs.Add("input_ids", ids);
        inputs.Add("attention_mask", mask);
        inputs.Add(BartGraph.DecoderIds, shifted, [pairs.Length, targetLength]);
        inputs.Add(BartGraph.Targets, targets, [pairs.Length, targetLength]);
        using var outputs = inputs.Run(output);
        return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), targetLength);
    }
}
