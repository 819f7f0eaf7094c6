using System.CommandLine;
using LLMBlender.Training.Rewards.Runs;

namespace LLMBlender.Training;

/// <summary><c>export-groups --config FILE --to DIR</c>: writes a reward run's data for a trainer on an accelerator.</summary>
internal static class ExportGroupsCommand
{
    public static Command Create()
    {
        var config = new Option<FileInfo>("--config") { Description = "the run's JSON configuration", Required = true };
        var to = new Option<DirectoryInfo>("--to") { Description = "the folder to write", Required = true };
        var madeUp = new Option<int>("--made-up") { Description = "groups of a whole answer and damaged ones", DefaultValueFactory = _ => 20_000 };
        var plain = new Option<int>("--plain") { Description = "groups of plain questions", DefaultValueFactory = _ => 60_000 };
        var command = new Command("export-groups", "Writes a reward run's tokenised groups, and its development data, as files.") { config, to, madeUp, plain };
        command.SetAction(result => CommandErrorHandler.Run(() =>
        {
            var export = new GroupExport(RewardRunConfig.Load(result.GetValue(config)!.FullName));
            string folder = result.GetValue(to)!.FullName;
            export.WriteTraining(Path.Combine(folder, "train"), result.GetValue(madeUp), result.GetValue(plain));
            export.WriteDevelopment(Path.Combine(folder, "development"));
            return 0;
        }));
        return command;
    }
}
