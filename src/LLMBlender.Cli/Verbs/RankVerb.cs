using System.CommandLine;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>rank</c>: candidates in, ranks and scores out.</summary>
internal static class RankVerb
{
    private const string Details = """
        Each line of --from is a record
          {"id": …, "instruction": "…", "input"?: "…", "candidates": [{"model"?: "…", "text": "…"}, …]}
        and its answer a line of --to, in the same order:
          {"id": …, "ranks": […], "scores": […], "comparisons": N, "matrix"?: [[…], …]}
        ranks, scores and the matrix's rows are in the candidates' order. Rank 1 is the best; ties share the smallest rank.
        A score is higher for a better candidate: for max-logits the mean of its logits from both sides, for max-wins the
        comparisons won, for bubble-sort the candidates placed below, for adaptive an estimate of max-logits' score that is
        sure of the best. matrix[i][j] is the logit with candidate i first, above 0 when i is better, 0 on the diagonal and
        null where the two were not compared.

        A record that fails is answered by {"id": …, "error": "…"}, and the exit code is 1.

        Example:
          llmblender rank --from candidates.jsonl --to ranks.jsonl --aggregate bubble-sort
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("rank", "Rank each record's candidates.", Details);
        var files = new FileArguments(verb);
        var aggregation = Choices.Aggregation();
        verb.Options.Add(aggregation);
        var ranker = new RankerArguments(verb);
        var matrix = new Option<bool>("--matrix") { Description = "Also write the comparison matrix." };
        verb.Options.Add(matrix);
        verb.SetAction((parsed, cancellation) =>
        {
            var (engine, withMatrix) = (parsed.GetValue(aggregation)!, parsed.GetValue(matrix));
            var run = new RecordRun<(string Source, string[] Candidates)>(
                terminal,
                files,
                ranker,
                Read,
                (place, record, model) => new RankingWork(
                    place,
                    model.Encode(record.Source, record.Candidates),
                    RankingEngines.Create(engine, record.Candidates.Length),
                    withMatrix));
            return run.RunAsync(parsed, cancellation);
        });
        return verb;
    }

    private static (string Source, string[] Candidates) Read(RecordFields record)
    {
        var (instruction, input) = record.Source();
        Candidate[] candidates = record.OptionalCandidates() ?? throw record.Missing("candidates", Sources.CandidatesRule);
        return (instruction + input, Array.ConvertAll(candidates, candidate => candidate.Text));
    }
}
