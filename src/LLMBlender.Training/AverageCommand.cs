using System.CommandLine;
using LLMBlender.Training.Rewards.Runs;

namespace LLMBlender.Training;

/// <summary><c>average --exports DIR DIR … --to DIR</c>: a model whose weights are the mean of several runs' (model soup).</summary>
internal static class AverageCommand
{
    public static Command Create()
    {
        var exports = new Option<DirectoryInfo[]>("--exports")
        {
            Description = "exports of the same shape", Required = true, AllowMultipleArgumentsPerToken = true,
        };
        var to = new Option<string>("--to") { Description = "the folder of the mean", Required = true };
        var command = new Command("average", "Averages the weights of several exports.") { exports, to };
        command.SetAction(result => CommandErrorHandler.Run(() =>
        {
            WeightAverage.Write([.. result.GetValue(exports)!.Select(folder => folder.FullName)], result.GetValue(to)!);
            return 0;
        }));
        return command;
    }
}
