#:project ../src/LLMBlender.Local/LLMBlender.Local.csproj
#:property PublishAot=false

// Ranks answers in this process: dotnet run samples/rank.cs [MODEL]. In an app, "#:package LLMBlender.Local@VERSION" replaces the first line.
using LLMBlender.Abstractions;
using Microsoft.Extensions.DependencyInjection;

var services = new ServiceCollection().AddLogging();
services.AddLLMBlender(options => options.Ranker = args is [var model] ? model : "models/reward-minilm");
await using var provider = services.BuildServiceProvider();
Candidate[] candidates = [new("north", "Bananas are yellow."), new("south", "Two and two make four.")];
var ranking = await provider.GetRequiredService<IBlender>().RankAsync(new RankingRequest { Instruction = "What is two and two?", Candidates = candidates });
foreach (var i in ranking.Top(candidates.Length))
{
    Console.WriteLine($"{ranking.Ranks[i]}  {ranking.Scores[i],6:+0.00;-0.00}  {candidates[i].Text}");
}
