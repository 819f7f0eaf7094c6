using LLMBlender.Training.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>
/// T5 v1.1 (Raffel et al. 2020; transformers' T5ForConditionalGeneration): pre-norm stacks without biases, gated feed-forward, position
/// buckets shared from each stack's first block, an embedding shared by both stacks and, where tied, by the head.
/// </summary>
internal sealed class FuserNetwork : nn.Module
{
    private readonly Embedding shared;
    private readonly Stack encoder;
    private readonly Stack decoder;
    private readonly Linear? head;
    private readonly Tensor headScale;

    public FuserNetwork(FuserConfig config)
        : base(nameof(FuserNetwork))
    {
        Config = config;
        shared = nn.Embedding(config.VocabSize, config.ModelSize);
        encoder = new Stack(config, decoder: false);
        decoder = new Stack(config, decoder: true);
        register_module("shared", shared);
        register_module("encoder", encoder);
        register_module("decoder", decoder);
        headScale = tensor(1 / MathF.Sqrt(config.ModelSize));
        if (!config.Tied)
        {
            head = nn.Linear(config.ModelSize, config.VocabSize, hasBias: false);
            register_module("lm_head", head);
        }
    }

    public FuserConfig Config { get; }

    /// <summary>A fuser with the weights of a Hugging Face folder.</summary>
    /// <exception cref="Inference.ModelException">Its config.json or a tensor is missing or wrong.</exception>
    public static FuserNetwork Load(string folder)
    {
        var network = new FuserNetwork(FuserConfig.Load(folder));
        NetworkWeights.Load(network, folder);
        return network;
    }

    /// <summary>The encoder's states, after its last norm.</summary>
    /// <param name="ids">[B, S] int64, right-padded.</param>
    /// <param name="lengths">Valid tokens of each row.</param>
    /// <param name="half">Whether dense layers round their factors to bfloat16.</param>
    /// <returns>What the decoder needs of the sources.</returns>
    public Encoded Encode(Tensor ids, int[] lengths, bool half = false)
    {
        Tensor? padding = AttentionBias.Padding(lengths, (int)ids.shape[1]);
        Tensor states = encoder.Forward(shared.forward(ids), padding, null, half);
        return new Encoded(states, padding, decoder.Memories(states, half));
    }

    /// <summary>The decoder's states for its whole input, after its last norm.</summary>
    /// <param name="ids">[B, T] int64, each row beginning with the start token.</param>
    /// <param name="source">The encoded sources.</param>
    /// <param name="half">Whether dense layers round their factors to bfloat16.</param>
    /// <returns>[B, T, model]</returns>
    public Tensor Decode(Tensor ids, Encoded source, bool half = false) =>
        decoder.Forward(shared.forward(ids), source.Padding, source.Memories, half);

    /// <summary>Logits over the vocabulary.</summary>
    /// <param name="states">[…, model] of the decoder.</param>
    /// <param name="half">Whether the product rounds its factors to bfloat16.</param>
    /// <returns>[…, vocabulary]</returns>
    public Tensor Logits(Tensor states, bool half = false) => head is null
        ? Products.Apply(states * headScale, shared.weight!, half)
        : Products.Apply(states, head.weight!, half);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            shared.Dispose();
            encoder.Dispose();
            decoder.Dispose();
            head?.Dispose();
            headScale.Dispose();
        }

        base.Dispose(disposing);
    }
}
