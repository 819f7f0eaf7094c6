using System.CommandLine;
using System.Globalization;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Show;
using LLMBlender.Evaluation.Routing;
using LLMBlender.Evaluation.Staging;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Panels;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>learn route</c>: fits which members of a panel are worth asking for which question.</summary>
internal static class LearnRouteVerb
{
    private const double DefaultExplore = 0.05;

    // A new member is asked more often, until the route is learned again.
    private const double NewMembers = 5;

    private const int Chunk = 256;

    private const string Details = """
        Each line of --from is a question with the answers of a panel's members, as blend --to, a panel's recordings and data sets have them:
          {"id": …, "instruction": "…", "input"?: "…", "candidates": [{"model": "…", "text": "…", "scores"?: {…}}, …]}

        The ranker ranks the answers again; no labels of people are needed. For each member a linear model predicts, from what the encoder makes of the question, the
        share with which the ranker prefers its answer. A panel with "Route": FILE asks, for each question, the fewest members among
        which the best answer is with probability --keep; each of the others with probability --explore, and a member that the file does
        not know five times as often, so that the next file can judge them. The rest are asked only if no answer comes from those, or,
        with a Confidence, if it is not accepted.

        The report is of every second question, by a route learned on the others: the share of the calls, the score of the chosen answer
        (of --judge; without it the share of the ranker's preference) and its rank among all answers, beside the members that are best
        most often, always asked. Without --keep it is the lowest one that keeps 98 % of the score and of the rank. It warns if one member or the same few serve nearly all
        questions, and if members say nearly the same.

        Examples:
          llmblender learn route --from traffic.jsonl --to route.json
          llmblender learn route --from sets.jsonl --judge gpt4 --to route.json --html curve.html
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("route", "Learn which members of a panel are worth asking for which question.", Details);
        var from = new Option<string>("--from") { HelpName = "F", Description = "The JSON Lines file of questions with answers; - is standard input, and .gz is decompressed.", Required = true };
        var to = new Option<string>("--to") { HelpName = "F", Description = "The file of the route.", Required = true };
        var ranker = new Option<string>("--ranker") { HelpName = "M", Description = "The ranker: a model folder, or the name of one under models/.", DefaultValueFactory = static _ => ModelSearch.DefaultRanker };
        var encoder = new Option<string>("--encoder") { HelpName = "M", Description = "The reward model whose encoder reads questions; the panel's program needs it too.", DefaultValueFactory = static _ => ModelSearch.DefaultRanker };
        var judge = new Option<string?>("--judge") { HelpName = "SCORE", Description = "The score of the candidates that the report measures. [default: the ranker's own preference]" };
        var keep = Probability("--keep", "The probability with which the best answer is to be among the asked members'. [default: by the report]");
        var explore = Probability("--explore", "The probability with which each other member is asked. [default: 0.05]");
        var plot = new Option<string?>("--html") { HelpName = "F", Description = "Also write the curve of quality against calls as one HTML file." };
        var json = new Option<bool>("--json") { Description = "Write the report as one JSON object." };
        foreach (var option in new Option[] { from, to, ranker, encoder, judge, keep, explore, plot, json })
        {
            verb.Options.Add(option);
        }

        var device = new DeviceArgument(verb);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var (source, target) = (parsed.GetValue(from)!, parsed.GetValue(to)!);
            RunFile[] read = [.. RunFile.Read("--from", source), .. RunFile.OfStandardInput("--from", [source], terminal.In)];
            using var route = OutputFile.Prepare("--to", target, read);
            using var page = parsed.GetValue(plot) is { } html ? OutputFile.Prepare("--html", html, [.. read, .. RunFile.Written("--to", target)]) : null;
            using var input = RecordInput.Open(source, terminal.In, cancellationToken);
            var search = new ModelSearch(terminal);
            var encoderFolder = search.FindModel(parsed.GetValue(encoder)!);
            using var questions = QuestionEncoder.Load(encoderFolder);
            using var model = ModelRankers.Load(search.FindModel(parsed.GetValue(ranker)!), new PairRankerOptions { Accelerator = device.Read(parsed) });
            List<JudgedSet> sets = [];
            List<float[]> features = [];
            await ProgressDisplay.RunAsync(terminal, input.Length, progress => Task.Run(
                () =>
                {
                    sets = JudgedSetFile.Read(input, parsed.GetValue(judge), model, progress, cancellationToken);
                    features.AddRange(sets.Chunk(Chunk).SelectMany(chunk => questions.Features([.. chunk.Select(static set => set.Source)], cancellationToken)));
                },
                cancellationToken));
            var run = new LearnRouteRun([.. sets.Zip(features, static (set, vector) => new RoutedQuestion(set, vector))], model.Manifest, input.Name, parsed.GetValue(judge));
            run.Write(
                route,
                page,
                (report, fitted) => new RouteFile
                {
                    Encoder = Path.GetFileName(Path.TrimEndingDirectorySeparator(encoderFolder)),
                    EncoderHash = questions.Hash,
                    From = Path.GetFileName(input.Name),
                    Questions = sets.Count,
                    Keep = parsed.GetValue(keep) ?? report.Keep,
                    Explore = parsed.GetValue(explore) ?? DefaultExplore,
                    ExploreUnknown = Math.Min(1, NewMembers * (parsed.GetValue(explore) ?? DefaultExplore)),
                    Mean = fitted.Mean,
                    Members = fitted.Members,
                },
                parsed.GetValue(json),
                terminal);
            return ExitCode.Done;
        });
        return verb;
    }

    private static Option<double?> Probability(string name, string description) => new(name)
    {
        HelpName = "P",
        Description = description,
        CustomParser = result =>
        {
            if (double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1 && (number > 0 || name != "--keep"))
            {
                return number;
            }

            result.AddError($"{name} is \"{result.Tokens[0].Value}\", and must be a number from 0 to 1{(name == "--keep" ? ", above 0" : "")}");
            return null;
        },
    };
}
