using System.Text.Json.Serialization;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The panels as models.</summary>
internal sealed record ModelList
{
    /// <summary>The type: list.</summary>
    public required string Object { get; init; }

    /// <summary>The panels, the default one first.</summary>
    public required Model[] Data { get; init; }
}

/// <summary>A panel as a model.</summary>
internal sealed record Model
{
    // "created" is required by clients; panels have no creation time.
    private const long CreationTime = 1_700_000_000;

    /// <summary>The panel's name.</summary>
    public required string Id { get; init; }

    /// <summary>The type: model.</summary>
    public required string Object { get; init; }

    /// <summary>A constant: panels have no creation time.</summary>
    public required long Created { get; init; }

    /// <summary>A constant: llmblender.</summary>
    public required string OwnedBy { get; init; }

    /// <summary>The panel.</summary>
    [JsonPropertyName("llmblender")]
    public required ModelPanel Panel { get; init; }

    /// <summary>Creates the model of a panel.</summary>
    public static Model Create(PanelInfo panel) => new()
    {
        Id = panel.Name,
        Object = "model",
        Created = CreationTime,
        OwnedBy = "llmblender",
        Panel = new ModelPanel
        {
            Description = panel.Description,
            Members = panel.Members,
            Models = panel.Models,
            Ranker = panel.Ranker,
            Aggregate = panel.Aggregation,
            TopK = panel.TopK,
            Fuser = panel.Fuser,
            Passes = panel.Passes,
            Examples = panel.Examples,
        },
    };
}

/// <summary>A panel's members and features.</summary>
internal sealed record ModelPanel
{
    /// <summary>Its description.</summary>
    public required string Description { get; init; }

    /// <summary>The names of its backends.</summary>
    public required string[] Members { get; init; }

    /// <summary>The models' names, in the order of the members; empty for a backend that names none.</summary>
    public required string[] Models { get; init; }

    /// <summary>The ranker; absent for the default.</summary>
    public string? Ranker { get; init; }

    /// <summary>The aggregation; absent for the default.</summary>
    public string? Aggregate { get; init; }

    /// <summary>How many of the best candidates are fused; absent for the fuser's default.</summary>
    public int? TopK { get; init; }

    /// <summary>The fuser; null for the default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Fuser { get; init; }

    /// <summary>The features that it passes on to its members: response_format, tools.</summary>
    public required string[] Passes { get; init; }

    /// <summary>The instructions without an input that it has recorded answers for; empty for a panel that accepts any.</summary>
    public required string[] Examples { get; init; }
}
