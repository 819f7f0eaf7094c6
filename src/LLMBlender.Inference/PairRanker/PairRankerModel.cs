using System.Buffers;
using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Sessions;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.PairRanker;

/// <summary>
/// The PairRanker (LLM-Blender, section 3): encodes a source with two candidates and returns the logit by which the first is better.
/// Thread-safe.
/// </summary>
public sealed class PairRankerModel : IDisposable
{
    private readonly OnnxSession session;
    private readonly BoundRuns runs;
    private readonly RecordEncoder encoder;
    private readonly RankerTokens tokens;
    private readonly int longest;
    private readonly bool measuresBatches;
    private readonly ShapeBuckets? shapes;

    private volatile int batchTokens;

    private PairRankerModel(ModelManifest manifest, OnnxSession session, RecordEncoder encoder, RankerTokens tokens, PairRankerOptions options, int longest)
    {
        Manifest = manifest;
        (this.session, this.encoder, this.tokens, this.longest, batchTokens) = (session, encoder, tokens, longest, options.EffectiveBatchTokens);
        measuresBatches = options.MeasuresBatches;
        runs = new BoundRuns(session, "logits");
        shapes = options.HasShapeBuckets ? new ShapeBuckets(longest) : null;
    }

    /// <summary>The manifest of the model's folder.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="ModelException">The folder is not a valid pair-ranker.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static PairRankerModel Load(string folder, PairRankerOptions? options = null)
    {
        options ??= new PairRankerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.EffectiveBatchTokens, 1);
        var model = ModelFolder.Open(folder, ModelKind.PairRanker);
        var manifest = model.Manifest;
        if (manifest is not { Tokens: { } tokens, SourceMaxLength: { } ownSource, CandidateMaxLength: { } ownCandidate })
        {
            throw new ModelException(
                Path.Combine(folder, ModelManifest.FileName), "lacks tokens or lengths, and a pair-ranker needs them");
        }

