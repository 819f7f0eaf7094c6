using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using LLMBlender.Cli.Models;
using LLMBlender.Core.Fusion;
using LLMBlender.Core.Ranking;
using LLMBlender.Gateway.Settings;
using LLMBlender.Inference;
using LLMBlender.Inference.Models;
using LLMBlender.Local.Settings;
using LLMBlender.Records;

namespace LLMBlender.Cli.Serving;

/// <summary>
/// The configuration file of <c>serve --settings-page</c>. A change is checked as <c>config check</c> does in a file beside it, which then replaces it;
/// the file before it stays as <c>NAME.bak</c>. Comments and white space stay. Thread-safe.
/// </summary>
/// <param name="file">The file; one that does not exist is written with the first change.</param>
/// <param name="started">The settings that the server started with.</param>
/// <param name="terminal">Its environment variables are read.</param>
internal sealed partial class SettingsStore(string file, ServeSettings started, Terminal terminal) : ISettingsStore
{
    private const string Backends = nameof(ServeSettings.Backends);
    private const string Panels = nameof(ServeSettings.Panels);
    private const string NewFile = "{\n}\n";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly string[] RankerKinds = [ModelKind.PairRanker, ModelKind.Classifier, ModelKind.SummaReranker];

    private readonly Lock gate = new();

    /// <inheritdoc/>
    public SettingsView Read()
    {
        var (text, version) = ReadFile();
        return View(SettingsText.Parse(text, file), version);
    }

    /// <inheritdoc/>
    public SettingsView Write(SettingsChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (gate)
        {
            var (before, version) = ReadFile();
            Require(version, change);
            var text = SettingsText.Parse(before, file);
            text.Apply(Backends, change.Backends, SettingsText.BackendFields, CheckVariable);
            text.Apply(Panels, change.Panels, SettingsText.PanelFields, static (_, _) => { });
            Apply(text, nameof(ServeSettings.Rankers), change.Rankers, Known(text, nameof(ServeSettings.Rankers), RankerKinds));
            Apply(text, nameof(ServeSettings.Fusers), change.Fusers, [SelectFuser.FuserName, .. Known(text, nameof(ServeSettings.Fusers), [ModelKind.GenFuser])]);
            if (text.ToString() is var after && after != before)
            {
                Replace(after, change);
            }
        }

        return Read();
    }

    /// <inheritdoc/>
    public async Task<FoundBackends> FindModelsAsync(CancellationToken cancellationToken)
    {
        var found = await DiscoveredBackends.FindAsync(terminal.Variable, cancellationToken);
        return new FoundBackends([.. found.Backends.Concat(found.Others).DistinctBy(static one => one.Name)
            .Select(static one => new FoundBackend(one.Name, one.Kind, one.Url!, one.Model, one.KeyVariable))]);
    }

    private SettingsView View(SettingsText text, string version) => new()
    {
        File = file,
        Version = version,
        Backends = text.View(Backends, SettingsText.BackendFields),
        Panels = text.View(Panels, SettingsText.PanelFields),
        Rankers = text.Texts(nameof(ServeSettings.Rankers)),
        Fusers = text.Texts(nameof(ServeSettings.Fusers)),
        Choices = new SettingsChoices
        {
            Kinds = [BackendSettings.OpenAI, BackendSettings.Azure, BackendSettings.Anthropic, BackendSettings.Ollama],
            Aggregates = [.. RankingEngines.Names],
            Rankers = Known(text, nameof(ServeSettings.Rankers), RankerKinds),
            Fusers = [SelectFuser.FuserName, .. Known(text, nameof(ServeSettings.Fusers), [ModelKind.GenFuser]).Where(static name => name != SelectFuser.FuserName)],
            Scorers = text.NamesOf(nameof(ServeSettings.Scorers)),
            KeyVariables = [.. Providers.All.Select(static provider => provider.KeyVariable).OfType<string>()],
        },
        NeedsRestart = !OrDefault(text.Texts(nameof(ServeSettings.Rankers)), ModelSearch.DefaultRanker).SequenceEqual(started.RankersOrDefault)
            || !OrDefault(text.Texts(nameof(ServeSettings.Fusers)), SelectFuser.FuserName).SequenceEqual(started.FusersOrDefault),
    };

