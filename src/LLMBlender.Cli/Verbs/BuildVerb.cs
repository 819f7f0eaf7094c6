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

/// <summary><c>dataset build</c>: instructions in, a set as MixInstruct has it out.</summary>
internal static class BuildVerb
{
    private const int DefaultSeed = 42;
    private const int DefaultConcurrency = 8;

    // Prices and costs are decimals, of 28 digits: this leaves thirteen behind the point.
    private const double MostCost = 1e15;

    // The paper's.
    private const float DefaultTemperature = 0.7f;

    private static readonly string Details = $$$"""
        --from takes JSON arrays or JSON Lines of
          {"instruction", "input"?, "output"}                  as Alpaca has them,
          {"instruction", "context"?, "response"}              as Dolly has them,
          {"conversations": [{"from", "value"}, …]}            as ShareGPT has them: the first question and its answer.
        Prompts that come twice or whose lengths the paper's filters refuse are dropped and counted. Every member of the panel
        answers every instruction; --config is the file that serve reads, and without one the sample panel answers what it
        knows. Each answer is measured, and with --judge a backend of the configuration compares every pair of them, in both
        orders, pairs and orders drawn by --seed. Each line of --to is a record as MixInstruct has it; an even verdict is
        written "Same good", and the field "judgements" keeps both orders' verdicts.

        Whatever a backend says is kept in --work, by default beside --to: a run that was stopped goes on there and asks nothing
        twice. What failed is named, and asked again by the next run with that file; the exit code is then 1. The default file is
        deleted when everything is done.

        Metrics:
        {{{Metrics.Listed}}}

        Example:
          llmblender dataset build --from alpaca.json dolly.jsonl --config panel.json --judge gpt --judge-cost 5 --to set.jsonl
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("build", "Make a set of instructions, candidates, scores and verdicts.", Details);
        var from = new Option<string[]>("--from") { HelpName = "F", Description = "Files of instructions.", Required = true, AllowMultipleArgumentsPerToken = true };
        var to = new Option<string>("--to") { HelpName = "F", Description = "Where the records go, as JSON Lines.", Required = true };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "Backends and panels, as serve reads them." };
        var panel = new Option<string?>("--panel") { HelpName = "P", Description = "The panel that answers; by default the first." };
        var tokenizer = new Option<string>("--tokenizer") { HelpName = "M", Description = "Whose tokens lengths are counted in.", DefaultValueFactory = _ => ModelSearch.DefaultRanker };
        var prompt = Range("--prompt-tokens", "Tokens of instruction and input.", TokenRange.OfPrompt);
        var output = Range("--output-tokens", "Tokens of the reference answer.", TokenRange.OfOutput);
        var limit = Numbers.AtLeast("--limit", 1, "Instructions at most, drawn by --seed.");
        var seed = Numbers.AtLeast("--seed", 0, $"Fixes what is drawn. [default: {DefaultSeed}]");
        var metrics = EvaluateVerb.List("--metrics", "M,…", $"What candidates are measured by, or none. [default: {string.Join(',', Metrics.Default)}]");
        var temperature = Numbers.Within("--temperature", -double.Epsilon, 2, "How freely candidates are drawn. [default: 0.7]");
        var topP = Numbers.Within("--top-p", 0, 1, "The share of probability that they are drawn from. [default: 1]");
        var maxTokens = Numbers.AtLeast("--max-new-tokens", 1, "Tokens of a candidate at most.");
        var judge = new Option<string?>("--judge") { HelpName = "B", Description = "The backend that compares candidates; by default none does." };
        var orders = Choices.Of("--judge-orders", "How the judge sees a pair.", ["both", "one"]);
        var calls = Numbers.AtLeast("--judge-calls", 1, "Calls of the judge at most.");
        var cost = Numbers.Within("--judge-cost", 0, MostCost, "What the judge may cost, by its prices in the configuration.");
        var concurrency = Numbers.AtLeast("--concurrency", 1, $"Calls at a time. [default: {DefaultConcurrency}]");
        var work = new Option<string?>("--work") { HelpName = "F", Description = "Where answers and verdicts are kept, so that a stopped run goes on." };
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