        var source = Length(options.SourceMaxLength ?? ownSource, nameof(options.SourceMaxLength));
        var candidate = Length(options.CandidateMaxLength ?? ownCandidate, nameof(options.CandidateMaxLength));
        if (source + (2 * candidate) > manifest.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), $"{source} + 2·{candidate}", $"a source and two candidates must fit the {manifest.MaxLength} positions of this model");
        }

        // Graph and tokenizer are loaded in parallel.
        var loading = Task.Run(() => new OnnxSession(model.Graph, options.Accelerator, options.Threads, manifest.IsHalf));
        try
        {
            var tokenizer = ControlTokens.AddTo(Tokenizer.Load(folder));
            var found = ControlTokens.Of(tokenizer, folder);
            if (found != tokens)
            {
                throw new ModelException(
                    Path.Combine(folder, ModelManifest.FileName), $"\"tokens\" is {tokens}, but the tokenizer's are {found}");
            }

            var encoder = new RecordEncoder(tokenizer, tokens, source, candidate);
            return new PairRankerModel(manifest, loading.GetAwaiter().GetResult(), encoder, tokens, options, source + (2 * candidate));
        }
        catch
        {
            loading.ContinueWith(
                loaded => loaded.Result.Dispose(), default, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Encodes a record for comparing its candidates.</summary>
    /// <param name="source">Instruction and input, concatenated as in the reference.</param>
    /// <param name="candidates">The candidates' texts.</param>
    public EncodedRecord Encode(string source, IReadOnlyList<string> candidates) => encoder.Encode(source, candidates);

    /// <summary>Encodes a record of tokenised texts, with the same truncation.</summary>
    /// <param name="source">Ids of instruction and input, without control tokens.</param>
    /// <param name="candidates">Ids of the candidates, without control tokens.</param>
    public EncodedRecord Encode(ReadOnlySpan<int> source, IReadOnlyList<int[]> candidates) => encoder.Encode(source, candidates);

    /// <summary>
    /// Compares candidates of any records, batched by length. The order and the other comparisons change a logit only in the last digits of
    /// single precision.
    /// </summary>
    /// <param name="comparisons">The comparisons.</param>
    /// <param name="logits">Receives a logit for each comparison, in the same order; above 0 if the first candidate is better.</param>
    /// <param name="completed">Called after each batch with the number of its comparisons.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public void Compare(
        ReadOnlySpan<Comparison> comparisons, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default) =>
        CompareCounting(comparisons, logits, completed, cancellationToken);

    /// <summary>Compares candidates and returns the number of computed tokens.</summary>
    /// <returns>The computed tokens, including padding.</returns>
    /// <inheritdoc cref="Compare"/>
    public long CompareCounting(
        ReadOnlySpan<Comparison> comparisons, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default)
    {
        if (logits.Length != comparisons.Length)
        {
            throw new ArgumentException(
                $"logits has {logits.Length} places for {comparisons.Length} comparisons: there must be one each", nameof(logits));
        }

        var lengths = ArrayPool<int>.Shared.Rent(comparisons.Length);
        var run = runs.Take();
        try
        {
            for (var i = 0; i < comparisons.Length; i++)
            {
                var (record, first, second) = comparisons[i];
                lengths[i] = record.PairLength(first, second);
            }

            var plan = BatchPlan.For(lengths.AsSpan(0, comparisons.Length), batchTokens, shapes);
            for (var batch = 0; batch < plan.Count; batch++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Run(run, comparisons, plan.Members(batch), plan.Rows(batch), plan.Length(batch), logits);
                completed?.Invoke(plan.Members(batch).Length);
            }

            return plan.ComputedTokens;
        }
        finally
        {
            runs.Return(run);
            ArrayPool<int>.Shared.Return(lengths);
        }
    }

    /// <summary>
    /// Computes before the first request: on the CPU one batch, on a GPU one of each shape that batches have; there it also measures the speed by
    /// size and chooses the size of batches, unless the options do.
    /// </summary>
    /// <param name="cancellationToken">Checked before each batch.</param>
    public WarmUpReport WarmUp(CancellationToken cancellationToken = default)
    {
        var run = runs.Take();
        try
        {
            var report = new WarmUp((rows, length) => Run(run, [], [], rows, length, []), shapes, longest).Run(batchTokens, measuresBatches, cancellationToken);
            batchTokens = report.BatchTokens;
            return report;
        }
        finally
        {
            runs.Return(run);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        runs.Dispose();
        session.Dispose();
    }

    private void Run(BoundRun run, ReadOnlySpan<Comparison> comparisons, ReadOnlySpan<int> members, int rows, int length, Span<float> logits)
    {
        run.Begin(rows, length);
        var ids = run.Input<int>("input_ids");
        var mask = run.Input<int>("attention_mask");
        var markers = run.Input<long>("markers");
        for (var row = 0; row < members.Length; row++)
        {
            var (record, first, second) = comparisons[members[row]];
            var used = record.PairLength(first, second);
            var start = row * length;
            PairLayout.Write(tokens, record, first, second, ids.Slice(start, used), markers.Slice(3 * row, 3));
            ids.Slice(start + used, length - used).Fill(tokens.Pad);
            mask.Slice(start, used).Fill(1);
            mask.Slice(start + used, length - used).Clear();
        }

        // A row of padding has one token, so that its attention has a sum.
        ids[(members.Length * length)..].Fill(tokens.Pad);
        mask[(members.Length * length)..].Clear();
        markers[(3 * members.Length)..].Clear();
        for (var row = members.Length; row < rows; row++)
        {
            mask[row * length] = 1;
        }

        run.Run();
        for (var row = 0; row < members.Length; row++)
        {
            logits[members[row]] = run.Output[row];
        }
    }

    private static int Length(int value, string name) => value > PairLayout.ControlTokens
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"must be above {PairLayout.ControlTokens}, the control tokens of a segment");
}
