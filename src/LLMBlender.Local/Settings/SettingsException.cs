namespace LLMBlender.Local.Settings;

/// <summary>A configuration breaks a rule; the message contains property, value and rule.</summary>
public sealed class SettingsException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Creates the exception of a property whose value breaks a rule.</summary>
    public static SettingsException Of(string property, object? value, string rule) => new(
        value is null or "" ? $"{property} is missing, and must be {rule}" : $"{property} is \"{value}\", and must be {rule}");
}
