using System.Text.Json.Nodes;
using LLMBlender.Inference.Models;
using LLMBlender.Training.Network;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;
using TorchSharp.Modules;

namespace LLMBlender.Training.Baselines;

/// <summary>
/// The DeBERTa-v3 encoder under one of the baselines' heads; parameters bear the names of transformers' <c>DebertaV2Model</c>,
/// <c>DebertaV2ForSequenceClassification</c> or <c>DebertaV2ForMaskedLM</c>.
/// </summary>
internal sealed class BaselineNetwork : nn.Module
{
    private readonly NetworkConfig config;
    private readonly BaselineShape shape;
    private readonly IReadOnlyList<string> labels;
    private readonly Linear? dense;
    private readonly Linear? score;
    private readonly LayerNorm? norm;
    private readonly Parameter? bias;

    /// <param name="config">The encoder's shape.</param>
    /// <param name="shape">The head.</param>
    /// <param name="labels">Names of what a SummaReranker says.</param>
    public BaselineNetwork(NetworkConfig config, BaselineShape shape, IReadOnlyList<string> labels)
        : base(nameof(BaselineNetwork))
    {
        (this.config, this.shape, this.labels) = (config, shape, labels);
        Encoder = new Encoder(config);
        register_module("deberta", Encoder);
        if (shape != BaselineShape.SimCls)
        {
            dense = nn.Linear(config.HiddenSize, config.HiddenSize);
        }

        if (shape == BaselineShape.SummaReranker)
        {
            score = nn.Linear(config.HiddenSize, labels.Count);
            register_module("pooler", new Group(("dense", dense!)));
            register_module("classifier", score);
        }
        else if (shape == BaselineShape.Mlm)
        {
            norm = nn.LayerNorm(config.HiddenSize, config.LayerNormEpsilon);
            bias = new Parameter(zeros(config.VocabSize));
            var predictions = new Group(("transform", new Group(("dense", dense!), ("LayerNorm", norm))));
            predictions.register_parameter("bias", bias);
            register_module("cls", new Group(("predictions", predictions)));
        }
    }

    public Encoder Encoder { get; }

    /// <summary>
    /// What the head makes of the states at some positions: [rows, n, labels], [rows, n, hidden] for SimCLS, or logits
    /// [rows, n, vocabulary].
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="noise">Dropout in training; null when evaluating.</param>
    /// <param name="half">Whether dense layers round their factors to bfloat16.</param>
    public Tensor Forward(RowBatch batch, Noise? noise, bool half)
    {
        Tensor ids = tensor(batch.Ids, [batch.Rows, batch.Length]);
        Tensor states = Encoder.ForwardFused(ids, batch.Lengths, batch.Positions, noise, half).Last;
        if (dense is null)
        {
            return states;
        }

        Tensor inner = nn.functional.gelu(dense.forward(noise?.Drop(states, config.HeadDropout) ?? states));
        if (score is not null)
        {
            return score.forward(noise?.Drop(inner, config.HeadDropout) ?? inner);
        }

        return Arithmetic.Add(norm!.forward(inner).matmul(Encoder.Words.transpose(0, 1)), bias!);
    }

    /// <summary>config.json of the export.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = config.ToJson();
        foreach (string field in new[] { "source_prefix_id", "cand1_prefix_id", "cand2_prefix_id", "cand_prefix_id", "n_tasks", "source_maxlength", "candidate_maxlength" })
        {
            json.Remove(field);
        }

        json["architectures"] = new JsonArray(shape switch
        {
            BaselineShape.SummaReranker => "DebertaV2ForSequenceClassification",
            BaselineShape.Mlm => "DebertaV2ForMaskedLM",
            _ => "DebertaV2Model",
        });
        json["llmblender_kind"] = shape switch
        {
            BaselineShape.SummaReranker => ModelKind.SummaReranker,
            BaselineShape.Mlm => ModelKind.MlmScorer,
            _ => ModelKind.SimCls,
        };
        if (shape == BaselineShape.SummaReranker)
        {
            json["problem_type"] = "multi_label_classification";
            json["id2label"] = new JsonObject(labels.Select((label, i) => KeyValuePair.Create($"{i}", (JsonNode?)label)));
        }

        return json;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Encoder.Dispose();
            dense?.Dispose();
            score?.Dispose();
            norm?.Dispose();
            bias?.Dispose();
        }

        base.Dispose(disposing);
    }
}
