using LLMBlender.Abstractions;
using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Judging;
using Microsoft.Extensions.AI;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>Builds records of a data set: the panel's members answer, metrics score, and the judge compares.</summary>
/// <param name="plan">The plan.</param>
/// <param name="journal">Stores responses and returns those of earlier runs.</param>
/// <param name="reportError">Called with each failure.</param>
internal sealed class DatasetBuild(DatasetPlan plan, DatasetJournal journal, Action<string> reportError) : IDisposable
{
    private readonly SemaphoreSlim slots = new(plan.Concurrency);
    private int failures;
    private int unreadable;
    private int readable;

    // A judge that has never been understood in this many responses won't be: further calls would be paid for nothing.
    private const int UnreadableLimit = 8;

    /// <summary>The number of answers and verdicts that failed.</summary>
    public int Failures => failures;

    /// <summary>The number of the judge's responses that contain no verdict.</summary>
    public int Unreadable => unreadable;

    /// <summary>Whether the judge is not asked any more, because none of its first responses contained a verdict.</summary>
    public bool IsJudgeGivenUp => unreadable >= UnreadableLimit && readable == 0;

    /// <summary>Builds one record; null if no member answered.</summary>
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
            Scored(source, texts),
            plan.Judge is null ? null : new ComparisonResults([.. PairVerdicts(verdicts)]),
            plan.Judge is null ? [] : [JudgedOrders.Write(plan.Judge.Name, verdicts.Where(static one => one.Value is not null).Select(static one => (one.Key.First, one.Key.Second, one.Value!.Value.Logit)))]);
    }

    /// <inheritdoc/>
    public void Dispose() => slots.Dispose();

    // A member's name, its answer and its decoding method; null if the call failed.
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
            reply => journal.NoteText(record, name, reply.Text.Trim(), TokensOf(reply)),
            cancellationToken);
        return response is null ? null : (name, response.Text.Trim(), method);
    }

    private MixInstructCandidate[] Scored(SourceInstruction source, (string Model, string Text, string Method)[] texts)
    {
        string[] candidates = Array.ConvertAll(texts, static one => one.Text);
        var scores = plan.Metrics.Select(metric => (metric.Name, Scores: metric.Score(source.Instruction + source.Input, source.Output, candidates))).ToList();
        return [.. texts.Select((one, i) => new MixInstructCandidate(
            one.Model, one.Text, one.Method, scores.ToDictionary(static metric => metric.Name, metric => metric.Scores[i]), []))];
    }

    // Judges every pair in both orders, or in one random order; the calls are shuffled too.
    private async Task<Dictionary<(string First, string Second), JudgeVerdict?>> JudgeAsync(
        SourceInstruction source, string record, (string Model, string Text, string Method)[] texts, CancellationToken cancellationToken)
    {
        var pairs = new List<CandidatePair>();
        var drawn = Permutation.Shuffled(texts.Length, plan.Seed ^ RecordSeed.Of(record));
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

        var order = Permutation.Shuffled(pairs.Count, plan.Seed + RecordSeed.Of(record));
        var verdicts = new Dictionary<(string First, string Second), JudgeVerdict?>();
        var asking = order.Select(at => (Pair: pairs[at], Verdict: VerdictAsync(source, record, texts[pairs[at].First], texts[pairs[at].Second], cancellationToken))).ToList();
        foreach (var (pair, verdict) in asking)
        {
            if (await verdict is { } result)
            {
                verdicts[(texts[pair.First].Model, texts[pair.Second].Model)] = result.Verdict;
            }
        }

        return verdicts;
    }

    // Returns null if the budget is spent or the call failed.
    private async Task<JudgeResult?> VerdictAsync(
        SourceInstruction source, string record, (string Model, string Text, string Method) first, (string Model, string Text, string Method) second, CancellationToken cancellationToken)
    {
        if (journal.TryVerdict(record, first.Model, second.Model, out var known))
        {
            return new JudgeResult(known);
        }

        var judge = plan.Judge!;
        var response = await AskAsync(
            record, judge, judge.Name, JudgePrompt.Compose(source.Instruction, source.Input, first.Text, second.Text), PairJudge.Options(judge), Store, cancellationToken, plan.Budget);
        return response is null ? null : new JudgeResult(JudgePrompt.Read(response.Text));

        void Store(ChatResponse reply)
        {
            var (tokens, verdict) = (TokensOf(reply), JudgePrompt.Read(reply.Text));
            journal.NoteVerdict(record, first.Model, second.Model, verdict, tokens);
            Count(record, judge, verdict, reply.Text);
            plan.Budget.Spend(judge.Cost(tokens.Prompt, tokens.Completion) ?? 0);
        }
    }

    private void Count(string record, Backend judge, JudgeVerdict? verdict, string text)
    {
        if (verdict is not null)
        {
            Interlocked.Increment(ref readable);
            return;
        }

        var count = Interlocked.Increment(ref unreadable);
        if (count == 1)
        {
            reportError($"record \"{record}\": the response of the judge {judge.Name} contains no verdict: \"{Excerpt(text)}\"; a verdict is A>>B, A>B, A=B, B>A, B>>A or A=B=BAD");
        }

        if (count == UnreadableLimit && readable == 0)
        {
            reportError($"the judge {judge.Name} is not asked any more: none of its {UnreadableLimit} responses contained a verdict");
        }
    }

    private static string Excerpt(string text)
    {
        const int Longest = 80;
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Longest ? line : $"{line[..Longest]}…";
    }

    // Returns one MixInstruct verdict per pair; a tie is "Same bad" if no order was judged good.
    private static IEnumerable<(string Pair, PairVerdict Verdict)> PairVerdicts(Dictionary<(string First, string Second), JudgeVerdict?> verdicts)
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

    // A response is stored before its slot is released: a killed process loses at most as many responses as there are slots.
    private async Task<ChatResponse?> AskAsync(
        string record,
        Backend backend,
        string name,
        IReadOnlyList<ChatMessage> messages,
        ChatOptions? options,
        Action<ChatResponse> received,
        CancellationToken cancellationToken,
        JudgeBudget? budget = null)
    {
        await slots.WaitAsync(cancellationToken);
        try
        {
            if (budget is not null && (IsJudgeGivenUp || !budget.TryTake()))
            {
                return null;
            }

            var response = await TryAsync(record, backend, name, messages, options, cancellationToken);
            if (response is null)
            {
                budget?.Return();
                return null;
            }

            received(response);
            return response;
        }
        finally
        {
            slots.Release();
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
            reportError($"record \"{record}\": {name} failed: {backend.Explain(e)}");
            return null;
        }
    }

    private static (long Prompt, long Completion) TokensOf(ChatResponse response) =>
        (response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);

    // A judge's verdict; null if its response can't be parsed.
    private readonly record struct JudgeResult(JudgeVerdict? Verdict);
}
