using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>
/// PairRanker: the encoder and a head that scores each candidate from the hidden states at the source's and the candidate's marker,
/// f([h_s; h_c]) = W₂·tanh(W₁·[h_s; h_c]) (LLM-Blender, section 3.2; DebertaV2PairRM).
/// </summary>
internal sealed class PairRankerNetwork : nn.Module
{
    private readonly Linear dense;
    private readonly Linear score;

    public PairRankerNetwork(NetworkConfig config)
        : base(nameof(PairRankerNetwork))
    {
        Config = config;
        Encoder = new Encoder(config);
        dense = nn.Linear(2 * config.HiddenSize, config.HiddenSize);
        score = nn.Linear(config.HiddenSize, config.Tasks);
        register_module("pretrained_model", Encoder);
        register_module("head_layer", new Group(("1", dense), ("4", score)));
    }

    public NetworkConfig Config { get; }

    public Encoder Encoder { get; }

    /// <summary>Logits of a batch as the reference computes them, with no gradient.</summary>
    /// <param name="ids">[B, L] int64, each row with one source, one candidate1 and one candidate2 marker.</param>
    /// <param name="mask">[B, L], nonzero where a token counts.</param>
    /// <returns>[B]: positive when the first candidate is better.</returns>
    public Tensor Logits(Tensor ids, Tensor mask)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        Tensor hidden = Encoder.Forward(ids, mask)[^1];
        Tensor source = At(hidden, ids, Config.SourceId);
        Tensor left = Head(source, At(hidden, ids, Config.Candidate1Id), null);
        Tensor right = Head(source, At(hidden, ids, Config.Candidate2Id), null);
        return (left - right).mean([-1]).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of both candidates by the fused path.</summary>
    /// <param name="ids">[B, L] int64, right-padded.</param>
    /// <param name="lengths">Valid tokens of each row.</param>
    /// <param name="markers">Positions of the source, candidate1 and candidate2 markers of each row, 3·B numbers.</param>
    /// <param name="noise">Dropout in training; null when evaluating.</param>
    /// <param name="half">Whether dense layers round their factors to bfloat16.</param>
    /// <returns>
    /// s_A and s_B [B, tasks], the last hidden states at the three markers [B, 3, hidden], and the whole output of the layer before the last
    /// [B, L, hidden].
    /// </returns>
    public (Tensor Left, Tensor Right, Tensor Markers, Tensor BeforeLast) Scores(Tensor ids, int[] lengths, int[] markers, Noise? noise = null, bool half = false)
    {
        var (last, before) = Encoder.ForwardFused(ids, lengths, markers, noise, half);
        Tensor source = last.select(1, 0);
        return (Head(source, last.select(1, 1), noise), Head(source, last.select(1, 2), noise), last, before);
    }

    /// <summary>Scores of all candidates of a sequence that holds more of them than two, by the fused path: what the head reads at each one's marker.</summary>
    /// <param name="ids">[B, L] int64, right-padded.</param>
    /// <param name="lengths">Valid tokens of each row.</param>
    /// <param name="markers">Positions of the source's and the N candidates' markers of each row, (1 + N)·B numbers.</param>
    /// <param name="noise">Dropout in training; null when evaluating.</param>
    /// <returns>[B, N]</returns>
    public Tensor GroupScores(Tensor ids, int[] lengths, int[] markers, Noise? noise = null)
    {
        Tensor last = Encoder.ForwardFused(ids, lengths, markers, noise).Last;
        Tensor candidates = last.slice(1, 1, last.shape[1], 1);
        return Head(last.slice(1, 0, 1, 1).expand_as(candidates), candidates, noise).mean([-1]);
    }

    private Tensor Head(Tensor source, Tensor candidate, Noise? noise)
    {
        Tensor joined = cat([source, candidate], -1);
        joined = noise?.Drop(joined, Config.HeadDropout) ?? joined;
        Tensor inner = dense.forward(joined).tanh();
        return score.forward(noise?.Drop(inner, Config.HeadDropout) ?? inner);
    }

    private static Tensor At(Tensor hidden, Tensor ids, int marker)
    {
        Tensor where = ids.eq(marker).to_type(int64).argmax(1);
        return hidden[arange(ids.shape[0], dtype: int64), where];
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Encoder.Dispose();
            dense.Dispose();
            score.Dispose();
        }

        base.Dispose(disposing);
    }
}
