// A server of LLMBlender in an Aspire app: dotnet run --project samples/AppHost. An app of your own takes part with
// builder.AddProject<Projects.Shop>("shop").WithReference(blend).WaitFor(blend), and Redis with .WithRedis(builder.AddRedis("redis")).
var builder = DistributedApplication.CreateBuilder(args);

// The server of this clone. With the .NET tool, AddLLMBlender("blend") is enough.
var server = Path.GetFullPath("../../src/LLMBlender.Cli/bin/Debug/net10.0/llmblender.dll", builder.AppHostDirectory);
builder.AddLLMBlender("blend", "dotnet", server);

await builder.Build().RunAsync();
