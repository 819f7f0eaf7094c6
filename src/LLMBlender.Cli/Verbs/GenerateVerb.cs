using System.CommandLine;
using LLMBlender.Abstractions.Json;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Show;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>generate</c>: generates texts from prompts with a sequence-to-sequence model.</summary>
internal static class GenerateVerb
{
    private const string Details = """
        Each line of --from is a record {"id": …, "prompt": "…"}; the model reads the prompt unchanged. Its answer is a line of --to,
        in the same order:
          {"id": …, "text": "…", "ids": […]}
        ids are the generated tokens: the start token first, the end token last unless --max-new-tokens is reached before it. By
        default decoding is greedy; --beams uses beam search, and --temperature, --top-p, --top-k or --seed sample at random.
        The same seed gives the same text.

        For a failed record {"id": …, "error": "…"} is written, and the exit code is 1.

        Example:
          echo '{"id":1,"prompt":"translate English to German: Thank you."}' | llmblender generate --model models/flan-t5-small --from -
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("generate", "Generate text from each record's prompt with a sequence-to-sequence model.", Details);
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
