using System.CommandLine;
using LLMBlender.Training;

var root = new RootCommand("Trains and evaluates pair rankers.") { TrainCommand.Create(), EvaluateCommand.Create() };
return root.Parse(args).Invoke();
