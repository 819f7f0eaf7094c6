using System.CommandLine;
using LLMBlender.Training;

var root = new RootCommand("Trains and evaluates pair rankers and fusers.")
{
    TrainCommand.Create(), EvaluateCommand.Create(), TrainRewardCommand.Create(), ExportGroupsCommand.Create(), AverageCommand.Create(), HeldOutCommand.Create(), TrainFuserCommand.Create(), EvaluateFuserCommand.Create(),
};
return root.Parse(args).Invoke();
