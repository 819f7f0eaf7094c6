using LLMBlender.TestKit;

namespace LLMBlender.Training.Tests.Fusion;

/// <summary>A T5 tokenizer folder made of the packed fixture.</summary>
internal static class FuserFolder
{
    public static string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "spiece.model"), TokenizerFixture.Unpack("t5", "spiece.model.gz"));
        return folder;
    }
}
