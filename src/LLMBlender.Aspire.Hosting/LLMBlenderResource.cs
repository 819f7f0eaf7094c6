namespace Aspire.Hosting.ApplicationModel;

/// <summary>A process that serves blends: <c>llmblender serve</c>. Its connection string is the address of its HTTP API.</summary>
/// <param name="name">The resource's name.</param>
/// <param name="command">The program, such as <c>llmblender</c> of the .NET tool of that name.</param>
/// <param name="workingDirectory">The folder that the program starts in.</param>
public sealed class LLMBlenderResource(string name, string command, string workingDirectory)
    : ExecutableResource(name, command, workingDirectory), IResourceWithServiceDiscovery, IResourceWithConnectionString
{
    internal const string HttpEndpointName = "http";

    internal const string GrainEndpointName = "grains";

    /// <summary>The endpoint of the HTTP API and the page.</summary>
    public EndpointReference HttpEndpoint => new(this, HttpEndpointName);

    /// <summary>The endpoint of .NET clients of the grains; used by apps without Redis.</summary>
    public EndpointReference GrainEndpoint => new(this, GrainEndpointName);

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{HttpEndpoint.Property(EndpointProperty.Url)}");

    /// <summary>The Redis of the cluster; null for a process alone.</summary>
    public IResourceWithConnectionString? Redis { get; internal set; }

    /// <summary>The cluster's id: the resource's name.</summary>
    public string ClusterId => Name;

    internal int Backends { get; set; }

    internal int Panels { get; set; }
}
