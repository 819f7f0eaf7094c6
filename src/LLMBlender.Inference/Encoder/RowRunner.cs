using System.Collections.Concurrent;
using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Encoders;
using LLMBlender.Inference.Sessions;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Encoder;

/// <summary>A loaded encoder folder: batches rows by length, runs them, and returns each row's part of the graph's output.</summary>
internal sealed class RowRunner : IDisposable
{
    private const int UsualLength = 512;

    private readonly int pad;
    private readonly bool measuresBatches;
    private readonly ShapeBuckets? shapes;
    private readonly ConcurrentDictionary<string, BoundRuns> runs = new(StringComparer.Ordinal);

    private volatile int batchTokens;

    private RowRunner(ModelManifest manifest, OnnxSession session, Tokenizer tokenizer, EncoderOptions options, int maxLength)
    {
        (Manifest, Session, Tokenizer, MaxLength) = (manifest, session, tokenizer, maxLength);
        (batchTokens, pad) = (options.EffectiveBatchTokens, tokenizer.PadId ?? 0);
        measuresBatches = options.MeasuresBatches;
        shapes = options.HasShapeBuckets ? new ShapeBuckets(maxLength) : null;
    }

    public ModelManifest Manifest { get; }

    public Tokenizer Tokenizer { get; }

    public OnnxSession Session { get; }

    /// <summary>The maximum number of tokens in a row.</summary>
    public int MaxLength { get; }

    /// <summary>Loads a model folder of one of the given kinds.</summary>
    /// <exception cref="ModelException">The folder is not valid, or of another kind.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static RowRunner Load(string folder, EncoderOptions options, params string[] kinds)
    {
        options.Check();
        var model = ModelFolder.Open(folder);
        if (!kinds.Contains(model.Manifest.Kind))
        {
            throw new ModelException(
                Path.Combine(folder, ModelManifest.FileName), $"\"kind\" is \"{model.Manifest.Kind}\", but a {string.Join(" or a ", kinds)} was requested");
        }

        var most = model.Manifest.MaxLength;
        var length = options.MaxLength ?? most ?? UsualLength;
        if (length < 1 || length > most)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), length, $"a row's length must be from 1 to {most?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "any number"}, the model's");
        }

        var tokenizer = Tokenizer.Load(folder);
        return new RowRunner(model.Manifest, new OnnxSession(model.Graph, options.Accelerator, options.Threads, model.Manifest.IsHalf), tokenizer, options, length);
    }

    /// <summary>
    /// Runs rows. <paramref name="receive"/> gets a row's index and its part of the output, which is valid until it returns: one vector for
    /// a head, or one for each position up to the batch's length.
    /// </summary>
    public void Run(
        IReadOnlyList<EncoderRow> rows, string output, Receive receive, Action<int>? completed, CancellationToken cancellationToken)
    {
        var plan = BatchPlan.For([.. rows.Select(row => row.Row.Ids.Length)], batchTokens, shapes);
        var bound = Session.ShapeOfOutput(output) is null ? null : runs.GetOrAdd(output, name => new BoundRuns(Session, name));
        var run = bound?.Take();
        try
        {
            for (var batch = 0; batch < plan.Count; batch++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var members = plan.Members(batch);
                if (run is null)
                {
                    Run(rows, members, plan.Length(batch), output, receive);
                }
                else
                {
                    Run(run, rows, members, plan.Rows(batch), plan.Length(batch), receive);
                }

                completed?.Invoke(members.Length);
            }
        }
        finally
        {
            if (run is not null)
            {
                bound!.Return(run);
            }
        }
    }

    /// <summary>Computes before the first request: on the CPU one batch, on a GPU one of each shape, and measures the size of batches there.</summary>
    public WarmUpReport WarmUp(string output, CancellationToken cancellationToken)
    {
        var bound = runs.GetOrAdd(output, name => new BoundRuns(Session, name));
        var run = bound.Take();
        try
        {
            var report = new WarmUp((rows, length) => Run(run, [], [], rows, length, static (_, _) => { }), shapes, MaxLength)
                .Run(batchTokens, measuresBatches, cancellationToken);
            batchTokens = report.BatchTokens;
            return report;
        }
        finally
        {
            bound.Return(run);
        }
    }

    /// <summary>Receives a row's part of the output.</summary>
    public delegate void Receive(int row, ReadOnlySpan<float> values);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var bound in runs.Values)
        {
            bound.Dispose();
        }

        Session.Dispose();
    }

    private void Run(BoundRun run, IReadOnlyList<EncoderRow> rows, ReadOnlySpan<int> members, int count, int length, Receive receive)
    {
        run.Begin(count, length);
        var ids = run.Input<int>("input_ids");
        var mask = run.Input<int>("attention_mask");
        var types = run.Input<int>(IEncoderLayers.Types);
        var positions = run.Input<long>(PooledGraph.Positions);
        var targets = run.Input<long>(PooledGraph.Targets);
        ids.Fill(pad);
        mask.Clear();
        types.Clear();
        positions.Clear();
        targets.Clear();
        for (var i = 0; i < count; i++)
        {
            if (i >= members.Length)
            {
                // A row of padding has one token, so that its attention has a sum.
                mask[i * length] = 1;
                continue;
            }

            var (row, position, target) = rows[members[i]];
            row.Ids.CopyTo(ids[(i * length)..]);
            mask.Slice(i * length, row.Ids.Length).Fill(1);
            if (types.Length > 0)
            {
                row.Types.CopyTo(types[(i * length)..]);
            }

            if (positions.Length > 0)
            {
                positions[i] = position;
            }

            if (targets.Length > 0)
            {
                targets[i] = target;
            }
        }

        run.Run();
        var values = run.Output;
        var width = values.Length / count;
        for (var i = 0; i < members.Length; i++)
        {
            receive(members[i], values.Slice(i * width, width));
        }
    }

    // For an output whose width the graph does not declare.
    private void Run(IReadOnlyList<EncoderRow> rows, ReadOnlySpan<int> members, int length, string output, Receive receive)
    {
        var size = members.Length * length;
        var (ids, mask, types) = (new int[size], new int[size], new int[size]);
        var (positions, targets) = (new long[members.Length], new long[members.Length]);
        ids.AsSpan().Fill(pad);
        for (var i = 0; i < members.Length; i++)
        {
            var (row, position, target) = rows[members[i]];
            row.Ids.CopyTo(ids, i * length);
            row.Types.CopyTo(types, i * length);
            mask.AsSpan(i * length, row.Ids.Length).Fill(1);
            (positions[i], targets[i]) = (position, target);
        }

        using var inputs = new InputSet(Session, [members.Length, length]);
        inputs.Add("input_ids", ids);
        inputs.Add("attention_mask", mask);
        inputs.Add(IEncoderLayers.Types, types);
        inputs.Add(PooledGraph.Positions, positions, [members.Length, 1]);
        inputs.Add(PooledGraph.Targets, targets, [members.Length, 1]);
        using var outputs = inputs.Run(output);
        var values = outputs[0].GetTensorDataAsSpan<float>();
        var width = values.Length / members.Length;
        for (var i = 0; i < members.Length; i++)
        {
            receive(members[i], values.Slice(i * width, width));
        }
    }
}
