using Embedded;
using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A blend in an app's own process, without a cluster. Replace the canned answers by real chat clients.
const string Question = "Why is the sky blue?";
var ranker = Path.Combine(AppContext.BaseDirectory, "models", "reward-minilm");
var good = new CannedChat("Air molecules scatter short, blue wavelengths of sunlight more strongly than long, red ones, so the sky looks blue.");
var poor = new CannedChat("sky sky because.");

// (1) An IBlender among the app's services: it ranks, compares, fuses and blends.
var builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddLLMBlender(options =>
{
    options.Ranker = ranker;
    options.AddMember("poor", poor);
    options.AddMember("good", good);
});
using var host = builder.Build();
await host.StartAsync();
var blend = await host.Services.GetRequiredService<IBlender>().BlendAsync(new BlendRequest { Instruction = Question });
foreach (var candidate in blend.Candidates.OrderBy(static candidate => candidate.Rank))
{
    Console.WriteLine($"{candidate.Rank}  {candidate.Score,7:+0.00;-0.00}  {candidate.Model}");
}

await host.StopAsync();

// (2) A chat client that asks several and answers with the blend.
using var chat = new ChatClientBuilder(poor)
    .UseBlend(options => options.AddMember("good", good).Ranker = ranker, innerName: "poor")
    .Build();
Console.WriteLine(await chat.GetResponseAsync(Question));
