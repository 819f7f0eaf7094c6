using System.CommandLine;
using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Panels;
using LLMBlender.Cli.Show;
using LLMBlender.Evaluation;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Evaluation.Models;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Sessions;
using LLMBlender.Inference.Tokenization;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>dataset build</c>: builds a MixInstruct data set from instructions.</summary>
internal static class BuildVerb
{
    private const int DefaultSeed = 42;
    private const int DefaultConcurrency = 8;

    // Prices and costs are decimals with 28 digits; this leaves 13 after the decimal point.
    private const double MaxCost = 1e15;

    // The paper's temperature.
    private const float DefaultTemperature = 0.7f;

    private static readonly string Details = $$$"""
        --from takes JSON arrays or JSON Lines of
            {"instruction", "input"?, "output"}                  the format of Alpaca,
            {"instruction", "context"?, "response"}              the format of Dolly,
            {"conversations": [{"from", "value"}, …]}            the format of ShareGPT: the first question and its answer.
          Duplicate prompts, and prompts whose lengths the paper's filters reject, are dropped and counted. Every member of the panel
          answers every instruction. --config is a configuration file in the format of serve; without one, the sample panel answers
          its recorded instructions. Each answer is scored. With --judge, a backend of the configuration compares every pair of
          answers in both orders; --seed shuffles pairs and orders. Each line of --to is a MixInstruct record. A tie is written as
          "Same good", and the field "judgements" contains the verdicts of both orders.

          All responses of backends are stored in --work, by default beside --to: a restarted run continues from there and repeats no
          call. Failures are reported, retried by the next run with that file, and set the exit code to 1. The default file is
          deleted after a complete run.

        Metrics:
        {{{Metrics.Listed}}}

        Example:
          llmblender dataset build --from alpaca.json dolly.jsonl --config panel.json --judge gpt --judge-cost 5 --to set.jsonl
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("build", "Build a data set of instructions, candidates, scores and verdicts.", Details);
        var from = new Option<string[]>("--from") { HelpName = "F", Description = "Files of instructions.", Required = true, AllowMultipleArgumentsPerToken = true };
        var to = new Option<string>("--to") { HelpName = "F", Description = "The file to write the records to, as JSON Lines.", Required = true };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "A configuration file with backends and panels, in the format of serve." };
        var panel = new Option<string?>("--panel") { HelpName = "P", Description = "The panel; by default the first." };
        var tokenizer = new Option<string>("--tokenizer") { HelpName = "M", Description = "The model whose tokenizer counts lengths.", DefaultValueFactory = _ => ModelSearch.DefaultRanker };
        var prompt = Range("--prompt-tokens", "Tokens of instruction and input.", TokenRange.OfPrompt);
        var output = Range("--output-tokens", "Tokens of the reference answer.", TokenRange.OfOutput);
        var limit = Numbers.AtLeast("--limit", 1, "Maximum number of instructions, sampled with --seed.");
        var seed = Numbers.AtLeast("--seed", 0, $"Seed of random sampling. [default: {DefaultSeed}]");
        var metrics = EvaluateVerb.List("--metrics", "M,…", $"Metrics of candidates, or none. [default: {string.Join(',', Metrics.Default)}]");
        var temperature = Numbers.Within("--temperature", -double.Epsilon, 2, "Sampling temperature of candidates. [default: 0.7]");
        var topP = Numbers.Within("--top-p", 0, 1, "Nucleus sampling probability (top-p) of candidates. [default: 1]");
        var maxTokens = Numbers.AtLeast("--max-new-tokens", 1, "Maximum tokens of a candidate.");
        var judge = new Option<string?>("--judge") { HelpName = "B", Description = "The backend that compares candidates; by default none." };
        var orders = Choices.Of("--judge-orders", "The orders in which the judge compares a pair.", ["both", "one"]);
        var calls = Numbers.AtLeast("--judge-calls", 1, "Maximum number of the judge's calls.");
        var cost = Numbers.Within("--judge-cost", 0, MaxCost, "Maximum cost of the judge, by its prices in the configuration.");
        var concurrency = Numbers.AtLeast("--concurrency", 1, $"Maximum concurrent calls. [default: {DefaultConcurrency}]");
        var work = new Option<string?>("--work") { HelpName = "F", Description = "The file that stores answers and verdicts, from which a stopped run resumes." };
        foreach (var option in new Option[] { from, to, config, panel, tokenizer, prompt, output, limit, seed, metrics, temperature, topP, maxTokens, judge, orders, calls, cost, concurrency, work })
        {
            verb.Options.Add(option);
        }

        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var console = new RunConsole(terminal);
            var search = new ModelSearch(terminal);
            var registry = DatasetPanels.Read(parsed.GetValue(config), PanelFile.PanelSources, console.Note);
            var chosen = Found("--panel", () => registry.Find(parsed.GetValue(panel)));
            var judging = parsed.GetValue(judge) is { } name
                ? registry.FindBackend(name) ?? throw new UsageException($"--judge {name}: there is no such backend; there are {string.Join(", ", registry.Backends.Select(static backend => backend.Name).Order(StringComparer.Ordinal))}")
                : null;
            var bound = (decimal?)parsed.GetValue(cost);
            if (bound is not null && judging is not null && judging.Cost(0, 0) is null)
            {
                throw new UsageException($"--judge-cost: the backend {judging.Name} has no prices in the configuration; bound it by --judge-calls");
            }

            var start = (ulong)(parsed.GetValue(seed) ?? DefaultSeed);
            var setup = new EvaluationSetup(search.FindModel, Accelerator.Parse("auto"), start);
            using var plan = new DatasetPlan(
                registry,
                chosen,
                judging,
                parsed.GetValue(orders) == "both",
                new JudgeBudget(parsed.GetValue(calls), bound),
                [.. (parsed.GetResult(metrics) is null ? Metrics.Default : parsed.GetValue(metrics)!).Select(metric => Metrics.Create(metric, setup))],
                (float)(parsed.GetValue(temperature) ?? DefaultTemperature),
                (float)(parsed.GetValue(topP) ?? 1),
                parsed.GetValue(maxTokens),
                parsed.GetValue(concurrency) ?? DefaultConcurrency,
                start);
            var folder = search.FindFolder(parsed.GetValue(tokenizer)!);
            var filter = new InstructionFilter(Loading.Guard(folder, () => Tokenizer.Load(folder)), parsed.GetValue(prompt), parsed.GetValue(output));
            var run = new DatasetRun(console, plan, parsed.GetValue(from)!, parsed.GetValue(to)!, parsed.GetValue(work), parsed.GetValue(limit));
            return await run.RunAsync(filter, cancellationToken) ? ExitCode.Done : ExitCode.SomeFailed;
        });
        return verb;
    }

    private static T Found<T>(string option, Func<T> find)
    {
        try
        {
            return find();
        }
        catch (BlendException e)
        {
            throw new UsageException($"{option}: {e.Message}", e);
        }
    }

    private static Option<TokenRange> Range(string name, string description, TokenRange usual) => new(name)
    {
        HelpName = "LEAST-MOST",
        Description = description,
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (text.Split('-') is [var least, var most] && Number(least) is { } low && Number(most) is { } high && low <= high)
            {
                return new TokenRange(low, high);
            }

            result.AddError($"{name} is \"{text}\", and must be two whole numbers such as {usual}");
            return default;
        },
    };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
