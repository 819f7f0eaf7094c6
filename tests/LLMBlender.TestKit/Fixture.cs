namespace LLMBlender.TestKit;

/// <summary>The reference fixtures that are part of the project.</summary>
public static class Fixture
{
    /// <summary>A path below the fixtures' folder.</summary>
    public static string File(params string[] parts) =>
        Repository.File(["tests", "LLMBlender.TestKit", "Fixtures", .. parts]);
}
