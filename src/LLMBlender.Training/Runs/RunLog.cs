using System.Text.Json;
using System.Text.Json.Nodes;

namespace LLMBlender.Training.Runs;

/// <summary>log.jsonl of a run: one object a line, appended and flushed at once, and the same on standard error.</summary>
internal sealed class RunLog(string file)
{
    private static readonly JsonSerializerOptions Compact = new() { WriteIndented = false };

    public void Write(string kind, JsonObject values)
    {
        var record = new JsonObject { ["kind"] = kind };
        foreach (var (name, value) in values)
        {
            record[name] = value?.DeepClone();
        }

        string line = record.ToJsonString(Compact);
        File.AppendAllText(file, line + "\n");
        Console.Error.WriteLine(line);
    }
}
