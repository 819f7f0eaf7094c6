using System.CommandLine;
using LLMBlender.Abstractions.Json;
using LLMBlender.Core.Ranking;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>rank</c>: ranks and scores candidates.</summary>
internal static class RankVerb
{
    private const string Details = """
        Each line of --from is a record
          {"id": …, "instruction": "…", "input"?: "…", "candidates": [{"model"?: "…", "text": "…"}, …], "reference"?: "…"}
        Its answer is a line of --to, in the same order:
          {"id": …, "ranks": […], "scores": […], "comparisons": N, "matrix"?: [[…], …], "probability"?: [[…], …],
           "ranker_info": {"name", "kind", "temperature"?, "demonstration"?}, "top"?: [{"model", "text", "rank", "score"}, …]}
        ranks, scores and the matrix's rows are in the candidates' order. Rank 1 is the best; ties share the smallest rank.
        A better candidate has a higher score: for max-logits the mean of its logits in both orders, for max-wins the number of
        comparisons won, for bubble-sort the number of candidates placed below it, for adaptive an estimate of max-logits' score
        that is reliable for the best candidate, and with adaptive-best for it alone. matrix[i][j] is the logit with candidate i first: above 0 if i is better, 0 on the
        diagonal, and null if the two were not compared. probability[i][j] belongs to matrix[i][j] and is σ(logit / temperature), the
        probability that i is better; absent if the ranker is not calibrated (llmblender calibrate).

        adaptive compares the pairs that decide which candidate is the best and which are the best three, and adaptive-best those that
        decide the best alone. Both begin with how much the candidates agree, and with --prior with its scores.

        bubble-best and bubble-worst find only the best or the worst candidate, with 2(N-1) comparisons; the other ranks are then
        unreliable. With --reference-mode, or if a record has a "reference", each candidate is compared only with that text, in 2N
        comparisons, and its score is M[i,ref] - M[ref,i].

        With --config, --ranker names a ranker of that file: a model, a scorer, which scores each candidate alone, or a backend, which
        judges pairs.

        For a failed record {"id": …, "error": "…"} is written, and the exit code is 1.

        Examples:
          llmblender rank --from candidates.jsonl --to ranks.jsonl --aggregate bubble-sort
          llmblender rank --from candidates.jsonl --ranker pairrm --aggregate adaptive-best --prior reward-minilm
          llmblender rank --from candidates.jsonl --config panels.json --ranker my-scorer
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("rank", "Rank each record's candidates.", Details);
        var files = new FileArguments(verb);
        var aggregation = Choices.Aggregation();
        verb.Options.Add(aggregation);
        var ranker = new RankerArguments(verb);
        var prior = new Option<string?>("--prior")
        {
            HelpName = "M",
            Description = "A model that scores each candidate alone, such as reward-minilm: adaptive and adaptive-best begin with its scores and compare fewer pairs.",
        };
        verb.Options.Add(prior);
        var reference = new Option<string?>("--reference-mode")
        {
            HelpName = string.Join('|', ReferenceMode.Names),
            Description = "Compare each candidate only with one of them. Excludes --aggregate.",
        };
        verb.Options.Add(reference);
        var topK = Numbers.AtLeast("--top-k", 1, "Also write the best K candidates, best first.");
        verb.Options.Add(topK);
        var matrix = new Option<bool>("--matrix") { Description = "Also write the comparison matrix." };
        verb.Options.Add(matrix);
        var host = new HostArguments(verb, terminal, ranker) { Prior = prior };

        verb.SetAction((parsed, cancellationToken) =>
        {
            var given = parsed.GetResult(aggregation) is { Implicit: false } ? parsed.GetValue(aggregation) : null;
            var mode = parsed.GetValue(reference);
            if (new RankingOptions(given, mode).Problem(1) is var (_, problem))
            {
                throw new UsageException($"{problem}.");
            }

            var (withMatrix, top) = (parsed.GetValue(matrix), parsed.GetValue(topK));
            var run = new RecordRun<RankRecord, RankResult>(terminal, files, RecordJsonContext.Default.RankResult)
            {
                Weight = static record => (long)record.Candidates.Length * record.Candidates.Length,
                Answer = async (blender, id, record, token) =>
                {
                    var request = record.ToRequest() with
                    {
                        Ranker = host.RankerOf(parsed, record.Ranker),
                        Prior = parsed.GetValue(prior),
                        Aggregation = given ?? (mode is null ? record.Aggregate : null),
                        ReferenceMode = mode ?? (given is null ? record.ReferenceMode : null),
                        WithMatrix = withMatrix || record.Matrix == true,
                    };
                    return RankResult.Create(id, await blender.RankAsync(request, token), request.Candidates, top ?? record.TopK);
                },
            };
            return run.RunAsync(parsed, () => host.OpenAsync(parsed, cancellationToken), RecordJson.Reader(RecordJsonContext.Default.RankRecord), cancellationToken);
        });
        return verb;
    }
}
