namespace LLMBlender.Local.Settings;

/// <summary>A configuration breaks a rule; the message contains property, value and rule.</summary>
public sealed class SettingsException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The path of the property, such as <c>LLMBlender:Panels:0:Name</c>, by which a file's line is found; null if it is not one property's.</summary>
    public string? Key { get; init; }

    /// <summary>Creates the exception of a property whose value breaks a rule.</summary>
    public static SettingsException Of(string property, object? value, string rule) => new(
        value is null or "" ? $"{property} is missing, and must be {rule}" : $"{property} is \"{value}\", and must be {rule}")
    { Key = property };
}
