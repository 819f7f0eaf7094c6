using System.CommandLine;
using LLMBlender.Training.Fusion.Runs;

namespace LLMBlender.Training;

/// <summary><c>train-fuser --config FILE [--out DIR]</c>: starts a run, or goes on with one that has checkpoints.</summary>
internal static class TrainFuserCommand
{
    public static Command Create()
    {
        var config = new Option<FileInfo>("--config") { Description = "the run's JSON configuration", Required = true };
        var output = new Option<string?>("--out") { Description = "the run's folder, instead of the configuration's" };
        var command = new Command("train-fuser", "Trains a fuser. A run with checkpoints in its folder goes on from the newest.") { config, output };
        command.SetAction(result => CommandErrorHandler.Run(() => Train(result.GetValue(config)!.FullName, result.GetValue(output))));
        return command;
    }

    private static int Train(string file, string? output)
    {
        FuserRunConfig config = FuserRunConfig.Load(file);
        config = config with { Out = output is null ? config.Out : Path.GetFullPath(output) };
        return TrainingSession.Run(() => new FuserTrainer(config));
    }
}
