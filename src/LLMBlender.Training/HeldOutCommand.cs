using System.CommandLine;
using LLMBlender.Training.Data;
using System.Text.Json;

namespace LLMBlender.Training;

/// <summary><c>held-out --pairs FILE --to FILE</c>: writes the pairs of a training file that are never trained on.</summary>
internal static class HeldOutCommand
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var pairs = new Option<string>("--pairs") { Description = "JSON Lines of training pairs", Required = true };
        var to = new Option<string>("--to") { Description = "the file to write", Required = true };
        var command = new Command("held-out", "Writes the held-out pairs of a training file, for llmblender calibrate.") { pairs, to };
        command.SetAction(result => CommandErrorHandler.Run(() =>
        {
            File.WriteAllLines(
                result.GetValue(to)!,
                DataFiles.Read<PairRecord>(result.GetValue(pairs)!).Where(HeldOut.Contains).Select(pair => JsonSerializer.Serialize(pair, Json)));
            return 0;
        }));
        return command;
    }
}
