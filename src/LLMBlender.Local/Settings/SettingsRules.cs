using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Local.Settings;

/// <summary>Validates settings.</summary>
public static class SettingsRules
{
    private static readonly TimeSpan ShortestTime = TimeSpan.FromMilliseconds(1);

    /// <summary>Validates a backend.</summary>
    /// <exception cref="SettingsException">A rule is broken.</exception>
    public static void Check(BackendSettings backend, string path)
    {
        Name(backend.Name, $"{path}:Name");
        OneOf(backend.Kind, $"{path}:Kind", [BackendSettings.OpenAI, BackendSettings.Azure, BackendSettings.Anthropic, BackendSettings.Ollama]);
        Url(backend.Url, $"{path}:Url");
        if (string.IsNullOrWhiteSpace(backend.Model))
        {
            throw SettingsException.Of($"{path}:Model", backend.Model, "the model's name");
        }

        Key(backend.KeyVariable, backend.KeyFile, path);
        Between(backend.Temperature, $"{path}:Temperature", 0, 5);
        Between(backend.MaxTokens, $"{path}:MaxTokens", 1, int.MaxValue);
        Between(backend.MaxConcurrency, $"{path}:MaxConcurrency", 1, 100_000);
        Between(backend.MaxWaiting, $"{path}:MaxWaiting", 0, 1_000_000);
        Between(backend.RequestsPerMinute, $"{path}:RequestsPerMinute", 1, 10_000_000);
        Between((double?)backend.PromptPrice, $"{path}:PromptPrice", 0, 1e9);
        Between((double?)backend.CompletionPrice, $"{path}:CompletionPrice", 0, 1e9);
        Between(backend.Attempts, $"{path}:Attempts", 1, 10);
        Between(backend.BreakerCalls, $"{path}:BreakerCalls", 2, 1_000_000);
        Between(backend.MaxAnswerBytes, $"{path}:MaxAnswerBytes", 1, 1 << 30);
        Between(backend.AttemptTimeout, $"{path}:AttemptTimeout", TimeSpan.FromMilliseconds(10), RequestTime.Longest);
        Between(backend.IdleTimeout, $"{path}:IdleTimeout", TimeSpan.FromMilliseconds(10), RequestTime.Longest);
        if (backend.TokenLimitField is { } limit)
        {
            OneOf(limit, $"{path}:TokenLimitField", ["max_tokens", "max_completion_tokens"]);
        }

        Between(backend.ConnectTimeout, $"{path}:ConnectTimeout", ShortestTime, RequestTime.Longest);
        Between(backend.RetryDelay, $"{path}:RetryDelay", TimeSpan.Zero, RequestTime.Longest);
        Between(backend.LongestRetryAfter, $"{path}:LongestRetryAfter", TimeSpan.Zero, RequestTime.Longest);
        Between(backend.BreakTime, $"{path}:BreakTime", TimeSpan.FromMilliseconds(500), RequestTime.Longest);
    }

    /// <summary>Validates a scorer.</summary>
    /// <exception cref="SettingsException">A rule is broken.</exception>
    public static void Check(ScorerSettings scorer, string path)
    {
        Name(scorer.Name, $"{path}:Name");
        OneOf(scorer.Kind, $"{path}:Kind", ScorerSettings.Kinds);
        Url(scorer.Url, $"{path}:Url");
        if (scorer.Kind is ScorerSettings.CohereRerank or ScorerSettings.JinaRerank && string.IsNullOrWhiteSpace(scorer.Model))
        {
            throw SettingsException.Of($"{path}:Model", scorer.Model, "the model's name");
        }

        Key(scorer.KeyVariable, scorer.KeyFile, path);
        if (scorer.Scores is { } scores)
        {
            OneOf(scores, $"{path}:Scores", [ScorerSettings.Logit, ScorerSettings.Probability]);
        }

        Label(scorer, $"{path}:Label");
        Between(scorer.Scale, $"{path}:Scale", 1e-6, 1e6);
        Between(scorer.MaxBatch, $"{path}:MaxBatch", 1, ComparisonMatrix.MaxCandidates);
        Between(scorer.MaxConcurrency, $"{path}:MaxConcurrency", 1, 100_000);
        Between(scorer.Attempts, $"{path}:Attempts", 1, 10);
        Between(scorer.Timeout, $"{path}:Timeout", TimeSpan.FromMilliseconds(10), RequestTime.Longest);
        Between(scorer.MaxAnswerBytes, $"{path}:MaxAnswerBytes", 1, 1 << 30);
    }

