using LLMBlender.Training.Fusion.Network;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace LLMBlender.Benchmarks;

/// <summary>
/// Beam search with libtorch on a fuser's weights, as the Python reference does it: keys and values of past tokens are kept and reordered with the beams, and each step computes one token.
/// </summary>
internal sealed class TorchFuser : IDisposable
{
    private readonly FuserNetwork network;
    private readonly FuserConfig config;
    private readonly Dictionary<string, Tensor> weights;
    private readonly Tensor head;

    /// <param name="checkpoint">A Hugging Face folder of a gated T5.</param>
    public TorchFuser(string checkpoint)
    {
        network = FuserNetwork.Load(checkpoint);
        network.eval();
        config = network.Config;
        weights = network.state_dict();
        head = config.Tied ? weights["shared.weight"] / Math.Sqrt(config.ModelSize) : weights["lm_head.weight"];
    }

    /// <summary>The best beam's tokens after so many steps; no beam ends before.</summary>
    public long[] Generate(int[] source, int beams, int steps)
    {
        using var gradients = no_grad();
        using var all = NewDisposeScope();
        var encoded = network.Encode(tensor(Array.ConvertAll(source, static id => (long)id)).unsqueeze(0), [source.Length]);
        var bias = Bias(steps);
        var past = new (Tensor? Key, Tensor? Value)[config.DecoderLayers];
        var tokens = full([beams, 1], config.StartId, dtype: ScalarType.Int64);
        var texts = zeros([beams, 0], dtype: ScalarType.Int64);
        var sums = full([beams, 1], -1e9f);
        sums[0] = 0;
        for (var step = 0; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            var logits = matmul(Decode(tokens, past, bias, encoded, step), head.t()).squeeze(1);
            var scores = log_softmax(logits, -1) + sums;
            var (best, places) = scores.view(-1).topk(beams);
            var from = places.div(config.VocabSize, RoundingMode.floor);
            (tokens, sums) = (places.remainder(config.VocabSize).unsqueeze(1), best.unsqueeze(1));
            texts = cat([texts.index_select(0, from), tokens], 1);
            for (var i = 0; i < past.Length; i++)
            {
                past[i] = (past[i].Key!.index_select(0, from), past[i].Value!.index_select(0, from));
                scope.MoveToOuter(past[i].Key!, past[i].Value!);
            }

            scope.MoveToOuter(tokens, sums, texts);
        }

        return texts[0].data<long>().ToArray();
    }

    public void Dispose()
    {
        head.Dispose();
        network.Dispose();
    }

    private Tensor Decode(Tensor tokens, (Tensor? Key, Tensor? Value)[] past, Tensor bias, Encoded encoded, int step)
    {
        var x = weights["shared.weight"].index_select(0, tokens.view(-1)).unsqueeze(1);
        for (var i = 0; i < config.DecoderLayers; i++)
        {
            var block = $"decoder.block.{i}.layer.";
            var own = block + "0.SelfAttention.";
            var normed = Norm(x, block + "0.layer_norm.weight");
            var (key, value) = (Heads(linear(normed, weights[own + "k.weight"])), Heads(linear(normed, weights[own + "v.weight"])));
            past[i] = past[i].Key is { } keys ? (cat([keys, key], 2), cat([past[i].Value!, value], 2)) : (key, value);
            x += Attend(normed, own, past[i].Key!, past[i].Value!, bias.slice(-1, bias.shape[^1] - step - 1, bias.shape[^1], 1));
            x += Attend(Norm(x, block + "1.layer_norm.weight"), block + "1.EncDecAttention.", encoded.Memories[i].Key, encoded.Memories[i].Value, null);
            normed = Norm(x, block + "2.layer_norm.weight");
            var feed = block + "2.DenseReluDense.";
            x += linear(gelu(linear(normed, weights[feed + "wi_0.weight"])) * linear(normed, weights[feed + "wi_1.weight"]), weights[feed + "wo.weight"]);
        }

        return Norm(x, "decoder.final_layer_norm.weight");
    }

    private Tensor Attend(Tensor normed, string name, Tensor keys, Tensor values, Tensor? bias)
    {
        var scores = matmul(Heads(linear(normed, weights[name + "q.weight"])), keys.transpose(-1, -2));
        scores = bias is null ? scores : scores + bias;
        var context = matmul(scores.softmax(-1), values).transpose(1, 2).reshape(normed.shape[0], 1, config.InnerSize);
        return linear(context, weights[name + "o.weight"]);
    }

    private Tensor Heads(Tensor projected) => projected.view(projected.shape[0], 1, config.Heads, config.HeadSize).transpose(1, 2);

    private Tensor Norm(Tensor x, string name) => x * (x.pow(2).mean([-1], true) + config.NormEpsilon).rsqrt() * weights[name];

    // [1, heads, 1, steps]: of the tokens from the most distant one to the newest.
    private Tensor Bias(int steps)
    {
        var buckets = Enumerable.Range(0, steps).Select(i => (long)RelativeBuckets.Of(-(steps - 1 - i), false, config.Buckets, config.MaxDistance)).ToArray();
        return weights["decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight"].index_select(0, tensor(buckets)).t().unsqueeze(0).unsqueeze(2);
    }
}
