using System.Text.Json;
using LLMBlender.Cli.Setup;
using LLMBlender.Gateway.Settings;
using LLMBlender.Local.Settings;

namespace LLMBlender.Cli.Serving;

/// <summary>The text of a configuration file with the parts that the settings page edits.</summary>
internal sealed class SettingsText
{
    /// <summary>The fields of a backend that are edited.</summary>
    public static readonly IReadOnlyList<string> BackendFields =
    [
        nameof(BackendSettings.Name), nameof(BackendSettings.Kind), nameof(BackendSettings.Url), nameof(BackendSettings.Model), nameof(BackendSettings.KeyVariable),
        nameof(BackendSettings.Temperature), nameof(BackendSettings.MaxTokens), nameof(BackendSettings.PromptPrice), nameof(BackendSettings.CompletionPrice),
        nameof(BackendSettings.Sees),
    ];

    /// <summary>The fields of a panel that are edited.</summary>
    public static readonly IReadOnlyList<string> PanelFields =
    [
        nameof(PanelSettings.Name), nameof(PanelSettings.Description), nameof(PanelSettings.Members), nameof(PanelSettings.Samples), nameof(PanelSettings.Stages),
        nameof(PanelSettings.StageOrder), nameof(PanelSettings.Confidence), nameof(PanelSettings.Ranker), nameof(PanelSettings.Aggregate), nameof(PanelSettings.TopK),
        nameof(PanelSettings.Fuser), nameof(PanelSettings.Deadline), nameof(PanelSettings.Quorum),
    ];

    // What is not shown of a value that may contain a key.
    private const string Hidden = "…";

    private readonly JsonText root;
    private readonly JsonText section;
    private readonly string file;

    private SettingsText(JsonText root, JsonText section, string file) => (this.root, this.section, this.file) = (root, section, file);

