using System.CommandLine;
using LLMBlender.Cli.Models;
using LLMBlender.Cli.Show;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Tokenization;
using LLMBlender.Records;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>tokenize</c>: converts text to the checkpoint's token ids.</summary>
internal static class TokenizeVerb
{
    private const string Details = """
        Each line of --from is a record {"id": …, "text": "…"}; its answer is a line of --to, in the same order:
          {"id": …, "ids": […]}
        ids are those of the checkpoint's fast tokenizer, including the special tokens that it adds. The folder must contain
        tokenizer.json, spm.model or spiece.model; it may be any Hugging Face checkpoint.

        For a failed record {"id": …, "error": "…"} is written, and the exit code is 1.

        Example:
          echo '{"id":1,"text":"Hello world"}' | llmblender tokenize --model models/reward-minilm --from -
        """;

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("tokenize", "Convert each record's text to token ids.", Details);
        var model = new Option<string>("--model")
        {
            HelpName = "M",
            Description = "A folder with tokenizer files, or the name of one under models/.",
            Required = true,
        };
        verb.Options.Add(model);
        var files = new FileArguments(verb);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            using var input = files.OpenInput(parsed, terminal, cancellationToken);
            using var output = files.NameOutput(parsed, terminal, input);
            var folder = new ModelSearch(terminal).FindFolder(parsed.GetValue(model)!);
            var tokenizer = Loading.Guard(folder, () => Tokenizer.Load(folder));
            output.Open();
            return await RunAsync(terminal, input, output, tokenizer, cancellationToken);
        });
        return verb;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, RecordInput input, RecordOutput output, Tokenizer tokenizer, CancellationToken cancellationToken)
    {
        var answers = new AnswerWriter(output);
        await ProgressDisplay.RunAsync(terminal, input.Length, progress =>
        {
            var answering = Task.Run(
                () =>
                {
                    foreach (var entry in new RecordReader<string>(input, record => record.Text("text")).Read())
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        Answer(entry, tokenizer, output, answers, progress);
                    }
                },
                cancellationToken);

            // A read from standard input may block indefinitely; a read from a file does not.
            return input.Length is null ? answering.WaitAsync(cancellationToken) : answering;
        });
        output.Complete();
        return answers.Failures == 0 ? ExitCode.Done : ExitCode.SomeFailed;
    }

    private static void Answer(
        Entry<string> entry, Tokenizer tokenizer, RecordOutput output, AnswerWriter answers, IProgressDisplay progress)
    {
        if (entry.Error is not null)
        {
            answers.Fail(entry.Place, entry.Error, progress);
            return;
        }

        output.Write(json =>
        {
            entry.Place.Id?.Write(json);
            json.WriteStartArray("ids");
            foreach (var id in tokenizer.Encode(entry.Value!))
            {
                json.WriteNumberValue(id);
            }

            json.WriteEndArray();
        });
        progress.Settled(1, entry.Place.Position);
    }
}
