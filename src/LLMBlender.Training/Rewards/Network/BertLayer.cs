using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Rewards.Network;

/// <summary>One post-LN layer over packed rows: a = LN(x + W_o·attention(x)), y = LN(a + W₂·gelu(W₁·a)).</summary>
internal sealed class BertLayer : nn.Module
{
    private readonly BertDimensions dimensions;
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly Linear attended;
    private readonly LayerNorm attendedNorm;
    private readonly Linear wide;
    private readonly Linear narrow;
    private readonly LayerNorm norm;

    public BertLayer(BertDimensions dimensions)
        : base(nameof(BertLayer))
    {
        this.dimensions = dimensions;
        int hidden = dimensions.HiddenSize;
        (query, key, value, attended) = (nn.Linear(hidden, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, hidden));
        (wide, narrow) = (nn.Linear(hidden, dimensions.IntermediateSize), nn.Linear(dimensions.IntermediateSize, hidden));
        attendedNorm = nn.LayerNorm(hidden, dimensions.LayerNormEpsilon);
        norm = nn.LayerNorm(hidden, dimensions.LayerNormEpsilon);
        register_module("attention", new Training.Network.Group(
            ("self", new Training.Network.Group(("query", query), ("key", key), ("value", value))),
            ("output", new Training.Network.Group(("dense", attended), ("LayerNorm", attendedNorm)))));
        register_module("intermediate", new Training.Network.Group(("dense", wide)));
        register_module("output", new Training.Network.Group(("dense", narrow), ("LayerNorm", norm)));
    }

    /// <summary>The layer's output for every token.</summary>
    /// <param name="x">[tokens, hidden]</param>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="pass">Precision and dropout.</param>
    public Tensor Forward(Tensor x, long[] lengths, BertPass pass)
    {
        Tensor[] projected = pass.Linear(pass.Round(x), query, key, value).split(lengths, 0);
        Tensor context = cat([.. projected.Select(row => Attend(row.chunk(3, -1)))], 0);
        return Finish(context, x, pass);
    }

    /// <summary>The layer's output for each row's first token alone, which is all that the head reads.</summary>
    /// <param name="x">[tokens, hidden]</param>
    /// <param name="first">Each row's first token, [rows, hidden].</param>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="pass">Precision and dropout.</param>
    public Tensor ForwardFirst(Tensor x, Tensor first, long[] lengths, BertPass pass)
    {
        Tensor[] asked = pass.Linear(pass.Round(first), query).split(1, 0);
        Tensor[] projected = pass.Linear(pass.Round(x), key, value).split(lengths, 0);
        Tensor context = cat([.. projected.Select((row, i) => Attend([asked[i], .. row.chunk(2, -1)]))], 0);
        return Finish(context, first, pass);
    }

    private Tensor Finish(Tensor context, Tensor x, BertPass pass)
    {
        Tensor a = attendedNorm.forward(Training.Network.Arithmetic.Add(pass.Drop(pass.Linear(context, attended).to_type(float32)), x));
        Tensor inner = nn.functional.gelu(pass.Linear(pass.Round(a), wide));
        return norm.forward(Training.Network.Arithmetic.Add(pass.Drop(pass.Linear(inner, narrow).to_type(float32)), a));
    }

    private Tensor Attend(Tensor[] parts)
    {
        Tensor context = nn.functional.scaled_dot_product_attention(Heads(parts[0]), Heads(parts[1]), Heads(parts[2]));
        return context.transpose(1, 2).reshape(-1, dimensions.HiddenSize);
    }

    // [tokens, hidden] to [1, heads, tokens, head].
    private Tensor Heads(Tensor row) => row.view(1, row.shape[0], dimensions.Heads, dimensions.HeadSize).transpose(1, 2);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (nn.Module module in new nn.Module[] { query, key, value, attended, attendedNorm, wide, narrow, norm })
            {
                module.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
