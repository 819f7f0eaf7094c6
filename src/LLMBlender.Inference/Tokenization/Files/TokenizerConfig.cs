using System.Text.Json;
using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Tokenization.AddedTokens;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>The small files next to a tokenizer: tokenizer_config.json, special_tokens_map.json, added_tokens.json.</summary>
internal sealed class TokenizerConfig
{
    private readonly JsonFields? config;
    private readonly JsonFields? map;
    private readonly JsonFields? added;
    private readonly string configFile;

    private TokenizerConfig(string folder)
    {
        configFile = Path.Combine(folder, "tokenizer_config.json");
        config = Open(configFile);
        map = Open(Path.Combine(folder, "special_tokens_map.json"));
        added = Open(Path.Combine(folder, "added_tokens.json"));
        CleanUp = config?.OptionalFlag("clean_up_tokenization_spaces") ?? true;
        TokenizerClass = config?.OptionalText("tokenizer_class");
        SpecialTokens = new SpecialTokens
        {
            Bos = Role("bos_token"),
            Eos = Role("eos_token"),
            Unk = Role("unk_token"),
            Sep = Role("sep_token"),
            Pad = Role("pad_token"),
            Cls = Role("cls_token"),
            Mask = Role("mask_token"),
        };
    }

    /// <summary>The files that exist.</summary>
    public List<string> Files { get; } = [];

    public SpecialTokens SpecialTokens { get; }

    /// <summary>Whether decoding removes the spaces before punctuation; true unless the files specify otherwise.</summary>
    public bool CleanUp { get; }

    public string? TokenizerClass { get; }

    /// <summary>The maximum number of tokens in a row; null if there is no limit, which Hugging Face's files write as 10³⁰.</summary>
    public int? MaxLength => config?.Optional("model_max_length") is { ValueKind: JsonValueKind.Number } value
        && value.TryGetInt32(out int length) && length > 0
            ? length
            : null;

    /// <exception cref="ModelException">One of the files is malformed.</exception>
    public static TokenizerConfig Read(string folder) => new(folder);

    public static AddedToken ReadAddedToken(JsonFields fields, int id, bool specialByDefault = false)
    {
        bool special = fields.OptionalFlag("special") ?? specialByDefault;
        return new AddedToken(id, Content(fields))
        {
            Special = special,
            Normalized = fields.OptionalFlag("normalized") ?? !special,
            LeftStrip = fields.OptionalFlag("lstrip") ?? false,
            RightStrip = fields.OptionalFlag("rstrip") ?? false,
            SingleWord = fields.OptionalFlag("single_word") ?? false,
        };
    }

    /// <summary>A flag of tokenizer_config.json, or null.</summary>
    public bool? Flag(string name) => config?.OptionalFlag(name);

    /// <summary>
    /// A flag of tokenizer_config.json if the tokenizer's class reads it; null for classes that use tokenizer.json unchanged.
    /// </summary>
    public bool? OwnFlag(string name) => TokenizerClass is "PreTrainedTokenizerFast" or "TokenizersBackend" ? null : Flag(name);

    /// <summary>An integer of tokenizer_config.json, or null.</summary>
    public int? Count(string name) => config?.OptionalCount(name);

    /// <summary>Creates the exception for an invalid value in tokenizer_config.json.</summary>
    public ModelException Wrong(string name, string rule) =>
        config!.Value.Wrong(name, config.Value.Required(name), rule);

    /// <summary>The tokens of added_tokens_decoder, by ascending id; null if there is none.</summary>
    public List<AddedToken>? AddedTokensDecoder()
    {
        if (config?.Optional("added_tokens_decoder") is null)
        {
            return null;
        }

        JsonFields decoder = config.Value.RequiredObject("added_tokens_decoder");
        List<AddedToken> tokens = [];
        foreach ((string key, JsonElement value) in decoder.All)
        {
            tokens.Add(int.TryParse(key, System.Globalization.CultureInfo.InvariantCulture, out int id) && id >= 0
                ? ReadAddedToken(decoder.RequiredObject(key), id)
                : throw decoder.Wrong(key, value, "its name must be an id"));
        }

        return [.. tokens.OrderBy(token => token.Id)];
    }

    /// <summary>The contents of added_tokens.json, by ascending id.</summary>
    public List<(string Content, int Id)> AddedTokens()
    {
        List<(string Content, int Id)> tokens = [];
        if (added is { } fields)
        {
            tokens.AddRange(fields.All.Select(field => field.Name.Length > 0
                ? (field.Name, fields.RequiredCount(field.Name))
                : throw fields.Wrong(field.Name, field.Value, "its token must not be empty")));
        }

        return [.. tokens.OrderBy(token => token.Id)];
    }

    /// <summary>The contents of additional_special_tokens, and of extra_special_tokens, its name in transformers 5.</summary>
    public List<string> AdditionalSpecialTokens() =>
    [
        .. new[] { config, map }
            .Where(file => file is not null)
            .SelectMany(file => Listed(file!.Value, "additional_special_tokens").Concat(Listed(file.Value, "extra_special_tokens")))
            .Distinct(StringComparer.Ordinal),
    ];

    // A list of tokens, or an object of tokens by name.
    private static IEnumerable<string> Listed(JsonFields file, string name)
    {
        IEnumerable<(string Path, JsonElement Value)> tokens = file.Optional(name)?.ValueKind switch
        {
            null => [],
            JsonValueKind.Object => file.RequiredObject(name).All.Select(field => ($"{name}.{field.Name}", field.Value)),
            _ => file.RequiredArray(name),
        };
        return tokens.Select(token => token.Value.ValueKind == JsonValueKind.String
            ? token.Value.GetString()!
            : Content(new JsonFields(file.File, token.Path, token.Value)));
    }

    /// <summary>The flags that a file specifies for the token of a role; null if it only contains its text.</summary>
    public AddedToken? RoleToken(string role)
    {
        foreach (JsonFields? file in new[] { config, map })
        {
            if (file?.Optional(role) is { ValueKind: JsonValueKind.Object })
            {
                return ReadAddedToken(file.Value.RequiredObject(role), 0, specialByDefault: true) with { Special = true };
            }
        }

        return null;
    }

    private static string Content(JsonFields fields) => fields.RequiredText("content") is { Length: > 0 } content
        ? content
        : throw fields.Wrong("content", fields.Required("content"), "must not be empty");

    private string? Role(string name) =>
        RoleToken(name)?.Content ?? config?.OptionalText(name) ?? map?.OptionalText(name);

    private JsonFields? Open(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        Files.Add(file);
        try
        {
            ReadOnlyMemory<byte> bytes = TokenizerFiles.WithoutMark(ModelFile.ReadAll(file));
            using JsonDocument document = JsonDocument.Parse(bytes);
            return new JsonFields(file, "", document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            throw new ModelException(file, $"is not valid JSON: {e.Message}", e);
        }
    }
}
