namespace LLMBlender.TestKit;

/// <summary>A checkpoint among the fixtures whose larger files lie packed.</summary>
public static class PackedFixture
{
    /// <summary>Writes a checkpoint's files, unpacked, to a folder.</summary>
    /// <returns>The folder.</returns>
    public static string Write(string name, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Fixture.File(name)))
        {
            var target = Path.Combine(folder, Path.GetFileName(file));
            if (file.EndsWith(".gz", StringComparison.Ordinal))
            {
                File.WriteAllBytes(target[..^3], Fixture.Unpack(name, Path.GetFileName(file)));
            }
            else
            {
                File.Copy(file, target, overwrite: true);
            }
        }

        return folder;
    }

    /// <summary>Its folder of reference cases.</summary>
    public static string Cases(string name) => Fixture.File(name, "cases");
}