    private static string[] OrDefault(string[] names, string usual) => names.Length > 0 ? names : [usual];

    // Those of the search folders and those that the file names already: a page must not find out which folders there are.
    private string[] Known(SettingsText text, string list, string[] kinds) =>
    [
        .. text.Texts(list).Concat(FoundModel.All(new ModelSearch(terminal)).Where(model => model.Manifest is { } manifest && kinds.Contains(manifest.Kind)).Select(static model => model.Name))
            .Distinct(),
    ];

    private static void Apply(SettingsText text, string list, string[]? names, string[] known)
    {
        if (names is null)
        {
            return;
        }

        for (var i = 0; i < names.Length; i++)
        {
            if (!known.Contains(names[i]))
            {
                throw Invalid($"{list}:{i}", $"is \"{names[i]}\", and must be one of {string.Join(", ", known)}");
            }
        }

        text.SetTexts(list, names);
    }

    // A key that is pasted here must not be written.
    private void CheckVariable(string path, string value)
    {
        if (terminal.Variable(value) is null && !VariableName().IsMatch(value))
        {
            throw Invalid(path, $"has {value.Length} characters and is no variable's name, and must be the name of an environment variable, not a key: letters A-Z, digits and _");
        }
    }

    private void Require(string version, SettingsChange change)
    {
        if (change.Version != version)
        {
            throw new SettingsStoreException(SettingsFailure.Changed, $"{file} has changed since this page read it, and nothing is written: read it again and repeat the change");
        }
    }

    private (string Text, string Version) ReadFile()
    {
        try
        {
            if (!File.Exists(file))
            {
                return (NewFile, "none");
            }

            var content = File.ReadAllBytes(file);
            return (Utf8.GetString(content), Convert.ToHexStringLower(SHA256.HashData(content)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new SettingsStoreException(SettingsFailure.File, $"{file} can't be read: {e.Message}", e);
        }
    }

    private void Replace(string text, SettingsChange change)
    {
        var target = new FileInfo(file).LinkTarget is null ? file : File.ResolveLinkTarget(file, returnFinalTarget: true)!.FullName;
        var beside = $"{target}.{Environment.ProcessId}.new.json";
        try
        {
            File.WriteAllText(beside, text, Utf8);
            Check(beside);
            if (File.Exists(target))
            {
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(beside, File.GetUnixFileMode(target));
                }

                File.Copy(target, $"{file}.bak", overwrite: true);
            }

            Require(ReadFile().Version, change);
            File.Move(beside, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsStoreException(SettingsFailure.File, $"{file} can't be written: {e.Message}", e);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    private void Check(string beside)
    {
        try
        {
            foreach (var backend in ConfigurationCheck.Read(beside, terminal, static _ => { }).Panels.Backends)
            {
                backend.Client.Dispose();
            }
        }
        catch (Exception e) when (e is UsageException or ModelException)
        {
            var message = Sentence(e.Message, beside);
            throw new SettingsStoreException(SettingsFailure.Invalid, message, e) { Key = SettingPath().Match(message) is { Success: true } match ? match.Groups[1].Value : null };
        }
    }

    // The line and column are those of a file that does not stay.
    private static string Sentence(string message, string beside)
    {
        var at = message.LastIndexOf(beside, StringComparison.Ordinal);
        return at < 0 ? message : Position().Replace(message[(at + beside.Length)..], "");
    }

    private static SettingsStoreException Invalid(string path, string message) => new(SettingsFailure.Invalid, $"{path} {message}") { Key = path };

    [GeneratedRegex("^[A-Z_][A-Z0-9_]*$")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"^(:\d+:\d+)?: ")]
    private static partial Regex Position();

    [GeneratedRegex(@"\bLLMBlender:([A-Za-z]+(:[A-Za-z0-9]+)*)")]
    private static partial Regex SettingPath();
}
