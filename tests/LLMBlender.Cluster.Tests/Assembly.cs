using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests;

/// <summary>Tests on one cluster of five processes.</summary>
[CollectionDefinition(Name)]
public sealed class SplitClusterTests : ICollectionFixture<SplitCluster>
{
    public const string Name = "a cluster of five processes";
}
