namespace LLMBlender.Silo.Backends;

/// <summary>Finds keys where settings say that they are.</summary>
internal static class KeyReference
{
    /// <summary>A backend's key; null where it has none.</summary>
    /// <param name="backend">The backend.</param>
    /// <param name="path">How errors name it.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="SettingsException">The key is not there.</exception>
    public static Secret? Find(BackendSettings backend, string path, Func<string, string?> variable)
    {
        if (backend.Key is { } known)
        {
            return known;
        }

        if (backend.KeyVariable is { } name)
        {
            return variable(name) is { Length: > 0 } value
                ? new Secret(value.Trim())
                : throw SettingsException.Of($"{path}:KeyVariable", name, "an environment variable that is set");
        }

        return backend.KeyFile is { } file ? Read(file, path) : null;
    }

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
