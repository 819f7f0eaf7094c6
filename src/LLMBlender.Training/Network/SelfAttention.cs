using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>
/// Disentangled self-attention with content-to-position and position-to-content terms and projections shared between content and
/// position (DeBERTa, section 3.1; transformers' DisentangledSelfAttention).
/// </summary>
internal sealed class SelfAttention : nn.Module
{
    private readonly NetworkConfig config;
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;

    public SelfAttention(NetworkConfig config)
        : base(nameof(SelfAttention))
    {
        this.config = config;
        query = nn.Linear(config.HiddenSize, config.HiddenSize);
        key = nn.Linear(config.HiddenSize, config.HiddenSize);
        value = nn.Linear(config.HiddenSize, config.HiddenSize);
        register_module("query_proj", query);
        register_module("key_proj", key);
        register_module("value_proj", value);
    }

    /// <summary>As the reference computes it: every product, gather and mask in the reference's order.</summary>
    /// <param name="hidden">[B, L, hidden]</param>
    /// <param name="scope">Index and mask of this pass.</param>
    /// <returns>[B, L, hidden]</returns>
    public Tensor Forward(Tensor hidden, AttentionScope scope)
    {
        float scale = MathF.Sqrt(config.HeadSize * 3);
        Tensor q = Heads(query.forward(hidden));
        Tensor k = Heads(key.forward(hidden));
        Tensor v = Heads(value.forward(hidden));
        Tensor positionKey = Heads(key.forward(scope.Relative).unsqueeze(0));
        Tensor positionQuery = Heads(query.forward(scope.Relative).unsqueeze(0));
        Tensor index = scope.Index!.expand(q.shape[0], q.shape[1], -1, -1);

        Tensor scores = matmul(q, k.transpose(-1, -2) / scale);
        scores += matmul(q, positionKey.transpose(-1, -2)).gather(-1, index) / scale;

        // The reference gathers with the index of (k, q) and transposes; that lands on the row of (q, k) again.
        Tensor reverse = scope.Index!.transpose(0, 1).expand(q.shape[0], q.shape[1], -1, -1);
        scores += matmul(k, positionQuery.transpose(-1, -2)).gather(-1, reverse).transpose(-1, -2) / scale;

        Tensor hole = scope.Mask!.logical_not();
        Tensor probabilities = scores.masked_fill(hole, float.MinValue).softmax(-1).masked_fill(hole, 0);
        probabilities = scope.Noise?.Drop(probabilities, config.AttentionDropout) ?? probabilities;
        return Merge(matmul(probabilities, v));
    }

    /// <summary>
    /// The same numbers through <see cref="FusedAttention"/>: one pass over the scores, and only the queries asked for.
    /// Attention dropout is not applied here.
    /// </summary>
    /// <param name="hidden">[B, L, hidden]</param>
    /// <param name="queries">[B, M, hidden]: the rows of <paramref name="hidden"/> to compute.</param>
    /// <param name="positions">Where those rows are, M for each of B; null when they are all rows.</param>
    /// <param name="scope">Lengths and table rows of this pass.</param>
    /// <returns>[B, M, hidden]</returns>
    public Tensor ForwardFused(Tensor hidden, Tensor queries, int[]? positions, AttentionScope scope)
    {
        var (q, k, v) = Project(hidden, queries, positions is null, scope.Half);
        Tensor[] table = Products.Apply(scope.Relative.unsqueeze(0), scope.Half, query, key).chunk(2, -1);
        Tensor positionQuery = Heads(table[0]).squeeze(0).contiguous();
        Tensor positionKey = Heads(table[1]).squeeze(0).contiguous();
        var geometry = new AttentionGeometry(scope.Lengths!, positions, scope.Rows!);
        return Merge(FusedAttention.apply(q, k, v, positionKey, positionQuery, geometry));
    }

    private (Tensor Q, Tensor K, Tensor V) Project(Tensor hidden, Tensor queries, bool all, bool half)
    {
        Tensor[] parts = all
            ? Products.Apply(hidden, half, query, key, value).chunk(3, -1)
            : [Products.Apply(query, queries, half), .. Products.Apply(hidden, half, key, value).chunk(2, -1)];
        return (Heads(parts[0]).contiguous(), Heads(parts[1]).contiguous(), Heads(parts[2]).contiguous());
    }

    private Tensor Heads(Tensor projected) =>
        projected.view(projected.shape[0], projected.shape[1], config.Heads, config.HeadSize).transpose(1, 2);

    private Tensor Merge(Tensor context) =>
        context.transpose(1, 2).contiguous().view(context.shape[0], context.shape[2], config.HiddenSize);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            query.Dispose();
            key.Dispose();
            value.Dispose();
        }

        base.Dispose(disposing);
    }
}
