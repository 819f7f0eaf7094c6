using System.CommandLine;
using LLMBlender.Training.Baselines;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training;

/// <summary><c>train --config FILE [--out DIR] [--loss NAME]</c>: starts a run, or goes on with one that has checkpoints.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var config = new Option<FileInfo>("--config") { Description = "the run's JSON configuration", Required = true };
        var output = new Option<string?>("--out") { Description = "the run's folder, instead of the configuration's" };
        var loss = new Option<string?>("--loss") { Description = "the pair loss, instead of the configuration's" };
        loss.AcceptOnlyFromAmong([.. PairLoss.Names.Keys]);
        var command = new Command("train", "Trains a ranker, or a baseline that rankers are compared with. A run with checkpoints in its folder goes on from the newest.") { config, output, loss };
        command.SetAction(result => CommandErrorHandler.Run(() => Train(
            result.GetValue(config)!.FullName, result.GetValue(output), result.GetValue(loss))));
        return command;
    }

    private static int Train(string file, string? output, string? loss)
    {
        RankerRunConfig config = RankerRunConfig.Load(file);
        config = config with { Out = output is null ? config.Out : Path.GetFullPath(output), Loss = loss ?? config.Loss };
        return TrainingSession.Run(() => config.BaselineShape is null ? new Trainer(config) : new BaselineTrainer(config));
    }
}
