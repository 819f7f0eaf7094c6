using System.CommandLine;
using LLMBlender.Training.Rewards.Runs;

namespace LLMBlender.Training;

/// <summary><c>train-reward --config FILE [--out DIR]</c>: starts a run, or goes on with one that has checkpoints.</summary>
internal static class TrainRewardCommand
{
    public static Command Create()
    {
        var config = new Option<FileInfo>("--config") { Description = "the run's JSON configuration", Required = true };
        var output = new Option<string?>("--out") { Description = "the run's folder, instead of the configuration's" };
        var command = new Command("train-reward", "Trains a scalar ranker from a pretrained BERT encoder. A run with checkpoints in its folder goes on from the newest.") { config, output };
        command.SetAction(result => CommandErrorHandler.Run(() => Train(result.GetValue(config)!.FullName, result.GetValue(output))));
        return command;
    }

    private static int Train(string file, string? output)
    {
        RewardRunConfig config = RewardRunConfig.Load(file);
        config = config with { Out = output is null ? config.Out : Path.GetFullPath(output) };
        return TrainingSession.Run(() => new RewardTrainer(config));
    }
}
