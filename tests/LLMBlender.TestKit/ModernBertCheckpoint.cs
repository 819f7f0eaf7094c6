using System.Text.Json.Nodes;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.TestKit;

/// <summary>
/// A tiny ModernBERT with random weights, whose layers attend globally, locally, locally, globally and locally, and whose tokenizer has one
/// piece per lower-case letter. It is changed through <see cref="Config"/> and <see cref="Tensors"/> before it is written.
/// </summary>
public sealed class ModernBertCheckpoint : IDisposable
{
    /// <summary>Width of a hidden state.</summary>
    public const int Hidden = 32;

    /// <summary>The number of layers.</summary>
    public const int Layers = 5;

    private const int Wide = 48;
    private const int Rows = 64;
    private const int Space = 26;

    private readonly TemporaryFolder folder = new();
    private readonly Random random = new(11);

    /// <summary>The content of config.json.</summary>
    public JsonObject Config { get; } = new()
    {
        ["model_type"] = "modernbert",
        ["architectures"] = new JsonArray("ModernBertModel"),
        ["hidden_size"] = Hidden,
        ["intermediate_size"] = Wide,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = 2,
        ["vocab_size"] = Rows,
        ["max_position_embeddings"] = 300,
        ["norm_eps"] = 1e-5,
        ["global_attn_every_n_layers"] = 3,
        ["local_attention"] = 8,
        ["global_rope_theta"] = 160000.0,
        ["local_rope_theta"] = 10000.0,
        ["pad_token_id"] = 30,
    };

    /// <summary>The tensors.</summary>
    public Dictionary<string, (long[] Shape, float[] Values)> Tensors { get; } = [];

    /// <summary>Adds the encoder's tensors.</summary>
    /// <param name="prefix">The prefix of their names.</param>
    /// <param name="biases">Whether dense layers and norms of encoder and heads have biases.</param>
    public void AddEncoder(string prefix, bool biases = false)
    {
        foreach (var field in (string[])["attention_bias", "mlp_bias", "norm_bias", "classifier_bias"])
        {
            Config[field] = biases;
        }

        Add(prefix + "embeddings.tok_embeddings.weight", 2, Rows, Hidden);
        AddNorm(prefix + "embeddings.norm");
        for (var layer = 0; layer < Layers; layer++)
        {
            var name = $"{prefix}layers.{layer}.";
            if (layer > 0)
            {
                AddNorm(name + "attn_norm");
            }

            AddDense(name + "attn.Wqkv", 0.8, 3 * Hidden, Hidden, biases);
            AddDense(name + "attn.Wo", 0.5, Hidden, Hidden, biases);
            AddNorm(name + "mlp_norm");
            AddDense(name + "mlp.Wi", 0.5, 2 * Wide, Hidden, biases);
            AddDense(name + "mlp.Wo", 0.5, Hidden, Wide, biases);
        }

        AddNorm(prefix + "final_norm");
    }

    /// <summary>Adds the layer that precedes a classifier's or a masked language model's output, with or without biases as the encoder.</summary>
    public void AddHead()
    {
        AddDense("head.dense", 1, Hidden, Hidden, Config["classifier_bias"]!.GetValue<bool>());
        AddNorm("head.norm");
    }

    /// <summary>Adds a dense layer of noise.</summary>
    public void AddDense(string name, double scale, int output, int input, bool bias = true)
    {
        Add(name + ".weight", scale, output, input);
        if (bias)
        {
            Add(name + ".bias", scale, output);
        }
    }

    /// <summary>Adds a tensor of noise.</summary>
    public void Add(string name, double scale, params long[] shape) => Tensors[name] = (shape, Noise(0, scale, shape));

    /// <summary>The ids of a text of lower-case letters and spaces, without special tokens.</summary>
    public static int[] Encode(string text) => [.. text.Select(letter => letter == ' ' ? Space : letter - 'a')];

    /// <summary>The ids of [CLS] and [SEP], and the id of the first token that is added later.</summary>
    public static (int Start, int Separator, int Next) Special => (27, 28, 32);

    /// <summary>The tokenizer of an imported folder.</summary>
    public Tokenizer TokenizerOf(string name) => Tokenizer.Load(folder.File(name));

    /// <summary>Writes the checkpoint as it is now, and imports it.</summary>
    /// <returns>The model's folder.</returns>
    public string Import(string name, string? kind = null, Precision precision = Precision.Float32) =>
        ModelImport.Import(Write(name), folder.File(name), precision, kind: kind).Path;

    /// <summary>Writes the checkpoint as it is now.</summary>
    /// <returns>Its folder.</returns>
    public string Write(string name)
    {
        var source = Directory.CreateDirectory(folder.File(name + "-checkpoint")).FullName;
        File.WriteAllText(Path.Combine(source, "config.json"), Config.ToJsonString());
        File.WriteAllText(Path.Combine(source, "tokenizer.json"), TokenizerJson().ToJsonString());
        File.WriteAllText(
            Path.Combine(source, "tokenizer_config.json"),
            """{"tokenizer_class": "PreTrainedTokenizerFast", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}""");
        using (var writer = SafetensorsWriter.Create(
            Path.Combine(source, "model.safetensors"), [.. Tensors.Select(t => new TensorInfo(t.Key, TensorType.Float32, [.. t.Value.Shape]))]))
        {
            foreach (var (tensor, (_, values)) in Tensors)
            {
                writer.Write(tensor, values);
            }

            writer.Finish();
        }

        return source;
    }

    public void Dispose() => folder.Dispose();

    private void AddNorm(string name)
    {
        Tensors[name + ".weight"] = ([Hidden], Noise(1, 0.5, Hidden));
        if (Config["norm_bias"]!.GetValue<bool>())
        {
            Add(name + ".bias", 0.5, Hidden);
        }
    }

    private float[] Noise(double mean, double scale, params long[] shape) =>
        [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)(mean + (scale * (random.NextDouble() - 0.5))))];

    // As ModernBERT's: byte-level BPE without an unknown piece, and special tokens that are not in the vocabulary.
    private static JsonObject TokenizerJson()
    {
        var vocabulary = new JsonObject { ["Ġ"] = Space };
        for (var letter = 'a'; letter <= 'z'; letter++)
        {
            vocabulary[$"{letter}"] = letter - 'a';
        }

        string[] added = ["[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]"];
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. added.Select((content, i) => (JsonNode)new JsonObject
            {
                ["id"] = Space + 1 + i,
                ["content"] = content,
                ["special"] = true,
                ["normalized"] = false,
                ["lstrip"] = content == "[MASK]",
            })]),
            ["normalizer"] = new JsonObject { ["type"] = "NFC" },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true },
            ["post_processor"] = JsonNode.Parse(
                """
                {"type": "TemplateProcessing",
                 "single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}}],
                 "pair": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}},
                          {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
                 "special_tokens": {"[CLS]": {"ids": [27]}, "[SEP]": {"ids": [28]}}}
                """),
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["unk_token"] = null, ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
    }
}
