using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.Models;

/// <summary>How a checkpoint folder is laid out, told from its <c>config.json</c>.</summary>
internal sealed class CheckpointLayout
{
    // The reference's defaults (PairRM's config.json; the PairRM-hf helper functions' arguments).
    private const int DefaultSourceMaxLength = 1224;
    private const int DefaultCandidateMaxLength = 412;

    private readonly ConfigFile config;
    private readonly string origin;
    private readonly bool isBlender;
    private readonly ConfigFile backbone;

    private CheckpointLayout(ConfigFile config, ConfigFile backbone, string tokenizerFolder, string weightsPath, string layout)
    {
        (this.config, this.backbone) = (config, backbone);
        (TokenizerFolder, WeightsPath) = (tokenizerFolder, weightsPath);
        isBlender = !ReferenceEquals(config, backbone);
        origin = $"{Path.GetFileName(weightsPath)} ({layout})";
    }

    /// <summary>Where the tokenizer's files are.</summary>
    public string TokenizerFolder { get; }

    /// <summary>Where the weights are.</summary>
    public string WeightsPath { get; }

    /// <summary>Tells the layout of a folder.</summary>
    /// <exception cref="ModelException">Not a layout that can be imported, or its backbone can't be found.</exception>
    public static CheckpointLayout Detect(string folder, string? backboneFolder)
    {
        var config = ConfigFile.Read(Path.Combine(folder, ModelFolder.ConfigFileName));
        if (config.Has("ranker_type"))
        {
            return DetectBlender(folder, config, backboneFolder);
        }

        if (backboneFolder is not null)
        {
            throw new ModelException(config.Path, "holds its own shape: a backbone folder is only for the llm-blender/PairRM layout");
        }

        var layout = config.Has("source_prefix_id") ? "PairRM-hf layout" : "DeBERTa-v2 encoder";
        return new CheckpointLayout(config, config, folder, folder, layout);
    }

    /// <summary>What import needs to know; checks config, tokenizer and tensors against each other.</summary>
    public CheckpointParts Describe(Checkpoint checkpoint, Tokenizer tokenizer)
    {
        var shape = DebertaConfig.Read(backbone);
        if (!isBlender && !config.Has("source_prefix_id"))
        {
            var prefix = new[] { "", "deberta.", PairRankerGraph.EncoderPrefix }
                .FirstOrDefault(p => checkpoint.Tensors.ContainsKey(p + "embeddings.word_embeddings.weight"), "");
            return new CheckpointParts(shape, prefix, shape.VocabularySize, null, origin, File.ReadAllBytes(config.Path));
        }

        tokenizer = ControlTokens.AddTo(tokenizer);
        var tokens = ControlTokens.Of(tokenizer, TokenizerFolder);
        var rows = isBlender ? tokenizer.Count : shape.VocabularySize;
        var tasks = config.Integer("n_tasks", 1, 4096, 1);
        if (isBlender)
        {
            RefuseOtherRankers();
        }
        else
        {
            CheckMarkers(tokens, rows);
        }

        var head = new RankerParts(
            tasks,
            config.Integer("source_maxlength", 4, 1 << 20, DefaultSourceMaxLength),
            config.Integer("candidate_maxlength", 4, 1 << 20, DefaultCandidateMaxLength),
            tokens);
        var json = isBlender ? Merge(tokenizer, tokens, rows, head) : File.ReadAllBytes(config.Path);
        return new CheckpointParts(shape, PairRankerGraph.EncoderPrefix, rows, head, origin, json);
    }

    private static CheckpointLayout DetectBlender(string folder, ConfigFile config, string? backboneFolder)
    {
        var name = config.Text("model_name");
        var sibling = Path.Combine(Path.GetDirectoryName(folder) ?? folder, name.Split('/', '\\')[^1]);
        if (backboneFolder is null && File.Exists(Path.Combine(sibling, ModelFolder.ConfigFileName)))
        {
            backboneFolder = sibling;
        }

        if (backboneFolder is not null)
        {
            var own = ConfigFile.Read(Path.Combine(backboneFolder, ModelFolder.ConfigFileName));
            return new CheckpointLayout(config, own, HasTokenizer(backboneFolder) ? backboneFolder : folder, folder, "PairRM layout");
        }

        var known = PublishedBackbones.Find(name) ?? throw config.Refused(
            "model_name", $"no folder {sibling} holds that backbone: give its folder with --backbone");
        if (!HasTokenizer(folder))
        {
            throw config.Refused(
                "model_name", $"its tokenizer is neither in {folder} nor in {sibling}: give the backbone's folder with --backbone");
        }

        return new CheckpointLayout(config, known, folder, folder, "PairRM layout");
    }

    private static bool HasTokenizer(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer.json")) || File.Exists(Path.Combine(folder, "spm.model"));

    private void RefuseOtherRankers()
    {
        if (config.Text("ranker_type") is not "pairranker")
        {
            throw config.Refused("ranker_type", "only pairranker can be imported");
        }

        if (config.Text("model_type", "deberta") is not "deberta")
        {
            throw config.Refused("model_type", "only a deberta backbone can be imported");
        }

        if (config.Text("reduce_type", "linear") is not "linear")
        {
            throw config.Refused("reduce_type", "only linear is supported");
        }
    }

    private void CheckMarkers(RankerTokens tokens, int rows)
    {
        void Check(string field, int id)
        {
            if (config.Integer(field, 0, rows - 1) != id)
            {
                throw config.Refused(field, $"the tokenizer's id for it is {id}");
            }
        }

        Check("source_prefix_id", tokens.Source);
        Check("cand1_prefix_id", tokens.First);
        Check("cand2_prefix_id", tokens.Second);
    }

    // The backbone's config with the ranker's own fields: what the PairRM-hf layout would hold.
    private byte[] Merge(Tokenizer tokenizer, RankerTokens tokens, int rows, RankerParts head)
    {
        var merged = backbone.Copy();
        merged["architectures"] = new JsonArray("DebertaV2PairRM");
        merged["vocab_size"] = rows;
        merged["n_tasks"] = head.Tasks;
        merged["source_prefix_id"] = tokens.Source;
        merged["cand1_prefix_id"] = tokens.First;
        merged["cand2_prefix_id"] = tokens.Second;
        merged["cand_prefix_id"] = tokenizer.Find(ControlTokens.Single);
        merged["source_maxlength"] = head.SourceMaxLength;
        merged["candidate_maxlength"] = head.CandidateMaxLength;
        return Encoding.UTF8.GetBytes(merged.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }
}
