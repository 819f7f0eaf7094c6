// A server of LLMBlender in an Aspire app: dotnet run --project samples/AppHost. An app of your own takes part with
// builder.AddProject<Projects.Shop>("shop").WithReference(blend).WaitFor(blend), and Redis with .WithRedis(builder.AddRedis("redis")).
var builder = DistributedApplication.CreateBuilder(args);

// The server of this clone, of the same configuration as this app. With the .NET tool, AddLLMBlender("blend") is enough.
#if DEBUG
const string Configuration = "Debug";
#else
const string Configuration = "Release";
#endif
var server = Path.GetFullPath($"../../src/LLMBlender.Cli/bin/{Configuration}/net10.0/llmblender.dll", builder.AppHostDirectory);
builder.AddLLMBlender("blend", "dotnet", server);

await builder.Build().RunAsync();
