using LLMBlender.Abstractions;
using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Judging;
using Microsoft.Extensions.AI;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>Makes records of a data set: every member of the panel answers, metrics measure, and the judge compares.</summary>
/// <param name="plan">What with.</param>
/// <param name="journal">What was said before, and where it is noted.</param>
/// <param name="complain">Told of what failed.</param>
internal sealed class DatasetBuild(DatasetPlan plan, DatasetJournal journal, Action<string> complain) : IDisposable
{
    private readonly SemaphoreSlim places = new(plan.Concurrency);
    private int failures;

    /// <summary>How many answers or verdicts could not be had.</summary>
    public int Failures => failures;

    /// <summary>Makes one; null where no member answered.</summary>
    public async Task<MixInstructRecord?> MakeAsync(SourceInstruction source, CancellationToken cancellationToken)
    {
        var record = source.Id.Text;
        var answers = await Task.WhenAll(plan.Panel.Slots().Select(slot => AnswerAsync(source, record, slot.Backend, slot.Name, cancellationToken)));
        (string Model, string Text, string Method)[] texts = [.. answers.OfType<(string, string, string)>()];
        if (texts.Length == 0)
        {
            return null;
        }

        var verdicts = plan.Judge is null ? [] : await JudgeAsync(source, record, texts, cancellationToken);
        return new MixInstructRecord(
            source.Instruction,
            source.Input,
            source.Output,
            Measured(source, texts),
            plan.Judge is null ? null : new ComparisonResults([.. Settled(verdicts)]),
            plan.Judge is null ? [] : [JudgedOrders.Write(plan.Judge.Name, verdicts.Where(static one => one.Value is not null).Select(static one => (one.Key.First, one.Key.Second, one.Value!.Value.Logit)))]);
    }

    /// <inheritdoc/>
    public void Dispose() => places.Dispose();

    // A model's answer, how it was drawn; null where it failed.
    private async Task<(string, string, string)?> AnswerAsync(
        SourceInstruction source, string record, string backendName, string name, CancellationToken cancellationToken)
    {
        var backend = plan.Registry.FindBackend(backendName)!;
        var method = backend.Settings is null ? "recorded" : plan.Temperature == 0 ? "greedy" : "top_p_sampling";
        if (journal.Text(record, name) is { } known)
        {
            return (name, known, method);
        }

        var request = new BackendRequest(source.Instruction, source.Input, Timeout.InfiniteTimeSpan)
        {
            Sampling = new Sampling { Temperature = plan.Temperature, TopP = plan.TopP, MaxTokens = plan.MaxTokens },
        };
        var response = await AskAsync(
            record,
            backend,
            name,
            Prompt.Of(request),
            Prompt.Options(backend, request),
            said => journal.NoteText(record, name, said.Text.Trim(), TokensOf(said)),
            cancellationToken);
        return response is null ? null : (name, response.Text.Trim(), method);
    }

    private MixInstructCandidate[] Measured(SourceInstruction source, (string Model, string Text, string Method)[] texts)
    {
        string[] candidates = Array.ConvertAll(texts, static one => one.Text);
        var scores = plan.Metrics.Select(metric => (metric.Name, Scores: metric.Score(source.Instruction + source.Input, source.Output, candidates))).ToList();
        return [.. texts.Select((one, i) => new MixInstructCandidate(
            one.Model, one.Text, one.Method, scores.ToDictionary(static metric => metric.Name, metric => metric.Scores[i]), []))];
    }

    // Every pair in both orders, or in one that is drawn; the pairs in an order that is drawn as well.
    private async Task<Dictionary<(string First, string Second), JudgeVerdict?>> JudgeAsync(
        SourceInstruction source, string record, (string Model, string Text, string Method)[] texts, CancellationToken cancellationToken)
    {
        var pairs = new List<CandidatePair>();
        var drawn = Permutation.Shuffled(texts.Length, plan.Seed ^ Draw(record));
        for (var i = 0; i < texts.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var pair = new CandidatePair(drawn[i], drawn[j]);
                pairs.Add(pair);
                if (plan.BothOrders)
                {
                    pairs.Add(pair.Swapped);
                }
            }
        }

