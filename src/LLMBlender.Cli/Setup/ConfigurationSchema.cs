namespace LLMBlender.Cli.Setup;

/// <summary>The JSON schema of the configuration, generated from the options classes.</summary>
internal static class ConfigurationSchema
{
    private const string Resource = "llmblender.schema.json";

    /// <summary>The schema's text.</summary>
    public static string Text { get; } = Read();

    private static string Read()
    {
        using var reader = new StreamReader(typeof(ConfigurationSchema).Assembly.GetManifestResourceStream(Resource)!);
        return reader.ReadToEnd();
    }
}
