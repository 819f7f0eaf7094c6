using LLMBlender.Training.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>T5's encoder or decoder over embeddings that it is given; its parameters bear the checkpoint's names.</summary>
internal sealed class Stack : nn.Module
{
    private readonly FuserConfig config;
    private readonly bool decoder;
    private readonly AttentionBlock[] self;
    private readonly AttentionBlock[] cross;
    private readonly FeedForward[] feedForward;
    private readonly RmsNorm norm;

    public Stack(FuserConfig config, bool decoder)
        : base(nameof(Stack))
    {
        this.config = config;
        this.decoder = decoder;
        int layers = decoder ? config.DecoderLayers : config.EncoderLayers;
        self = [.. Enumerable.Range(0, layers).Select(i => new AttentionBlock(config, "SelfAttention", holdsTable: i == 0))];
        cross = decoder ? [.. self.Select(_ => new AttentionBlock(config, "EncDecAttention", holdsTable: false))] : [];
        feedForward = [.. self.Select(_ => new FeedForward(config))];
        norm = new RmsNorm(config.ModelSize, config.NormEpsilon);
        register_module("block", new Group([.. Enumerable.Range(0, layers).Select(i => ($"{i}", Block(i)))]));
        register_module("final_layer_norm", norm);
    }

    /// <summary>Keys and values of the encoder's states, one pair a layer; they stay the same while the decoder's input grows.</summary>
    public IReadOnlyList<(Tensor Key, Tensor Value)> Memories(Tensor states, bool half) =>
        [.. cross.Select(block => block.Attention.Memory(states, half))];

    /// <param name="embedded">[B, L, model]</param>
    /// <param name="padding">What hides padding: of the input itself in the encoder, of the encoder's in the decoder; may be null.</param>
    /// <param name="memories">The decoder's <see cref="Memories"/>; null in the encoder.</param>
    /// <param name="half">Whether dense layers round their factors to bfloat16.</param>
    /// <returns>[B, L, model]</returns>
    public Tensor Forward(Tensor embedded, Tensor? padding, IReadOnlyList<(Tensor Key, Tensor Value)>? memories, bool half)
    {
        Tensor bias = AttentionBias.Of(self[0].Attention.Table!, config, (int)embedded.shape[1], decoder);
        Tensor hidden = embedded;
        for (int i = 0; i < self.Length; i++)
        {
            hidden = self[i].ToItself(hidden, bias, decoder ? null : padding, half);
            hidden = decoder ? cross[i].To(memories![i], hidden, padding, half) : hidden;
            hidden = feedForward[i].Forward(hidden, half);
        }

        return norm.Forward(hidden);
    }

    private Group Block(int i)
    {
        nn.Module[] layers = decoder ? [self[i], cross[i], feedForward[i]] : [self[i], feedForward[i]];
        return new Group(("layer", new Group([.. layers.Select((layer, j) => ($"{j}", layer))])));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (nn.Module part in self.Concat(cross).Concat<nn.Module>(feedForward))
            {
                part.Dispose();
            }

            norm.Dispose();
        }

        base.Dispose(disposing);
    }
}
