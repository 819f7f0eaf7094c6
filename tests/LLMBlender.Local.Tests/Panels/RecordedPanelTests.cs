using LLMBlender.Abstractions;
using LLMBlender.Local.Panels;

namespace LLMBlender.Local.Tests.Panels;

public sealed class RecordedPanelTests
{
    [Fact]
    public void Examples_OfRecords_AreThoseWithoutAnInput()
    {
        var registry = new PanelRegistry();

        RecordedPanel.AddTo(registry, "sample", [("Name a number.", null, [new Candidate("a", "1")]), ("Shorten the text.", "A long text.", [new Candidate("a", "Text.")])]);

        var panel = Assert.Single(registry.Describe());
        Assert.Equal(["Name a number."], panel.Examples);
        Assert.Equal("answers recorded for 2 instructions", panel.Description);
    }
}
