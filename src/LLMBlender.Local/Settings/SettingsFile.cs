using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;

namespace LLMBlender.Local.Settings;

/// <summary>
/// A JSON configuration file that is read again when its content changes. A change is applied only as a whole and only if it is valid: if
/// the file is missing, incomplete or invalid, the last valid values stay, and <see cref="Problem"/> says why. Both outcomes raise the
/// configuration's reload token.
/// </summary>
/// <remarks>
/// The content is compared every half second. Notifications of the file system do not report the replaced links of a Kubernetes config map,
/// nor changes on network file systems.
/// </remarks>
/// <param name="path">The file.</param>
/// <param name="isOptional">Whether the file may be missing at first.</param>
/// <param name="check">Throws if the values break a rule; null for no rules.</param>
/// <param name="timeProvider">Measures the interval of reads.</param>
public sealed class SettingsFile(string path, bool isOptional, Action<IConfiguration>? check, TimeProvider timeProvider)
    : ConfigurationProvider, IConfigurationSource, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private byte[]? lastContent;
    private string? lastProblem;
    private ITimer? timer;
    private bool isDisposed;

    /// <summary>The reason why the file's current content is not applied; null if it is. The text names the file.</summary>
    public string? Problem { get; private set; }

    /// <summary>The place of a key in the file in use, as <c>PATH:LINE:COLUMN</c>; null if the file does not contain it.</summary>
    public string? Locate(string key) => lastContent is { } content && JsonPositions.Of(content).Find(key) is { } at ? $"{path}:{at.Line}:{at.Column}" : null;

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Reads the file for the first time.</summary>
    /// <exception cref="IOException">The file is missing or can't be read.</exception>
    /// <exception cref="InvalidDataException">The content is not a JSON object, or breaks a rule.</exception>
    public override void Load()
    {
        lock (gate)
        {
            if (timer is not null)
            {
                return;
            }

            var content = Read(out var unreadable);
            if (content is null && !isOptional)
            {
                throw new IOException(unreadable);
            }

            if (content is not null)
            {
                Data = Parse(content, out var invalid) ?? throw new InvalidDataException(invalid);
            }

            lastContent = content;
            timer = timeProvider.CreateTimer(_ => Reload(), null, Interval, Interval);
        }
    }

    /// <summary>Compares the file's content with the last one, and applies a change.</summary>
    public void Reload()
    {
        lock (gate)
        {
            if (isDisposed || !TryReload())
            {
                return;
            }
        }

        OnReload();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            timer?.Dispose();
        }
    }

    // Returns whether the values or the problem changed.
    private bool TryReload()
    {
        var content = Read(out var problem);
        if (content is null && lastContent is null)
        {
            return false;
        }

        if (content is not null && lastContent is not null && content.AsSpan().SequenceEqual(lastContent))
        {
            (lastProblem, var hadProblem) = (null, Problem is not null);
            Problem = null;
            return hadProblem;
        }

        if (content is not null && Parse(content, out problem) is { } values)
        {
            (Data, lastContent, Problem, lastProblem) = (values, content, null, null);
            return true;
        }

        // A file that is being written is invalid for a moment: the second read in sequence reports it.
        var isNew = Problem != problem && lastProblem == problem;
        lastProblem = problem;
        Problem = isNew ? problem : Problem;
        return isNew;
    }

    private byte[]? Read(out string? problem)
    {
        try
        {
            problem = null;
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = $"{path}: there is no such file";
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{path}: {e.Message}";
            return null;
        }
    }

    private IDictionary<string, string?>? Parse(byte[] content, out string? problem)
    {
        try
        {
            using var stream = new MemoryStream(content);
            var parsed = new ParsedFile(new JsonStreamConfigurationSource { Stream = stream });
            parsed.Load();
            check?.Invoke(new ConfigurationBuilder().AddInMemoryCollection(parsed.Values).Build());
            problem = null;
            return parsed.Values;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            problem = Describe(content, e);
            return null;
        }
    }

    // Editors and terminals open PATH:LINE:COLUMN.
    private string Describe(byte[] content, Exception e)
    {
        if ((e as JsonException ?? e.InnerException as JsonException) is { LineNumber: { } line } json)
        {
            // The reader's message ends with the position, counted from 0, in words of its own.
            var end = json.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
            var message = end < 0 ? json.Message : json.Message[..end];
            return $"{path}:{line + 1}:{(json.BytePositionInLine ?? 0) + 1}: is not JSON: {message}";
        }

        var position = e is SettingsException { Key: { } key } ? JsonPositions.Of(content).Find(key) : null;
        return position is { } at ? $"{path}:{at.Line}:{at.Column}: {e.Message}" : $"{path}: {e.InnerException?.Message ?? e.Message}";
    }

    private sealed class ParsedFile(JsonStreamConfigurationSource source) : JsonStreamConfigurationProvider(source)
    {
        public IDictionary<string, string?> Values => Data;
    }
}
