using System.Text;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Settings;
using LLMBlender.Records;

namespace LLMBlender.Cli.Setup;

/// <summary>A run of <c>init</c>.</summary>
internal sealed class InitRun(Terminal terminal)
{
    /// <summary>The file by default.</summary>
    public const string DefaultFile = "llmblender.json";

    private const string SchemaFile = "llmblender.schema.json";

    /// <summary>The models, by numbers or names; null to ask.</summary>
    public string? Models { get; init; }

    /// <summary>The fuser; null to ask.</summary>
    public string? Fuser { get; init; }

    /// <summary>The file; null to ask.</summary>
    public string? To { get; init; }

    /// <summary>A further server; null for none.</summary>
    public Uri? Url { get; init; }

    /// <summary>The variable with its key; null for none.</summary>
    public string? KeyVariable { get; init; }

    /// <summary>Whether a person answers.</summary>
    public bool Asks { get; init; }

    /// <summary>Whether the models are called.</summary>
    public bool Probes { get; init; }

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Replaces { get; init; }

    /// <summary>Finds models, asks, probes and writes.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">No model is found or answers, an answer is invalid, or the file exists.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var questions = new Questions(terminal, Asks);
        var (usual, listed) = await FindAsync(questions, cancellationToken);
        questions.Say("Models:");
        for (var i = 0; i < listed.Count; i++)
        {
            questions.Say($"  {i + 1,2}  {listed[i].Name}{(listed[i].KeyVariable is { } key ? $"  ({key})" : $"  ({new Uri(listed[i].Url!).Authority})")}");
        }

        var chosen = Choose(Models ?? questions.Ask("Which models, by number or name?", string.Join(',', Enumerable.Range(1, usual))), listed);
        var usualFuser = chosen.Count == 1 ? SelectFuser.FuserName : chosen[0].Name;
        var fuser = chosen.Count == 1 ? Fuser ?? usualFuser : Fuser ?? questions.Ask($"Which model fuses the best answers ({SelectFuser.FuserName}: the best answer, unchanged)?", usualFuser);
        fuser = fuser == SelectFuser.FuserName ? fuser : Choose(fuser, listed)[0].Name;
        var file = To ?? questions.Ask("Which file?", DefaultFile);
        if (File.Exists(file) && !Replaces)
        {
            throw new UsageException($"{file} is there, and is replaced only with --force");
        }

        var backends = await ProbedAsync([.. chosen.UnionBy(listed.Where(one => one.Name == fuser), static one => one.Name)], questions, cancellationToken);
        chosen = [.. chosen.Where(backends.Contains)];
        if (chosen.Count == 0)
        {
            throw new UsageException("none of the models answers, and nothing is written; --no-probe writes it nevertheless");
        }

        Write(file, chosen, backends.Exists(one => one.Name == fuser) ? fuser : chosen.Count == 1 ? SelectFuser.FuserName : chosen[0].Name);
        questions.Say($"{file} is written. Next:");
        questions.Say($"  llmblender blend \"Why is the sky blue?\" --config {file}");
        questions.Say($"  llmblender serve --config {file}");
        return ExitCode.Done;
    }

    private async Task<(int Usual, List<BackendSettings> Listed)> FindAsync(Questions questions, CancellationToken cancellationToken)
    {
        questions.Say("Looking for model servers on this machine and keys in the environment.");
        var found = await DiscoveredBackends.FindAsync(terminal.Variable, cancellationToken);
        var url = Url;
        if (url is null && found.Backends.Length == 0)
        {
            questions.Say($"Nothing: {DiscoveredBackends.Searched}.");
            url = Uri.TryCreate(questions.Ask("The address of a server with OpenAI's API, up to /v1?", "none"), UriKind.Absolute, out var given) && given.Scheme is "http" or "https" ? given : null;
        }

        var named = url is null ? [] : await DiscoveredBackends.OfServerAsync(url, KeyVariable, terminal.Variable, cancellationToken);
        if (url is not null && named.Length == 0)
        {
            throw new UsageException($"{url} lists no models: GET {url.ToString().TrimEnd('/')}/models must answer as OpenAI does");
        }

        var usual = named.Length > 0 ? named.Take(4).ToArray() : [.. found.Backends.Where(one => found.Panels[0].Members.Contains(one.Name))];
        var listed = usual.Concat(named).Concat(found.Backends).Concat(found.Others).DistinctBy(static one => one.Name).ToList();
        return listed.Count > 0 ? (usual.Length, listed) : throw new UsageException(
            "there is no model to configure: start a model server (such as 'ollama run llama3.2'), set a key such as OPENAI_API_KEY, or name a server with --url");
    }

    private static List<BackendSettings> Choose(string answer, List<BackendSettings> listed)
    {
        var chosen = answer.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(one =>
            int.TryParse(one, out var number) && number >= 1 && number <= listed.Count ? listed[number - 1]
            : listed.Find(model => model.Name == one || model.Model == one)
                ?? throw new UsageException($"\"{one}\" is no model of the list{SettingsFields.Suggestion(one, listed.ConvertAll(static model => model.Name))}")).Distinct().ToList();
        return chosen.Count > 0 ? chosen : throw new UsageException($"\"{answer}\" names no model of the list");
    }

    private async Task<List<BackendSettings>> ProbedAsync(List<BackendSettings> settings, Questions questions, CancellationToken cancellationToken)
    {
        if (!Probes)
        {
            return settings;
        }

        questions.Say("Asking each once:");
        var backends = BackendProbe.Create(settings, terminal.Variable);
        try
        {
            var answered = await BackendProbe.RunAsync(backends, line => questions.Say($"  {line}"), cancellationToken);
            return settings.FindAll(one => answered.Exists(backend => backend.Name == one.Name));
        }
        finally
        {
            backends.ForEach(static backend => backend.Client.Dispose());
        }
    }

    private static void Write(string file, List<BackendSettings> chosen, string fuser)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, SchemaFile), ConfigurationSchema.Text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.WriteAllText(file, ConfigurationText.Of(chosen, fuser, $"./{SchemaFile}"), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file} can't be written: {e.Message}", e);
        }
    }
}
