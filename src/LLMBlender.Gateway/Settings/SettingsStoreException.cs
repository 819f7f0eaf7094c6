namespace LLMBlender.Gateway.Settings;

/// <summary>The settings can't be read or written.</summary>
/// <param name="failure">The kind of failure.</param>
/// <param name="message">The setting, its value and the rule that it breaks; or the file and the reason.</param>
/// <param name="inner">The cause; null for none.</param>
public sealed class SettingsStoreException(SettingsFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of failure.</summary>
    public SettingsFailure Failure { get; } = failure;

    /// <summary>The path of the setting, such as <c>Panels:0:Fuser</c>; null if it is not one setting's.</summary>
    public string? Key { get; init; }
}

/// <summary>Why settings can't be read or written.</summary>
public enum SettingsFailure
{
    /// <summary>A value breaks a rule.</summary>
    Invalid,

    /// <summary>The file is not the one that was read.</summary>
    Changed,

    /// <summary>The file can't be read or written, or its form can't be edited.</summary>
    File,
}
