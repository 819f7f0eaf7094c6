using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference;

namespace LLMBlender.Training.Network;

/// <summary>Dimensions of a DeBERTa-v3 pair ranker, as config.json of the PairRM-hf layout names them.</summary>
/// <remarks>
/// Only what DeBERTa-v3 uses is accepted: relative attention with shared key projections, both position terms, log buckets,
/// LayerNorm-ed relative embeddings, no absolute positions, erf-GELU. Anything else is a <see cref="ModelException"/>.
/// </remarks>
internal sealed record NetworkConfig
{
    public required int VocabSize { get; init; }

    public required int HiddenSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int IntermediateSize { get; init; }

    /// <summary>Buckets on each side: the relative table has twice as many rows.</summary>
    public required int PositionBuckets { get; init; }

    /// <summary>Distance from which on buckets saturate.</summary>
    public required int MaxPosition { get; init; }

    public double LayerNormEpsilon { get; init; } = 1e-7;

    public double InitializerRange { get; init; } = 0.02;

    public double HiddenDropout { get; init; } = 0.1;

    public double AttentionDropout { get; init; } = 0.1;

    public double HeadDropout { get; init; } = 0.05;

    public int Tasks { get; init; } = 1;

    public int SourceId { get; init; } = -1;

    public int Candidate1Id { get; init; } = -1;

    public int Candidate2Id { get; init; } = -1;

    public int CandidateId { get; init; } = -1;

    /// <summary>Most tokens of the source's segment when ranking; -1 where config.json doesn't say.</summary>
    public int SourceMaxLength { get; init; } = -1;

    /// <summary>Most tokens of a candidate's segment when ranking; -1 where config.json doesn't say.</summary>
    public int CandidateMaxLength { get; init; } = -1;

    public int HeadSize => HiddenSize / Heads;

