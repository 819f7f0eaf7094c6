using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Cli.Blending;

/// <summary>A record that somebody else blended.</summary>
/// <param name="place">Where it stands in its file.</param>
/// <param name="response">What came of it.</param>
internal sealed class AskedBlend(RecordPlace place, BlendResponse response) : RecordWork(place, null)
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter json) => BlendJson.Write(json, Place.Id, response);

    /// <inheritdoc/>
    protected override ReadOnlySpan<CandidatePair> NextRound() => [];

    /// <inheritdoc/>
    protected override void Hear(CandidatePair pair, float logit) =>
        throw new InvalidOperationException("a record that was blended elsewhere asked for no comparison");
}
