namespace LLMBlender.Training.Tests;

/// <summary>Skips a test that needs libtorch where it can't be loaded.</summary>
internal static class Native
{
    public static void SkipWithout() => Assert.SkipUnless(Libtorch.Problem is null, Libtorch.Problem ?? "");
}