    /// <summary>Validates a panel.</summary>
    /// <exception cref="SettingsException">A rule is broken.</exception>
    public static void Check(PanelSettings panel, string path)
    {
        Name(panel.Name, $"{path}:Name");
        var isStaged = panel.Stages.Length > 0;
        if (panel.Records is null == (panel.Members.Length == 0 && !isStaged))
        {
            throw panel.Records is null
                ? SettingsException.Of($"{path}:Members", null, "the names of backends, one at least, where there are no Records")
                : SettingsException.Of($"{path}:Records", panel.Records, "absent where there are Members or Stages");
        }

        Between(panel.Samples, $"{path}:Samples", 1, ComparisonMatrix.MaxCandidates);
        var answers = isStaged ? panel.Stages.Sum(static stage => stage.Length) : panel.Samples * panel.Members.Length;
        Stages(panel, answers, path);
        if (answers > ComparisonMatrix.MaxCandidates)
        {
            throw SettingsException.Of($"{path}:Samples", panel.Samples, $"small enough for at most {ComparisonMatrix.MaxCandidates} answers, and there are {answers}");
        }

        if (panel.Records is null)
        {
            Between(panel.Quorum, $"{path}:Quorum", 1, answers);
        }

        Between(panel.Deadline, $"{path}:Deadline", ShortestTime, RequestTime.Longest);
        Between(panel.MemberTimeout, $"{path}:MemberTimeout", ShortestTime, RequestTime.Longest);
        Between(panel.Grace, $"{path}:Grace", TimeSpan.Zero, RequestTime.Longest);
        Between(panel.HedgeAfter, $"{path}:HedgeAfter", ShortestTime, RequestTime.Longest);
        Between(panel.TimeShare, $"{path}:TimeShare", 0.01, 1);
        Between(panel.HedgeBudget, $"{path}:HedgeBudget", 0.0, 1.0);
        Between(panel.TopK, $"{path}:TopK", 1, ComparisonMatrix.MaxCandidates);
        Cache(panel, path);
        Composition(panel, path);
        PromptRules.Check(panel.FuserPrompt, panel.JudgePrompt, panel.Criteria, path);
        for (var i = 0; i < panel.Passes.Length; i++)
        {
            OneOf(panel.Passes[i], $"{path}:Passes:{i}", ForwardedFeature.All);
        }

        if (panel is { Records: not null, Passes.Length: > 0 })
        {
            throw SettingsException.Of($"{path}:Passes", string.Join(", ", panel.Passes), "absent where there are Records, which answer as they were recorded");
        }

        if (panel.Aggregate is not null)
        {
            OneOf(panel.Aggregate, $"{path}:Aggregate", RankingEngines.Names);
        }
    }

    private static void Stages(PanelSettings panel, int answers, string path)
    {
        Between(panel.Confidence, $"{path}:Confidence", 0.0, 1.0);
        Between(panel.Risk, $"{path}:Risk", 0.001, 0.999);
        if (panel is { Confidence: not null, Risk: not null })
        {
            throw SettingsException.Of($"{path}:Risk", Shown(panel.Risk), "absent where there is a Confidence");
        }

        if (panel is { Risk: not null, Calibration: null })
        {
            throw SettingsException.Of($"{path}:Calibration", null, "the file of a calibration where there is a Risk");
        }

        if (panel is { Record: true, Records: not null })
        {
            throw SettingsException.Of($"{path}:Record", "true", "absent where there are Records, which are recorded already");
        }

        if (panel.Route is not null && (panel.Stages.Length > 0 || panel.StageOrder is not null || panel.Calibration is not null || panel.Records is not null))
        {
            throw SettingsException.Of($"{path}:Route", panel.Route, "absent where there are Stages, a StageOrder, a Calibration or Records");
        }

        if (panel.Stages.Length > 0 && (panel.Members.Length > 0 || panel.Samples > 1 || panel.StageOrder is not null))
        {
            throw SettingsException.Of($"{path}:Stages", $"{panel.Stages.Length} stages", "absent where there are Members, Samples or a StageOrder");
        }

        for (var i = 0; i < panel.Stages.Length; i++)
        {
            if (panel.Stages[i].Length == 0)
            {
                throw SettingsException.Of($"{path}:Stages:{i}", null, "the names of backends, one at least");
            }
        }

        if (panel.StageOrder is { } order)
        {
            OneOf(order, $"{path}:StageOrder", [PanelSettings.ByPrice]);
        }

        Between(panel.Agree, $"{path}:Agree", 2, ComparisonMatrix.MaxCandidates);
        Between((double?)panel.Worth, $"{path}:Worth", 1e-9, 1e9);
        if ((panel.Stages.Length > 0 || panel.StageOrder is not null) && panel is { Confidence: null, Risk: null, Worth: null, Agree: null })
        {
            throw SettingsException.Of($"{path}:Confidence", null, "a number from 0 to 1 where there are stages, unless there is a Risk, Worth or Agree");
        }

        if (panel.Worth is not null && panel.Stages.Length == 0 && panel.StageOrder is null)
        {
            throw SettingsException.Of($"{path}:Worth", Shown((double)panel.Worth), "absent unless there are Stages or a StageOrder");
        }

        if (panel.Agree is { } agree && agree > answers)
        {
            throw SettingsException.Of($"{path}:Agree", Shown(agree), $"at most the number of answers, which is {answers}");
        }

        if ((panel.Confidence ?? panel.Risk) is { } number && (panel.Records is not null || answers < 2))
        {
            throw SettingsException.Of($"{path}:{(panel.Confidence is null ? "Risk" : "Confidence")}", Shown(number), "absent where there are Records or a single answer");
        }
    }

