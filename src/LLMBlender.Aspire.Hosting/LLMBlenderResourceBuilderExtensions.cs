using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds LLMBlender to an Aspire app.</summary>
public static class LLMBlenderResourceBuilderExtensions
{
    private const string ReadyPath = "/health/ready";

    /// <summary>
    /// Adds a server. Without a panel it serves the models that are found on the machine and by keys in the environment. It is healthy when
    /// it can answer.
    /// </summary>
    /// <param name="builder">The app.</param>
    /// <param name="name">The resource's name, and the cluster's id.</param>
    /// <param name="command">The program; by default <c>llmblender</c> of <c>dotnet tool install -g llmblender</c>.</param>
    /// <param name="arguments">Arguments before <c>serve</c>, such as the path of an assembly for <c>dotnet</c>.</param>
    public static IResourceBuilder<LLMBlenderResource> AddLLMBlender(
        this IDistributedApplicationBuilder builder, string name, string command = "llmblender", params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var resource = new LLMBlenderResource(name, command, builder.AppHostDirectory);
        return builder.AddResource(resource)
            .WithHttpEndpoint(name: LLMBlenderResource.HttpEndpointName)
            .WithEndpoint(name: LLMBlenderResource.GrainEndpointName, scheme: "tcp", isProxied: false)
            .WithArgs(context =>
            {
                foreach (var argument in arguments)
                {
                    context.Args.Add(argument);
                }

                context.Args.Add("serve");
                context.Args.Add("--urls");
                context.Args.Add(ReferenceExpression.Create($"http://127.0.0.1:{resource.HttpEndpoint.Property(EndpointProperty.TargetPort)}"));
                context.Args.Add("--gateway-port");
                context.Args.Add(resource.GrainEndpoint.Property(EndpointProperty.TargetPort));
                context.Args.Add("--cluster-id");
                context.Args.Add(resource.ClusterId);
            })
            .WithHttpHealthCheck(ReadyPath, endpointName: LLMBlenderResource.HttpEndpointName)
            .WithOtlpExporter();
    }

    /// <summary>Caches comparisons in a Redis, and lets several servers with it and the same name form one cluster.</summary>
    public static IResourceBuilder<LLMBlenderResource> WithRedis(this IResourceBuilder<LLMBlenderResource> builder, IResourceBuilder<IResourceWithConnectionString> redis)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(redis);
        builder.Resource.Redis = redis.Resource;
        return builder.WithEnvironment("LLMBLENDER_REDIS", redis.Resource.ConnectionStringExpression).WithReferenceRelationship(redis.Resource);
    }

    /// <summary>Adds a model that panels can name.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The name that panels use.</param>
    /// <param name="kind">The API: <c>openai</c> (any compatible server), <c>anthropic</c>, <c>ollama</c> and others; docs/configuration.md lists them.</param>
    /// <param name="url">The API's address.</param>
    /// <param name="model">The model's name there.</param>
    /// <param name="key">The API key; null for none. It reaches the process as an environment variable.</param>
    public static IResourceBuilder<LLMBlenderResource> WithBackend(
        this IResourceBuilder<LLMBlenderResource> builder, string name, string kind, ReferenceExpression url, string model, IResourceBuilder<ParameterResource>? key = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(url);
        var number = builder.Resource.Backends++;
        builder
            .WithEnvironment(Setting("Backends", number, "Name"), name)
            .WithEnvironment(Setting("Backends", number, "Kind"), kind)
            .WithEnvironment(Setting("Backends", number, "Url"), url)
            .WithEnvironment(Setting("Backends", number, "Model"), model);
        if (key is not null)
        {
            var variable = string.Create(CultureInfo.InvariantCulture, $"LLMBLENDER_BACKEND_{number}_KEY");
            builder.WithEnvironment(Setting("Backends", number, "KeyVariable"), variable).WithEnvironment(variable, key);
        }

        return builder;
    }

    /// <inheritdoc cref="WithBackend(IResourceBuilder{LLMBlenderResource}, string, string, ReferenceExpression, string, IResourceBuilder{ParameterResource}?)"/>
    public static IResourceBuilder<LLMBlenderResource> WithBackend(
        this IResourceBuilder<LLMBlenderResource> builder, string name, string kind, string url, string model, IResourceBuilder<ParameterResource>? key = null) =>
        builder.WithBackend(name, kind, ReferenceExpression.Create($"{url}"), model, key);

    /// <summary>Adds a panel; the first one is the default.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The panel's name, which clients use as a model's name.</param>
    /// <param name="members">The names of its members; at least one.</param>
    /// <param name="fuser">The backend or model that fuses; null for the unchanged best candidate.</param>
    public static IResourceBuilder<LLMBlenderResource> WithPanel(
        this IResourceBuilder<LLMBlenderResource> builder, string name, IEnumerable<string> members, string? fuser = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string[] listed = [.. members];
        ArgumentOutOfRangeException.ThrowIfZero(listed.Length, nameof(members));
        var number = builder.Resource.Panels++;
        builder.WithEnvironment(Setting("Panels", number, "Name"), name);
        for (var i = 0; i < listed.Length; i++)
        {
            builder.WithEnvironment($"{Setting("Panels", number, "Members")}__{i.ToString(CultureInfo.InvariantCulture)}", listed[i]);
        }

        return fuser is null ? builder : builder.WithEnvironment(Setting("Panels", number, "Fuser"), fuser);
    }

    /// <summary>Applies a configuration file, as <c>serve --config</c> does.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="path">The file, relative to the app host's folder.</param>
    public static IResourceBuilder<LLMBlenderResource> WithConfiguration(this IResourceBuilder<LLMBlenderResource> builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithArgs("--config", Path.GetFullPath(path, builder.ApplicationBuilder.AppHostDirectory));
    }

    /// <summary>
    /// Gives an app the server: the settings of <c>AddLLMBlenderClient()</c> (package LLMBlender.Client), and its HTTP address for service
    /// discovery and as a connection string.
    /// </summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<LLMBlenderResource> blender)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(blender);
        var resource = blender.Resource;
        ResourceBuilderExtensions.WithReference(builder, (IResourceBuilder<IResourceWithServiceDiscovery>)blender);
        builder.WithEnvironment($"ConnectionStrings__{resource.Name}", resource.ConnectionStringExpression)
            .WithEnvironment("LLMBlender__Client__ClusterId", resource.ClusterId);
        return resource.Redis is { } redis
            ? builder.WithEnvironment("LLMBlender__Client__Redis", redis.ConnectionStringExpression)
            : builder.WithEnvironment("LLMBlender__Client__GatewayPort", resource.GrainEndpoint.Property(EndpointProperty.TargetPort));
    }

    private static string Setting(string list, int number, string key) => string.Create(CultureInfo.InvariantCulture, $"LLMBlender__{list}__{number}__{key}");
}