        var order = Permutation.Shuffled(pairs.Count, plan.Seed + Draw(record));
        var verdicts = new Dictionary<(string First, string Second), JudgeVerdict?>();
        var asking = order.Select(at => (Pair: pairs[at], Verdict: VerdictAsync(source, record, texts[pairs[at].First], texts[pairs[at].Second], cancellationToken))).ToList();
        foreach (var (pair, verdict) in asking)
        {
            if (await verdict is { } said)
            {
                verdicts[(texts[pair.First].Model, texts[pair.Second].Model)] = said.Verdict;
            }
        }

        return verdicts;
    }

    // Null where nobody was asked or the judge failed.
    private async Task<Said?> VerdictAsync(
        SourceInstruction source, string record, (string Model, string Text, string Method) first, (string Model, string Text, string Method) second, CancellationToken cancellationToken)
    {
        if (journal.TryVerdict(record, first.Model, second.Model, out var known))
        {
            return new Said(known);
        }

        var judge = plan.Judge!;
        var response = await AskAsync(
            record, judge, judge.Name, JudgePrompt.Compose(source.Instruction, source.Input, first.Text, second.Text), PairJudge.Options(judge), Heard, cancellationToken, plan.Budget);
        return response is null ? null : new Said(JudgePrompt.Read(response.Text));

        void Heard(ChatResponse said)
        {
            var tokens = TokensOf(said);
            journal.NoteVerdict(record, first.Model, second.Model, JudgePrompt.Read(said.Text), tokens);
            plan.Budget.Spend(judge.Cost(tokens.Prompt, tokens.Completion) ?? 0);
        }
    }

    // One verdict a pair, in MixInstruct's words; of even answers it says that they are bad where no order of them was found better.
    private static IEnumerable<(string Pair, PairVerdict Verdict)> Settled(Dictionary<(string First, string Second), JudgeVerdict?> verdicts)
    {
        foreach (var ((first, second), there) in verdicts)
        {
            var isSecond = verdicts.TryGetValue((second, first), out var back) && string.CompareOrdinal(first, second) > 0;
            if (isSecond || (there is null && back is null))
            {
                continue;
            }

            var logit = PairJudge.Logit(there, back);
            var even = there is null or { IsBad: true } && back is null or { IsBad: true } ? PairVerdict.SameBad : PairVerdict.SameGood;
            yield return (ComparisonResults.Pair(first, second), logit > 0 ? PairVerdict.FirstBetter : logit < 0 ? PairVerdict.SecondBetter : even);
        }
    }

    // What was said is noted before the next call takes the place: a kill loses no more answers than there are places.
    private async Task<ChatResponse?> AskAsync(
        string record,
        Backend backend,
        string name,
        IReadOnlyList<ChatMessage> messages,
        ChatOptions? options,
        Action<ChatResponse> heard,
        CancellationToken cancellationToken,
        JudgeBudget? budget = null)
    {
        await places.WaitAsync(cancellationToken);
        try
        {
            if (budget?.TryTake() == false)
            {
                return null;
            }

            var response = await TryAsync(record, backend, name, messages, options, cancellationToken);
            if (response is null)
            {
                budget?.Return();
                return null;
            }

            heard(response);
            return response;
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<ChatResponse?> TryAsync(
        string record, Backend backend, string name, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            return await backend.Client.GetResponseAsync(messages, options, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not OutOfMemoryException)
        {
            Interlocked.Increment(ref failures);
            complain($"record \"{record}\": {name} failed: {backend.Explain(e)}");
            return null;
        }
    }

    private static (long Prompt, long Completion) TokensOf(ChatResponse response) =>
        (response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);

    private static ulong Draw(string record) =>
        BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(record)));

    // What a judge said; no verdict where it can't be read.
    private readonly record struct Said(JudgeVerdict? Verdict);
}
