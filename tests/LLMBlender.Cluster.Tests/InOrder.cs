using Xunit.Sdk;
using Xunit.v3;

namespace LLMBlender.Cluster.Tests;

/// <summary>Tests in the order in which they are written: the last one looks back at the others.</summary>
public sealed class InOrder : ITestCaseOrderer
{
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase =>
        [.. testCases.OrderBy(test => (test as IXunitTestCase)?.SourceLineNumber ?? 0).ThenBy(test => test.TestCaseDisplayName, StringComparer.Ordinal)];
}
