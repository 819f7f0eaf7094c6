using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Onnx.Encoders;
using LLMBlender.Inference.Tokenization;
using LLMBlender.Inference.Tokenization.Files;

namespace LLMBlender.Inference.Models;

/// <summary>The layout of a PairRanker's checkpoint folder, detected from its <c>config.json</c>.</summary>
internal sealed class CheckpointLayout
{
    // The reference's defaults (PairRM's config.json; the PairRM-hf helper functions' arguments).
    private const int DefaultSourceMaxLength = 1224;
    private const int DefaultCandidateMaxLength = 412;

    private readonly ConfigFile config;
    private readonly string layout;
    private readonly bool isBlender;
    private readonly ConfigFile backbone;

    private CheckpointLayout(ConfigFile config, ConfigFile backbone, string tokenizerFolder, string weightsPath, string layout)
    {
        (this.config, this.backbone) = (config, backbone);
        (TokenizerFolder, WeightsPath) = (tokenizerFolder, weightsPath);
        isBlender = !ReferenceEquals(config, backbone);
        this.layout = layout;
    }

    /// <summary>The folder of the tokenizer's files.</summary>
    public string TokenizerFolder { get; }

    /// <summary>The path of the weights.</summary>
    public string WeightsPath { get; }

    /// <summary>Whether a config is a PairRanker's.</summary>
    public static bool IsIn(ConfigFile config) => config.Has("ranker_type") || config.Has("source_prefix_id");

    /// <summary>The name of the backbone whose folder an import needs; null if the checkpoint is self-contained.</summary>
    /// <exception cref="ModelException">The config can't be read.</exception>
    public static string? BackboneOf(string folder)
    {
        var config = ConfigFile.Read(Path.Combine(folder, ModelFolder.ConfigFileName));
        if (!config.Has("ranker_type"))
        {
            return null;
        }

        var name = config.Text("model_name");
        return PublishedBackbones.Find(name) is not null && HasTokenizer(folder) ? null : name;
    }

    /// <summary>Detects the layout of a folder.</summary>
    /// <exception cref="ModelException">The layout is not supported, or its backbone can't be found.</exception>
    public static CheckpointLayout Detect(string folder, string? backboneFolder)
    {
        var config = ConfigFile.Read(Path.Combine(folder, ModelFolder.ConfigFileName));
        if (config.Has("ranker_type"))
        {
            return DetectBlender(folder, config, backboneFolder);
        }

        return new CheckpointLayout(config, config, folder, folder, "PairRM-hf layout");
    }

    /// <summary>Returns the parts that import needs; checks that config and tokenizer are consistent.</summary>
    public CheckpointParts Describe(Tokenizer tokenizer)
    {
        tokenizer = ControlTokens.AddTo(tokenizer);
        var tokens = ControlTokens.Of(tokenizer, TokenizerFolder);
        var family = EncoderFamily.OfRanker(backbone, isBlender ? tokenizer.Count : null);
        var tasks = config.Integer("n_tasks", 1, 4096, 1);
        if (isBlender)
        {
            RefuseOtherRankers();
        }
        else
        {
            CheckMarkers(tokens, family.VocabularyRows);
        }

        var (source, candidate) = Lengths(family.MaxTokens);
        var parts = new CheckpointParts(
            family,
            tasks,
            source,
            candidate,
            tokens,
            layout,
            []);
        return parts with { ConfigJson = isBlender ? Merge(tokenizer, parts) : File.ReadAllBytes(config.Path) };
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
        TokenizerFiles.Vocabularies.Any(name => File.Exists(Path.Combine(folder, name)));

    // A row consists of a source and two candidates: if the backbone has a position table, it must be large enough for the longest row.
    private (int Source, int Candidate) Lengths(int? mostTokens)
    {
        var (source, candidate) = mostTokens is { } most && most < DefaultSourceMaxLength + (2 * DefaultCandidateMaxLength)
            ? (most / 2, most / 4)
            : (DefaultSourceMaxLength, DefaultCandidateMaxLength);
        source = config.Integer("source_maxlength", 4, 1 << 20, source);
        candidate = config.Integer("candidate_maxlength", 4, 1 << 20, candidate);
        return mostTokens is { } rows && source + (2 * candidate) > rows
            ? throw config.Refused(
                config.Has("source_maxlength") ? "source_maxlength" : "candidate_maxlength",
                $"a source of {source} tokens and two candidates of {candidate} must fit the backbone's {rows} positions")
            : (source, candidate);
    }

    private void RefuseOtherRankers()
    {
        if (config.Text("ranker_type") is not "pairranker")
        {
            throw config.Refused("ranker_type", "only pairranker can be imported");
        }

        if (config.Text("model_type", "deberta") is not ("deberta" or "bert" or "roberta" or "xlm-roberta" or "modernbert"))
        {
            throw config.Refused("model_type", "must be deberta, bert, roberta, xlm-roberta or modernbert: other backbones can't be imported");
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

    // The backbone's config merged with the ranker's fields, as in the PairRM-hf layout.
    private byte[] Merge(Tokenizer tokenizer, CheckpointParts parts)
    {
        var merged = backbone.Copy();
        merged["architectures"] = new JsonArray(parts.Family is DebertaFamily ? "DebertaV2PairRM" : "PairRM");
        merged["vocab_size"] = parts.Family.VocabularyRows;
        merged["n_tasks"] = parts.Tasks;
        merged["source_prefix_id"] = parts.Tokens.Source;
        merged["cand1_prefix_id"] = parts.Tokens.First;
        merged["cand2_prefix_id"] = parts.Tokens.Second;
        merged["cand_prefix_id"] = tokenizer.Find(ControlTokens.Single);
        merged["source_maxlength"] = parts.SourceMaxLength;
        merged["candidate_maxlength"] = parts.CandidateMaxLength;
        return Encoding.UTF8.GetBytes(merged.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }
}