    private static void Composition(PanelSettings panel, string path)
    {
        for (var i = 0; i < panel.Overrides?.Length; i++)
        {
            OneOf(panel.Overrides[i], $"{path}:Overrides:{i}", PanelOverride.All);
        }

        if (panel.Offers.Length > 0 && panel.Overrides?.Any(static name => name is PanelOverride.Members or PanelOverride.Stages) != true)
        {
            throw SettingsException.Of($"{path}:Offers", string.Join(", ", panel.Offers), "absent unless the Overrides have members or stages");
        }

        Between((double?)panel.MaxCost, $"{path}:MaxCost", 1e-9, 1e9);
        Between(panel.MaxCalls, $"{path}:MaxCalls", 1, ComparisonMatrix.MaxCandidates);
        if (panel.Effort is { } effort && !(effort.Length is > 0 and <= 32 && effort.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')))
        {
            throw SettingsException.Of($"{path}:Effort", effort, "a word such as low, medium or high");
        }

        for (var i = 0; i < panel.Variants.Length; i++)
        {
            Name(panel.Variants[i].Name, $"{path}:Variants:{i}:Name");
            if (panel.Variants[i] is { Members: not null, Stages: not null })
            {
                throw SettingsException.Of($"{path}:Variants:{i}:Members", string.Join(", ", panel.Variants[i].Members!), "absent where there are Stages");
            }
        }
    }

    private static void Cache(PanelSettings panel, string path)
    {
        Between(panel.Cache, $"{path}:Cache", TimeSpan.FromSeconds(1), TimeSpan.FromDays(365));
        if (panel is { Cache: not null, Records: not null })
        {
            throw SettingsException.Of($"{path}:Cache", $"{panel.Cache}", "absent where there are Records, which answer as they were recorded");
        }

        if (panel.Cache is null && (panel.CacheShared || panel.CacheSampled || panel.CacheOnRequest))
        {
            throw SettingsException.Of($"{path}:Cache", null, "how long answers are kept, where there is a CacheShared, CacheSampled or CacheOnRequest");
        }
    }

    private static string Shown(double? number) => string.Create(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>Whether a name may contain a character.</summary>
    internal static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || "-_.:/@".Contains(c, StringComparison.Ordinal);

    private static void Name(string name, string path)
    {
        if (name.Length is 0 or > 128 || !name.All(IsOfName))
        {
            throw SettingsException.Of(path, name, "a name of 1 to 128 letters, digits and - _ . : / @");
        }
    }

    private static void Url(string? value, string path)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            // An address may contain a password, which must not be shown.
            var shown = url?.UserInfo.Length > 0 ? "one with a user in it" : value?.IndexOfAny(['@', '?']) >= 0 ? "one with a user or a query in it" : value;
            throw SettingsException.Of(path, shown, "an absolute http or https URL without a user");
        }
    }

    private static void Key(string? variable, string? file, string path)
    {
        if (variable is not null && file is not null)
        {
            throw SettingsException.Of($"{path}:KeyFile", file, "absent where there is a KeyVariable");
        }
    }

    private static void Label(ScorerSettings scorer, string path)
    {
        if (scorer is { Label: { } absent, Kind: not (ScorerSettings.TeiPredict or ScorerSettings.VllmClassify) })
        {
            throw SettingsException.Of(path, absent, $"absent unless the Kind is {ScorerSettings.TeiPredict} or {ScorerSettings.VllmClassify}");
        }

        if (scorer is { Label: { } label, Kind: ScorerSettings.VllmClassify } && !int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            throw SettingsException.Of(path, label, "the label's index, from 0");
        }
    }

    private static void OneOf(string value, string path, IEnumerable<string> known)
    {
        if (!known.Contains(value))
        {
            throw SettingsException.Of(path, value, $"one of {string.Join(", ", known)}");
        }
    }

    private static void Between<T>(T? value, string path, T least, T most)
        where T : struct, IComparable<T>
    {
        if (value is { } known && (known.CompareTo(least) < 0 || known.CompareTo(most) > 0))
        {
            throw SettingsException.Of(
                path, string.Create(CultureInfo.InvariantCulture, $"{known}"), string.Create(CultureInfo.InvariantCulture, $"from {least} to {most}"));
        }
    }
}
