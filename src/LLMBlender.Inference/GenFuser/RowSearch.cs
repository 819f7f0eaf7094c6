using System.Numerics.Tensors;
using LLMBlender.Inference.Models;

namespace LLMBlender.Inference.GenFuser;

/// <summary>Greedy decoding or sampling of independent rows.</summary>
internal sealed class RowSearch : Search
{
    private readonly int vocabulary;
    private readonly List<int>[] rows;
    private readonly TokenSampler[]? samplers;
    private int running;

    public RowSearch(GenerationOptions options, GeneratorTokens tokens, int vocabulary, int prompt)
        : base(tokens, options.RowsPerPrompt)
    {
        this.vocabulary = vocabulary;
        running = Rows;
        rows = [.. Enumerable.Range(0, Rows).Select(_ => new List<int>())];
        samplers = options.Sampling is { } sampling
            ? [.. Enumerable.Range(0, Rows).Select(row => new TokenSampler(sampling, vocabulary, prompt, row))]
            : null;
    }

    /// <inheritdoc/>
    public override bool IsDone => running == 0;

    /// <inheritdoc/>
    public override IReadOnlyList<int> Certain => rows[0];

    /// <inheritdoc/>
    public override void Advance(ReadOnlySpan<float> logits, Span<int> next, List<(int From, int To)> copies)
    {
        for (var row = 0; row < Rows; row++)
        {
            if (HasEnded(row))
            {
                next[row] = Tokens.Pad;
                continue;
            }

            var scores = logits.Slice(row * vocabulary, vocabulary);
            next[row] = samplers is null ? TensorPrimitives.IndexOfMax(scores) : samplers[row].Draw(scores);
            rows[row].Add(next[row]);
            running -= HasEnded(row) ? 1 : 0;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(int[] Ids, double Score)> Finish() =>
        [.. rows.Select(row => ((int[])[Tokens.Start, .. row], 0.0))];

    private bool HasEnded(int row) => rows[row] is [.., var last] && last == Tokens.End;
}
