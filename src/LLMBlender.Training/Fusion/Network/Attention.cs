using LLMBlender.Training.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>T5's attention: no biases in its projections, no scaling of its scores.</summary>
internal sealed class Attention : nn.Module
{
    private readonly FuserConfig config;
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly Linear output;

    /// <param name="config">The shape.</param>
    /// <param name="holdsTable">Whether this is the first block of a stack, which holds the position table.</param>
    public Attention(FuserConfig config, bool holdsTable)
        : base(nameof(Attention))
    {
        this.config = config;
        query = nn.Linear(config.ModelSize, config.InnerSize, hasBias: false);
        key = nn.Linear(config.ModelSize, config.InnerSize, hasBias: false);
        value = nn.Linear(config.ModelSize, config.InnerSize, hasBias: false);
        output = nn.Linear(config.InnerSize, config.ModelSize, hasBias: false);
        register_module("q", query);
        register_module("k", key);
        register_module("v", value);
        register_module("o", output);
        if (holdsTable)
        {
            Table = nn.Embedding(config.Buckets, config.Heads);
            register_module("relative_attention_bias", Table);
        }
    }

    /// <summary>The position table [buckets, heads]; null outside the first block.</summary>
    public Embedding? Table { get; }

    /// <summary>Keys and values of states, each [B, heads, L, head size].</summary>
    public (Tensor Key, Tensor Value) Memory(Tensor states, bool half)
    {
        Tensor[] parts = Products.Apply(states, cat([key.weight!, value.weight!]), half).chunk(2, -1);
        return (Heads(parts[0]), Heads(parts[1]));
    }

    /// <param name="hidden">[B, M, model]: the queries' states.</param>
    /// <param name="memory">Keys and values of what is attended to.</param>
    /// <param name="bias">Added to the scores [B, heads, M, L]; may be null.</param>
    /// <param name="padding">Added too; may be null.</param>
    /// <param name="half">Whether dense layers round their factors to bfloat16.</param>
    /// <returns>[B, M, model]</returns>
    public Tensor Forward(Tensor hidden, (Tensor Key, Tensor Value) memory, Tensor? bias, Tensor? padding, bool half)
    {
        Tensor scores = matmul(Heads(Products.Apply(hidden, query.weight!, half)), memory.Key.transpose(-1, -2));
        scores = bias is null ? scores : Arithmetic.Add(scores, bias);
        scores = padding is null ? scores : Arithmetic.Add(scores, padding);
        Tensor context = matmul(scores.softmax(-1), memory.Value).transpose(1, 2).contiguous();
        return Products.Apply(context.view(hidden.shape[0], hidden.shape[1], config.InnerSize), output.weight!, half);
    }

    private Tensor Heads(Tensor projected) =>
        projected.view(projected.shape[0], projected.shape[1], config.Heads, config.HeadSize).transpose(1, 2).contiguous();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            query.Dispose();
            key.Dispose();
            value.Dispose();
            output.Dispose();
            Table?.Dispose();
        }

        base.Dispose(disposing);
    }
}
