using System.CommandLine;
using LLMBlender.Abstractions.Json;
using LLMBlender.Cli.Models;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>generate</c>: prompts in, a sequence-to-sequence model's texts out.</summary>
internal static class GenerateVerb
{
    private const string Details = """
        Each line of --from is a record {"id": …, "prompt": "…"}, which the model reads as it is, and its answer a line of --to, in
        the same order:
          {"id": …, "text": "…", "ids": […]}
        ids are as generated: the start token first, the end token last unless --max-new-tokens came before it. Without options the
        likeliest token is taken each time; --beams searches, and --temperature, --top-p, --top-k or --seed draw at random.
        The same seed gives the same text.

        A record that fails is answered by {"id": …, "error": "…"}, and the exit code is 1.

        Example:
          echo '{"id":1,"prompt":"translate English to German: Thank you."}' | llmblender generate --model models/flan-t5-small --from -
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("generate", "Have a sequence-to-sequence model answer each record's prompt.", Details);
        var model = new Option<string>("--model")
        {
            HelpName = "M",
            Description = "The model: a folder, or the name of one under models/.",
            Required = true,
        };
        verb.Options.Add(model);
        var files = new FileArguments(verb);
        var generation = new GenerationArguments(verb);
        var device = new DeviceArgument(verb);
        verb.SetAction((parsed, cancellationToken) =>
        {
            var options = generation.Read(parsed);
            return new WindowRun<string>(terminal, files, record => record.Text("prompt")).RunAsync(
                parsed,
                () =>
                {
                    var folder = new ModelSearch(terminal).FindModel(parsed.GetValue(model)!);
                    return Loading.Guard(folder, () => GenFuserModel.Load(folder, new GenFuserOptions { Accelerator = device.Read(parsed) }));
                },
                (loaded, prompts, stop) => Task.Run<IReadOnlyList<Settled>>(() => Answer(loaded, prompts, options, stop), stop),
                cancellationToken);
        });
        return verb;
    }

    private static Settled[] Answer(
        GenFuserModel model, IReadOnlyList<string> prompts, GenerationOptions options, CancellationToken cancellationToken)
    {
        int[][] ids = [.. prompts.Select(prompt => model.Tokenizer.Encode(prompt))];
        var problems = Array.ConvertAll(ids, prompt => model.ProblemOf(prompt));
        int[] sound = [.. Enumerable.Range(0, ids.Length).Where(i => problems[i] is null)];
        var texts = model.Generate(Array.ConvertAll(sound, i => ids[i]), options, cancellationToken: cancellationToken);
        var settled = Array.ConvertAll(problems, problem => new Settled(null, $"\"prompt\" {problem}"));
        for (var i = 0; i < sound.Length; i++)
        {
            var text = texts[i][0];
            settled[sound[i]] = new Settled(json =>
            {
                json.WriteText("text", text.Text);
                json.WriteStartArray("ids");
                foreach (var id in text.Ids)
                {
                    json.WriteNumberValue(id);
                }

                json.WriteEndArray();
            });
        }

        return settled;
    }
}
