using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.PairRanker;

/// <summary>The rank calls of the tiny reference ranker.</summary>
internal sealed record ReferenceCases(string Name, int? SourceMaxLength, int? CandidateMaxLength, IReadOnlyList<ReferenceRecord> Records)
{
    public static IReadOnlyList<ReferenceCases> Load()
    {
        var file = JsonNode.Parse(File.ReadAllBytes(Fixture.File("pairrm-tiny", "cases", "rank.json")))!;
        return [.. file["groups"]!.AsArray().Select(group => Read(group!))];
    }

    private static ReferenceCases Read(JsonNode group)
    {
        var instructions = group["instructions"]?.AsArray();
        var inputs = group["inputs"]!.AsArray();
        var records = Enumerable.Range(0, inputs.Count).Select(n => new ReferenceRecord(
            (instructions?[n]!.GetValue<string>() ?? "") + inputs[n]!.GetValue<string>(),
            group["candidates"]![n].Deserialize<string[]>()!,
            group["matrix"]![n].Deserialize<float[][]>()!,
            group["source_ids"]![n].Deserialize<int[]>()!,
            group["pair_rows"]!.AsArray().FirstOrDefault(row => row!["index"]!.GetValue<int>() == n)?["ids_01"].Deserialize<int[]>())).ToList();
        var kwargs = group["rank_kwargs"]!;
        return new ReferenceCases(
            group["name"]!.GetValue<string>(), (int?)kwargs["source_max_length"], (int?)kwargs["candidate_max_length"], records);
    }
}

/// <summary>One record of a rank call, and what the reference computes for it.</summary>
/// <param name="Source">Instruction and input.</param>
/// <param name="Candidates">Texts.</param>
/// <param name="Matrix">Logits with the row's candidate on the left.</param>
/// <param name="SourceIds">The source's segment.</param>
/// <param name="FirstPairIds">The whole row of candidates 0 and 1, where recorded.</param>
internal sealed record ReferenceRecord(string Source, string[] Candidates, float[][] Matrix, int[] SourceIds, int[]? FirstPairIds)
{
    /// <summary>
    /// Whether a text spells <c>[CLS]</c> or <c>[MASK]</c>, which the reference reads as the control token and we, by design,
    /// leave out: the one place where the same ids aren't wanted.
    /// </summary>
    public bool SpellsControlTokens => Candidates.Append(Source).Any(text =>
        text.Contains("[CLS]", StringComparison.Ordinal) || text.Contains("[MASK]", StringComparison.Ordinal));
}
