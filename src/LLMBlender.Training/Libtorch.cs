namespace LLMBlender.Training;

/// <summary>Distinguishes an unusable libtorch from other faults.</summary>
internal static class Libtorch
{
    /// <summary>Why libtorch can't be used here, or null when it can.</summary>
    public static string? Problem { get; } = Probe();

    /// <summary>Whether an exception comes from loading libtorch.</summary>
    public static bool CannotLoad(Exception e) =>
        e is TypeInitializationException or DllNotFoundException or NotSupportedException
        && e.ToString().Contains("libtorch", StringComparison.OrdinalIgnoreCase);

    /// <summary>The reason, with what is most often missing.</summary>
    public static string Advice(Exception e) =>
        $"libtorch can't be loaded here: {e.GetBaseException().Message.Split('\n')[0]}; "
        + "it needs libgomp and the glibc and libstdc++ of Debian 13, Ubuntu 24.04 or newer";

    private static string? Probe()
    {
        try
        {
            using var one = TorchSharp.torch.zeros(1);
            return null;
        }
        catch (Exception e) when (CannotLoad(e))
        {
            return Advice(e);
        }
    }
}