    /// <summary>Reads config.json of <paramref name="folder"/>.</summary>
    /// <exception cref="ModelException">The file is missing or malformed, or describes a network of another kind.</exception>
    public static NetworkConfig Load(string folder)
    {
        string file = Path.Combine(folder, "config.json");
        try
        {
            return Parse(JsonNode.Parse(File.ReadAllText(file)) as JsonObject
                ?? throw new ModelException(file, "the top level is not an object"), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ModelException(file, $"can't be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a parsed config.json; <paramref name="file"/> is named in errors.</summary>
    public static NetworkConfig Parse(JsonObject json, string file)
    {
        var read = new ConfigReader(json, file);
        read.Require("model_type", "deberta-v2");
        read.Require("relative_attention", true);
        read.Require("share_att_key", true);
        read.Require("position_biased_input", false);
        read.Require("norm_rel_ebd", "layer_norm");
        read.Require("hidden_act", "gelu");
        read.RequireBothPositionTerms();
        read.RequireAbsentOrZero("type_vocab_size");
        read.RequireAbsentOrZero("conv_kernel_size");
        int relative = read.Integer("max_relative_positions", -1);
        var config = new NetworkConfig
        {
            VocabSize = read.Positive("vocab_size"),
            HiddenSize = read.Positive("hidden_size"),
            Layers = read.Positive("num_hidden_layers"),
            Heads = read.Positive("num_attention_heads"),
            IntermediateSize = read.Positive("intermediate_size"),
            PositionBuckets = read.Positive("position_buckets"),
            MaxPosition = relative < 1 ? read.Positive("max_position_embeddings") : relative,
            LayerNormEpsilon = read.Real("layer_norm_eps", 1e-7),
            InitializerRange = read.Real("initializer_range", 0.02),
            HiddenDropout = read.Real("hidden_dropout_prob", 0.1),
            AttentionDropout = read.Real("attention_probs_dropout_prob", 0.1),
            HeadDropout = read.Real("drop_out", 0.05),
            Tasks = read.Integer("n_tasks", 1),
            SourceId = read.Integer("source_prefix_id", -1),
            Candidate1Id = read.Integer("cand1_prefix_id", -1),
            Candidate2Id = read.Integer("cand2_prefix_id", -1),
            CandidateId = read.Integer("cand_prefix_id", -1),
            SourceMaxLength = read.Integer("source_maxlength", -1),
            CandidateMaxLength = read.Integer("candidate_maxlength", -1),
        };
        config.Validate(file);
        return config;
    }

    /// <summary>Checks that the dimensions fit together.</summary>
    /// <exception cref="ModelException">They don't; the message names the fields.</exception>
    public void Validate(string file)
    {
        if (HiddenSize % Heads != 0)
        {
            throw new ModelException(file, $"hidden_size {HiddenSize} is not a multiple of num_attention_heads {Heads}");
        }

        if (PositionBuckets % 2 != 0 || PositionBuckets < 4 || MaxPosition <= PositionBuckets / 2 + 1)
        {
            throw new ModelException(file,
                $"position_buckets {PositionBuckets} must be even, at least 4, and its half below max_position_embeddings {MaxPosition}");
        }

        if (Tasks < 1)
        {
            throw new ModelException(file, $"n_tasks {Tasks} must be at least 1");
        }

        foreach (double rate in new[] { HiddenDropout, AttentionDropout, HeadDropout })
        {
            if (rate is not (>= 0 and < 1))
            {
                throw new ModelException(file, $"dropout {rate} is not in [0, 1)");
            }
        }
    }

    /// <summary>Checks that the marker ids are there, distinct and below vocab_size, as a pair ranker needs them.</summary>
    public void RequireMarkers(string file)
    {
        int[] ids = [SourceId, Candidate1Id, Candidate2Id];
        if (ids.Any(id => id < 0 || id >= VocabSize) || ids.Distinct().Count() != ids.Length)
        {
            throw new ModelException(file,
                $"source_prefix_id {SourceId}, cand1_prefix_id {Candidate1Id}, cand2_prefix_id {Candidate2Id} must be distinct ids below vocab_size {VocabSize}");
        }
    }

    /// <summary>config.json of the PairRM-hf layout.</summary>
    public JsonObject ToJson()
    {
        JsonObject json = Shape();
        if (SourceMaxLength > 0)
        {
            json["source_maxlength"] = SourceMaxLength;
        }

        if (CandidateMaxLength > 0)
        {
            json["candidate_maxlength"] = CandidateMaxLength;
        }

        return json;
    }

    private JsonObject Shape() => new()
    {
        ["architectures"] = new JsonArray("DebertaV2PairRM"),
        ["attention_probs_dropout_prob"] = AttentionDropout,
        ["cand1_prefix_id"] = Candidate1Id,
        ["cand2_prefix_id"] = Candidate2Id,
        ["cand_prefix_id"] = CandidateId,
        ["drop_out"] = HeadDropout,
        ["hidden_act"] = "gelu",
        ["hidden_dropout_prob"] = HiddenDropout,
        ["hidden_size"] = HiddenSize,
        ["initializer_range"] = InitializerRange,
        ["intermediate_size"] = IntermediateSize,
        ["layer_norm_eps"] = LayerNormEpsilon,
        ["max_position_embeddings"] = MaxPosition,
        ["max_relative_positions"] = -1,
        ["model_type"] = "deberta-v2",
        ["n_tasks"] = Tasks,
        ["norm_rel_ebd"] = "layer_norm",
        ["num_attention_heads"] = Heads,
        ["num_hidden_layers"] = Layers,
        ["pad_token_id"] = 0,
        ["pooler_dropout"] = 0,
        ["pooler_hidden_act"] = "gelu",
        ["pooler_hidden_size"] = HiddenSize,
        ["pos_att_type"] = new JsonArray("p2c", "c2p"),
        ["position_biased_input"] = false,
        ["position_buckets"] = PositionBuckets,
        ["relative_attention"] = true,
        ["sep_token_id"] = 2,
        ["share_att_key"] = true,
        ["source_prefix_id"] = SourceId,
        ["torch_dtype"] = "float32",
        ["type_vocab_size"] = 0,
        ["vocab_size"] = VocabSize,
    };
}
