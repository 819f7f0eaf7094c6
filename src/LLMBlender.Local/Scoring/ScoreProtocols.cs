using System.Text.Json;
using LLMBlender.Local.Settings;

namespace LLMBlender.Local.Scoring;

/// <summary>Chooses a scorer's API, and writes fields that several APIs share.</summary>
internal static class ScoreProtocols
{
    /// <summary>Returns the API of a scorer's kind.</summary>
    public static IScoreProtocol Create(ScorerSettings settings) => settings.Kind switch
    {
        ScorerSettings.TeiRerank => new TeiRerankProtocol(settings),
        ScorerSettings.TeiPredict => new TeiPredictProtocol(settings),
        ScorerSettings.VllmScore => new VllmScoreProtocol(settings),
        ScorerSettings.VllmClassify => new VllmClassifyProtocol(settings),
        ScorerSettings.VllmRerank or ScorerSettings.CohereRerank or ScorerSettings.JinaRerank => new RerankProtocol(settings),
        _ => throw new ArgumentException($"scorer \"{settings.Name}\" has kind \"{settings.Kind}\", and there is no scorer of that kind", nameof(settings)),
    };

    /// <summary>Writes a list of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the model's name, if there is one.</summary>
    public static void WriteModel(this Utf8JsonWriter json, ScorerSettings settings)
    {
        if (settings.Model.Length > 0)
        {
            json.WriteString("model", settings.Model);
        }
    }

    /// <summary>Writes vLLM's fields for truncation to the model's length, and for scores without the model's activation.</summary>
    public static void WriteVllmFields(this Utf8JsonWriter json, ScorerSettings settings)
    {
        json.WriteNumber("truncate_prompt_tokens", -1);
        json.WriteBoolean("use_activation", settings.ScoresAreProbabilities);
    }
}
