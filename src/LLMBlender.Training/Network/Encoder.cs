using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>The DeBERTa-v3 encoder; its parameters bear the checkpoint's names (<c>embeddings.…</c>, <c>encoder.…</c>).</summary>
internal sealed class Encoder : nn.Module
{
    private readonly NetworkConfig config;
    private readonly Embedding words;
    private readonly LayerNorm embeddingNorm;
    private readonly Embedding relative;
    private readonly LayerNorm relativeNorm;
    private readonly EncoderLayer[] layers;

    public Encoder(NetworkConfig config)
        : base(nameof(Encoder))
    {
        this.config = config;
        words = nn.Embedding(config.VocabSize, config.HiddenSize);
        embeddingNorm = nn.LayerNorm(config.HiddenSize, config.LayerNormEpsilon);
        relative = nn.Embedding(2 * config.PositionBuckets, config.HiddenSize);
        relativeNorm = nn.LayerNorm(config.HiddenSize, config.LayerNormEpsilon);
        layers = [.. Enumerable.Range(0, config.Layers).Select(_ => new EncoderLayer(config))];
        register_module("embeddings", new Group(("word_embeddings", words), ("LayerNorm", embeddingNorm)));
        register_module("encoder", new Group(
            ("rel_embeddings", relative),
            ("LayerNorm", relativeNorm),
            ("layer", new Group([.. layers.Select((layer, i) => ($"{i}", (nn.Module)layer))]))));
    }

    /// <summary>The word embedding, [vocabulary, hidden].</summary>
    public Tensor Words => words.weight!;

    /// <summary>The embedding output, then each layer's output, as the reference computes them.</summary>
    /// <param name="ids">[B, L] int64</param>
    /// <param name="mask">[B, L], nonzero where a token counts; holes are allowed.</param>
    /// <param name="noise">Dropout in training; null when evaluating.</param>
    /// <returns>Layers + 1 tensors [B, L, hidden]</returns>
    public IReadOnlyList<Tensor> Forward(Tensor ids, Tensor mask, Noise? noise = null)
    {
        Tensor valid = mask.ne(0);
        var scope = new AttentionScope
        {
            Relative = relativeNorm.forward(relative.weight!),
            Index = RelativePositions.Table(ids.shape[1], config.PositionBuckets, config.MaxPosition),
            Mask = valid.unsqueeze(1).unsqueeze(2).logical_and(valid.unsqueeze(1).unsqueeze(3)),
            Noise = noise,
        };
        var states = new List<Tensor>(layers.Length + 1) { Embed(ids, valid.to_type(float32), noise) };
        foreach (EncoderLayer layer in layers)
        {
            states.Add(layer.Forward(states[^1], scope));
        }

        return states;
    }

    /// <summary>
    /// The same network computed for training speed: rows must be right-padded, and the last layer is computed only at
    /// <paramref name="positions"/>, since a pair ranker reads nothing else of it.
    /// </summary>
    /// <param name="ids">[B, L] int64</param>
    /// <param name="lengths">Valid tokens of each row.</param>
    /// <param name="positions">M positions of each row, B·M numbers.</param>
    /// <param name="noise">Dropout in training; null when evaluating.</param>
    /// <param name="half">Whether dense layers round their factors to bfloat16.</param>
    /// <returns>The last layer at the positions [B, M, hidden], and the whole output of the layer before it [B, L, hidden].</returns>
    public (Tensor Last, Tensor BeforeLast) ForwardFused(Tensor ids, int[] lengths, int[] positions, Noise? noise, bool half = false)
    {
        var (batch, length) = (ids.shape[0], ids.shape[1]);
        var scope = new AttentionScope
        {
            Relative = relativeNorm.forward(relative.weight!),
            Lengths = lengths,
            Rows = RelativePositions.Descending((int)length, config.PositionBuckets, config.MaxPosition),
            Half = half,
            Noise = noise,
        };
        Tensor hidden = Embed(ids, Valid(lengths, (int)length), noise);
        foreach (EncoderLayer layer in layers.AsSpan(..^1))
        {
            hidden = layer.ForwardFused(hidden, hidden, null, scope);
        }

        int count = positions.Length / lengths.Length;
        Tensor flat = tensor([.. positions.Select((position, i) => i / count * length + position)], dtype: int64);
        Tensor queries = hidden.view(batch * length, -1).index_select(0, flat).view(batch, count, -1);
        return (layers[^1].ForwardFused(hidden, queries, positions, scope), hidden);
    }

    private Tensor Embed(Tensor ids, Tensor valid, Noise? noise)
    {
        Tensor embedded = embeddingNorm.forward(words.forward(ids)) * valid.unsqueeze(-1);
        return noise?.Drop(embedded, config.HiddenDropout) ?? embedded;
    }

    private static Tensor Valid(int[] lengths, int length)
    {
        float[] valid = new float[lengths.Length * length];
        for (int row = 0; row < lengths.Length; row++)
        {
            valid.AsSpan(row * length, lengths[row]).Fill(1);
        }

        return tensor(valid, [lengths.Length, length]);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            words.Dispose();
            embeddingNorm.Dispose();
            relative.Dispose();
            relativeNorm.Dispose();
            foreach (EncoderLayer layer in layers)
            {
                layer.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
