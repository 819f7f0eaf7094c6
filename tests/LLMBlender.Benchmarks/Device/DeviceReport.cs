using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Batching;

namespace LLMBlender.Benchmarks.Device;

/// <summary>What was measured on a device, under which conditions.</summary>
internal sealed record DeviceReport
{
    private const string File = "device.json";

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public required Dictionary<string, string> Conditions { get; init; }

    public List<Check> Checks { get; init; } = [];

    public List<Load> Loads { get; init; } = [];

    public List<Speed> Speeds { get; init; } = [];

    /// <summary>PyTorch's figures, or why there are none.</summary>
    public JsonNode? Torch { get; init; }

    /// <summary>A fixture on the device against the processor at fp32.</summary>
    internal sealed record Check(string Model, string Precision, int Values, double Largest, double Tolerance, bool Passed);

    /// <summary>A model's load, in seconds; memory in bytes, of the device.</summary>
    internal sealed record Load(
        string Shape, string Precision, double FirstLogitSeconds, double WarmUpSeconds, int Shapes, int BatchTokens, IReadOnlyList<BatchSpeed> Curve, long? MemoryUsed, long? MemoryTotal);

    /// <summary>Pairs a second: of the session alone, from text to logits, through the queue and through the grains.</summary>
    internal sealed record Speed(string Shape, string Precision, int Tokens, int Rows, double Session, double Path, double Queue, double Grains)
    {
        public double QueueToSession => Queue / Session;

        public double GrainsToSession => Grains / Session;
    }

    /// <summary>Writes the report's JSON.</summary>
    public void Write(string folder) => System.IO.File.WriteAllText(Path.Combine(folder, File), JsonSerializer.Serialize(this, Json));

    /// <summary>Adds PyTorch's figures to a report, and writes it as JSON and as a table.</summary>
    /// <returns>Whether every check passed.</returns>
    public static bool Finish(string folder)
    {
        var report = JsonSerializer.Deserialize<DeviceReport>(System.IO.File.ReadAllText(Path.Combine(folder, File)), Json)!;
        var torch = Path.Combine(folder, "torch.json");
        report = report with { Torch = System.IO.File.Exists(torch) ? JsonNode.Parse(System.IO.File.ReadAllText(torch)) : new JsonObject { ["skipped"] = "it was not run" } };
        report.Write(folder);
        System.IO.File.WriteAllText(Path.Combine(folder, "device.md"), report.ToMarkdown());
        return report.Checks.All(static check => check.Passed);
    }

    private string ToMarkdown()
    {
        var text = new StringBuilder("# A device, measured\n\n");
        foreach (var (name, value) in Conditions)
        {
            text.Append(CultureInfo.InvariantCulture, $"- {name}: {value}\n");
        }

        text.Append("\n| fixture | precision | values | largest deviation from fp32 on the processor | allowed | |\n|---|---|---|---|---|---|\n");
        foreach (var check in Checks)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {check.Model} | {check.Precision} | {check.Values} | {check.Largest:0.0e0} | {check.Tolerance} | {(check.Passed ? "passed" : "**failed**")} |\n");
        }

        text.Append("\n| shape | precision | load to first logit | warm-up | shapes | tokens of a batch | memory used |\n|---|---|---|---|---|---|---|\n");
        foreach (var load in Loads)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {load.Shape} | {load.Precision} | {load.FirstLogitSeconds:0.00} s | {load.WarmUpSeconds:0.00} s | {load.Shapes} | {load.BatchTokens} | {(load.MemoryUsed is { } used ? $"{used / 1e9:0.00} GB" : "not known")} |\n");
        }

        text.Append("\nThousand tokens a second by tokens of a batch; a processor keeps its usual size.\n\n");
        foreach (var load in Loads.Where(static load => load.Curve.Count > 0))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"- {load.Shape} {load.Precision}: {string.Join(", ", load.Curve.Select(static point => string.Create(CultureInfo.InvariantCulture, $"{point.Tokens}: {point.TokensPerSecond / 1e3:0.0}")))}\n");
        }

        text.Append("\nPairs a second; in parentheses the ratio to the session.\n\n| shape | precision | tokens | rows | session | text to logits | queue | grains | PyTorch eager | torch.compile |\n|---|---|---|---|---|---|---|---|---|---|\n");
        foreach (var speed in Speeds)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {speed.Shape} | {speed.Precision} | {speed.Tokens} | {speed.Rows} | {speed.Session:0.0} | {speed.Path:0.0} ({speed.Path / speed.Session:0.00}) | {speed.Queue:0.0} ({speed.QueueToSession:0.00}) | {speed.Grains:0.0} ({speed.GrainsToSession:0.00}) | {OfTorch(speed, "eager")} | {OfTorch(speed, "compiled")} |\n");
        }

        if (Torch?["skipped"] is { } skipped)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nPyTorch was not measured: {skipped}.\n");
        }

        return text.ToString();
    }

    private string OfTorch(Speed speed, string kind) =>
        Torch?[$"{speed.Shape}-{speed.Precision}-{speed.Tokens}"]?[kind] is { } figure ? $"{figure.GetValue<double>():0.0}" : "";
}
