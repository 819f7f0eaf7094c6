namespace LLMBlender.Benchmarks.Device;

/// <summary>What to measure on a device.</summary>
/// <param name="Device">auto, cpu, cuda or cuda:N.</param>
/// <param name="Folder">Receives the report, and what PyTorch reads.</param>
/// <param name="IsShort">Whether shapes and lengths are tiny: to try the script, not the device.</param>
internal sealed record DeviceOptions(string Device, string Folder, bool IsShort)
{
    /// <summary>Receives checkpoints and batches.</summary>
    public string Work => Path.Combine(Folder, "work");

    /// <summary>The shapes: name, width, layers, heads.</summary>
    public IReadOnlyList<(string Name, int Hidden, int Layers, int Heads)> Shapes =>
        IsShort ? [("tiny", 64, 2, 4)] : [("base", 768, 12, 12), ("large", 1024, 24, 16)];

    /// <summary>Tokens of a pair.</summary>
    public IReadOnlyList<int> Lengths => IsShort ? [48, 96] : [128, 384, 512, 1024];

    /// <summary>Rounds of which the median counts.</summary>
    public int Rounds => IsShort ? 1 : 7;

    /// <summary>Candidates of a ranking.</summary>
    public int Candidates => IsShort ? 3 : 11;

    /// <summary>How many batches one measurement fills.</summary>
    public int Batches => IsShort ? 1 : 8;

    /// <summary>Reads <c>--device D --out FOLDER [--short]</c>; null if it is something else.</summary>
    public static DeviceOptions? Read(string[] args)
    {
        var (device, folder, isShort) = ("auto", "", false);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--short":
                    isShort = true;
                    break;
                case "--device" when i + 1 < args.Length:
                    device = args[++i];
                    break;
                case "--out" when i + 1 < args.Length:
                    folder = args[++i];
                    break;
                default:
                    return null;
            }
        }

        return folder.Length > 0 ? new DeviceOptions(device, Path.GetFullPath(folder), isShort) : null;
    }
}
