namespace LLMBlender.Gateway.Settings;

/// <summary>The configuration file that the settings page edits. Without this service the page can't edit anything.</summary>
public interface ISettingsStore
{
    /// <summary>Reads the file's settings. No key of a model server and no caller is among them.</summary>
    /// <exception cref="SettingsStoreException">The file can't be read or is not in a form that can be edited.</exception>
    SettingsView Read();

    /// <summary>Checks a change and writes it.</summary>
    /// <returns>The settings after it.</returns>
    /// <exception cref="SettingsStoreException">The change is invalid, the file has changed since it was read, or can't be written.</exception>
    SettingsView Write(SettingsChange change);

    /// <summary>Searches for models that could be backends: of servers on this machine and of providers whose keys are in the environment.</summary>
    Task<FoundBackends> FindModelsAsync(CancellationToken cancellationToken);
}
