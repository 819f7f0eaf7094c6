namespace LLMBlender.Local.Settings;

/// <summary>Reads the API keys that settings refer to.</summary>
public static class KeyReference
{
    /// <summary>Returns a backend's key; null if it has none.</summary>
    /// <param name="backend">The backend.</param>
    /// <param name="path">The backend's configuration path, for errors.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="SettingsException">The key is missing or can't be read.</exception>
    public static Secret? Find(BackendSettings backend, string path, Func<string, string?> variable)
    {
        return backend.Key ?? Find(backend.KeyVariable, backend.KeyFile, path, variable);
    }

    /// <summary>Returns a scorer's key; null if it has none.</summary>
    /// <inheritdoc cref="Find(BackendSettings, string, Func{string, string?})"/>
    public static Secret? Find(ScorerSettings scorer, string path, Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(scorer);
        return Find(scorer.KeyVariable, scorer.KeyFile, path, variable);
    }

    private static Secret? Find(string? keyVariable, string? keyFile, string path, Func<string, string?> variable)
    {
        if (keyVariable is { } name)
        {
            return variable(name) is { Length: > 0 } value
                ? new Secret(value.Trim())
                : throw Missing($"{path}:KeyVariable", name);
        }

        return keyFile is { } file ? Read(file, path) : null;
    }

    // The value may be a key pasted by mistake, which must not be logged.
    private static SettingsException Missing(string path, string name) => IsName(name)
        ? SettingsException.Of(path, name, "an environment variable that is set")
        : new SettingsException($"{path} has {name.Length} characters and is no variable's name, and must be an environment variable that is set, named in A-Z, 0-9 and _");

    private static bool IsName(string name) =>
        name.Length == 0 || (!char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c is '_'));

    private static Secret Read(string file, string path)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } value
                ? new Secret(value)
                : throw SettingsException.Of($"{path}:KeyFile", file, "a file that holds a key");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path}:KeyFile is \"{file}\", and must be a file that can be read: {e.Message}", e);
        }
    }
}
