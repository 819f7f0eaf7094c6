using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using LLMBlender.Core.Fusion;
using LLMBlender.Local.Settings;

namespace LLMBlender.Cli.Setup;

/// <summary>The text of a new configuration file: JSON with a comment for each part.</summary>
internal static class ConfigurationText
{
    /// <summary>The name of the panel.</summary>
    public const string Panel = "mine";

    // One model gives several answers, of which the best is chosen.
    private const int SamplesOfOneModel = 3;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the file.</summary>
    /// <param name="backends">The panel's backends, at least one.</param>
    /// <param name="fuser">The name of the backend that fuses, or <c>select</c>.</param>
    /// <param name="schema">The address or path of the schema for editors.</param>
    public static string Of(IReadOnlyList<BackendSettings> backends, string fuser, string schema)
    {
        var text = new StringBuilder();
        text.Append($$"""
            {
              // With this schema an editor completes and explains the keys. All of them: docs/configuration.md
              "$schema": {{Quoted(schema)}},
              "LLMBlender": {
                // The models that are asked. A key is never in this file: KeyVariable names the environment variable
                // that contains it, KeyFile a file.
                "Backends": [
            {{string.Join(",\n", backends.Select(Backend))}}
                ],

                // The panels: which models are asked together. The first is the default.
                "Panels": [
                  {
                    "Name": {{Quoted(Panel)}},
                    "Members": [{{string.Join(", ", backends.Select(static backend => Quoted(backend.Name)))}}],
            {{(backends.Count == 1 ? $"""

                    // Answers of each member; the best is chosen.
                    "Samples": {SamplesOfOneModel},
            """ : "")}}

                    // The model that fuses the best answers into one; "{{SelectFuser.FuserName}}" returns the best one unchanged.
                    "Fuser": {{Quoted(fuser)}},

                    // The time limit of a question.
                    "Deadline": "00:05:00"
                  }
                ]

                // Without callers, only this machine may use the server. A caller's key is stored as its SHA-256
                // (printf %s "$KEY" | sha256sum):
                // , "Gateway": { "Callers": [ { "Name": "team", "KeySha256": "…" } ] }

                // Another ranker than the packaged demonstration, fetched by 'llmblender models pull pairrm':
                // , "Rankers": ["pairrm"]
              },

              // A line for each request: "LLMBlender.Access": "Information". One JSON object for each line of the log:
              // "Console": { "FormatterName": "json" }
              "Logging": { "LogLevel": { "Default": "Warning" } }
            }

            """);
        return text.ToString().ReplaceLineEndings("\n").Replace("],\n\n\n", "],\n\n", StringComparison.Ordinal);
    }

    private static string Backend(BackendSettings backend)
    {
        string?[] fields =
        [
            $"\"Name\": {Quoted(backend.Name)}",
            $"\"Kind\": {Quoted(backend.Kind)}",
            $"\"Url\": {Quoted(backend.Url!)}",
            $"\"Model\": {Quoted(backend.Model)}",
            backend.KeyVariable is { } key ? $"\"KeyVariable\": {Quoted(key)}" : null,
        ];
        return $"      {{ {string.Join(", ", fields.OfType<string>())} }}";
    }

    private static string Quoted(string value) => JsonSerializer.Serialize(value, Plain);
}
