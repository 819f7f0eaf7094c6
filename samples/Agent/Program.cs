using Embedded;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

// An agent whose every answer is a blend: an agent takes any IChatClient. Replace the canned answers by real chat clients.
var good = new CannedChat("Air molecules scatter short, blue wavelengths of sunlight more strongly than long, red ones, so the sky looks blue.");
var poor = new CannedChat("sky sky because.");
using var chat = new ChatClientBuilder(poor)
    .UseBlend(options => options.AddMember("good", good).Ranker = Path.Combine(AppContext.BaseDirectory, "models", "reward-minilm"), innerName: "poor")
    .Build();

var agent = new ChatClientAgent(chat, instructions: "You explain nature to children.", name: "teacher");
var session = await agent.CreateSessionAsync();
Console.WriteLine(await agent.RunAsync("Why is the sky blue?", session));
await foreach (var update in agent.RunStreamingAsync("Say it again.", session))
{
    Console.Write(update.Text);
}

Console.WriteLine();
