using LLMBlender.Training.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Rewards.Network;

/// <summary>
/// A BERT encoder under a pooler and one score: r = w·tanh(W·h₀ + b) + c of the first token's last state h₀. Parameters bear the names of
/// transformers' <c>BertForSequenceClassification</c>.
/// </summary>
internal sealed class RewardNetwork : nn.Module
{
    private readonly Embedding words;
    private readonly Embedding positions;
    private readonly Embedding types;
    private readonly LayerNorm norm;
    private readonly BertLayer[] layers;
    private readonly Linear pooler;
    private readonly Linear classifier;

    public RewardNetwork(BertDimensions dimensions)
        : base(nameof(RewardNetwork))
    {
        Dimensions = dimensions;
        words = nn.Embedding(dimensions.VocabSize, dimensions.HiddenSize);
        positions = nn.Embedding(dimensions.Positions, dimensions.HiddenSize);
        types = nn.Embedding(dimensions.TokenTypes, dimensions.HiddenSize);
        norm = nn.LayerNorm(dimensions.HiddenSize, dimensions.LayerNormEpsilon);
        layers = [.. Enumerable.Range(0, dimensions.Layers).Select(_ => new BertLayer(dimensions))];
        pooler = nn.Linear(dimensions.HiddenSize, dimensions.HiddenSize);
        classifier = nn.Linear(dimensions.HiddenSize, 1);
        register_module("bert", new Group(
            ("embeddings", new Group(
                ("word_embeddings", words), ("position_embeddings", positions), ("token_type_embeddings", types), ("LayerNorm", norm))),
            ("encoder", new Group(("layer", new Group([.. layers.Select((layer, i) => ($"{i}", (nn.Module)layer))])))),
            ("pooler", new Group(("dense", pooler)))));
        register_module("classifier", classifier);
    }

    public BertDimensions Dimensions { get; }

    /// <summary>The score of each row, [rows].</summary>
    public Tensor Forward(PackedRows rows, BertPass pass)
    {
        Tensor x = Embed(rows, pass);
        foreach (BertLayer layer in layers.AsSpan(..^1))
        {
            x = layer.Forward(x, rows.Lengths, pass);
        }

        Tensor first = layers[^1].ForwardFirst(x, x.index_select(0, tensor(rows.Starts())), rows.Lengths, pass);
        return classifier.forward(pooler.forward(first).tanh()).squeeze(1);
    }

    private Tensor Embed(PackedRows rows, BertPass pass)
    {
        Tensor placed = Arithmetic.Add(words.forward(tensor(rows.Ids)), positions.forward(tensor(rows.Positions())));
        return pass.Drop(norm.forward(Arithmetic.Add(placed, types.forward(tensor(rows.Types)))));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (nn.Module module in new nn.Module[] { words, positions, types, norm, pooler, classifier }.Concat(layers))
            {
                module.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