    /// <summary>Reads a file's text.</summary>
    /// <exception cref="SettingsStoreException">It is not JSON, or its objects are not in the usual form.</exception>
    public static SettingsText Parse(string text, string file)
    {
        try
        {
            var document = JsonText.Parse(text);
            var root = document.Items[0];
            if (root.Kind != JsonValueKind.Object)
            {
                throw Form(file, "must be a JSON object");
            }

            if (root.Find(ServeSettings.Section) is not { } section)
            {
                root.Set(ServeSettings.Section, section = JsonText.EmptyObject());
            }

            return new SettingsText(document, section, file);
        }
        catch (JsonException e)
        {
            throw Form(file, $"is not JSON: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => root.ToString();

    /// <summary>The backends or panels, with the fields that are edited.</summary>
    public SettingsItem[] View(string list, IReadOnlyList<string> fields) =>
    [
        .. Objects(list).Select(item => new SettingsItem(
            JsonSerializer.SerializeToElement(fields.Where(field => item.Find(field) is not null).ToDictionary(static field => field, field => Shown(field, item.Find(field)!.ToElement()))),
            [.. item.Names.Where(name => !fields.Any(field => Same(field, name)))])),
    ];

    /// <summary>The texts of a list; empty if it is not there.</summary>
    public string[] Texts(string list) => [.. List(list).Select(static item => item.ToElement()).Select(static item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.ToString())];

    /// <summary>The names of a list's objects.</summary>
    public string[] NamesOf(string list) => [.. Objects(list).Select(static item => item.Find("Name")?.ToElement().ToString()).OfType<string>()];

    /// <summary>Changes a list of texts; an empty one is removed.</summary>
    public void SetTexts(string list, string[] texts)
    {
        if (Texts(list).SequenceEqual(texts))
        {
            return;
        }

        if (texts.Length == 0)
        {
            section.Remove(list);
            return;
        }

        section.Set(list, JsonText.Of(JsonSerializer.SerializeToElement(texts)));
    }

    /// <summary>Arranges the backends or panels anew and changes their fields.</summary>
    /// <param name="list">The list's name.</param>
    /// <param name="changes">All items in their new order.</param>
    /// <param name="fields">The fields that may change.</param>
    /// <param name="checkVariable">Checks the name of a key's variable, by its path.</param>
    /// <exception cref="SettingsStoreException">A change is invalid.</exception>
    public void Apply(string list, ItemChange[] changes, IReadOnlyList<string> fields, Action<string, string> checkVariable)
    {
        var before = Objects(list);
        if (changes.Length == 0 && before.Count > 0 && list == nameof(ServeSettings.Panels))
        {
            throw Invalid(list, "is empty, and must contain one panel at least");
        }

        var after = changes.Select((change, i) => Item(before, change, $"{list}:{i}")).ToList();
        for (var i = 0; i < after.Count; i++)
        {
            foreach (var change in Fields(changes[i].Set, $"{list}:{i}"))
            {
                var path = $"{list}:{i}:{change.Name}";
                var field = fields.FirstOrDefault(field => field == change.Name) ?? throw Invalid(path, $"can't be changed here; what can is {string.Join(", ", fields)}");
                Set(after[i], field, change.Value, path, checkVariable);
            }
        }

        if (after.SequenceEqual(before))
        {
            return;
        }

        if (section.Find(list) is not { } items)
        {
            section.Set(list, items = JsonText.EmptyArray());
        }

        items.Arrange(after);
    }

    private static JsonElement.ObjectEnumerator Fields(JsonElement set, string path) =>
        set.ValueKind == JsonValueKind.Object ? set.EnumerateObject() : throw Invalid($"{path}:set", "must be an object of the fields that change");

    private static JsonText Item(List<JsonText> before, ItemChange change, string path) => change.Was switch
    {
        null => JsonText.EmptyObject(),
        { } was when was >= 0 && was < before.Count => before[was],
        { } was => throw Invalid($"{path}:was", $"is {was}, and must be the place of an item of the file, from 0 to {before.Count - 1}"),
    };

    private static void Set(JsonText item, string field, JsonElement value, string path, Action<string, string> checkVariable)
    {
        if (value.ValueKind == JsonValueKind.Null)
        {
            item.Remove(field);
            return;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (text.Contains(Hidden, StringComparison.Ordinal) && field is nameof(BackendSettings.Url) or nameof(BackendSettings.KeyVariable))
        {
            throw Invalid(path, $"contains \"{Hidden}\", which stands for a part that is not shown, and must be written in full");
        }

        if (field == nameof(BackendSettings.KeyVariable))
        {
            checkVariable(path, text);
        }

        if (item.Find(field) is not { } old || !JsonElement.DeepEquals(old.ToElement(), value))
        {
            item.Set(field, JsonText.Of(value));
        }
    }

    // The query and the user of an address may contain a key, and a text that is no variable's name may be one.
    private static JsonElement Shown(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return value;
        }

        var text = value.GetString()!;
        var shown = field switch
        {
            nameof(BackendSettings.Url) when text.Contains('@', StringComparison.Ordinal) => Hidden,
            nameof(BackendSettings.Url) when text.IndexOf('?', StringComparison.Ordinal) is var query and >= 0 => $"{text[..(query + 1)]}{Hidden}",
            nameof(BackendSettings.KeyVariable) when !text.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_') => Hidden,
            _ => text,
        };
        return shown == text ? value : JsonSerializer.SerializeToElement(shown);
    }

    private List<JsonText> List(string name)
    {
        if (section.Kind != JsonValueKind.Object)
        {
            throw Form(file, $"\"{ServeSettings.Section}\" must be an object");
        }

        return section.Find(name) switch
        {
            null => [],
            { Kind: JsonValueKind.Array } list => [.. list.Items],
            _ => throw Form(file, $"\"{name}\" must be a list in [ and ] to be edited here"),
        };
    }

    private List<JsonText> Objects(string name) => List(name) is var items && items.TrueForAll(static item => item.Kind == JsonValueKind.Object)
        ? items
        : throw Form(file, $"each of \"{name}\" must be an object to be edited here");

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static SettingsStoreException Invalid(string path, string message) => new(SettingsFailure.Invalid, $"{path} {message}") { Key = path };

    private static SettingsStoreException Form(string file, string message, Exception? inner = null) => new(SettingsFailure.File, $"{file}: {message}", inner);
}
