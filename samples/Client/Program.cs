using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// An app that blends where it used one model. Beside it runs
//   llmblender serve --gateway-port 30000
// or, for a whole cluster with --gateway-port in some of its processes, name its Redis: Client "INSTRUCTION" HOST:PORT
if (args.Length is not (1 or 2))
{
    Console.Error.WriteLine("usage: Client \"INSTRUCTION\" [REDIS]");
    return 2;
}

var builder = Host.CreateApplicationBuilder();
builder.AddLLMBlenderClient(client => client.Redis = args.ElementAtOrDefault(1));
builder.Services.AddLLMBlenderChatClient();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
using var host = builder.Build();
await host.StartAsync();

var chat = host.Services.GetRequiredService<IChatClient>();
await foreach (var update in chat.GetStreamingResponseAsync(args[0]))
{
    Console.Write(update.Text);
    if (update.RawRepresentation is BlendResponse blend)
    {
        Console.WriteLine();
        foreach (var candidate in blend.Candidates.OrderBy(candidate => candidate.Rank))
        {
            Console.WriteLine($"{candidate.Rank,4}  {candidate.Score,7:+0.00;-0.00}  {candidate.Model}");
        }
    }
}

await host.StopAsync();
return 0;
