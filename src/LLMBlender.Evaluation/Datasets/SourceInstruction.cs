using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Abstractions.Json;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>An instruction with a reference answer, from a file in the format of Alpaca, Dolly or ShareGPT.</summary>
/// <param name="Shape">The format: <c>alpaca</c>, <c>dolly</c> or <c>sharegpt</c>.</param>
/// <param name="Instruction">The instruction.</param>
/// <param name="Input">The text that the instruction applies to, or empty.</param>
/// <param name="Output">The reference answer.</param>
public sealed record SourceInstruction(string Shape, string Instruction, string Input, string Output)
{
    private const int IdBytes = 8;

    /// <summary>An id derived from format, instruction and input, so that it is stable across runs.</summary>
    public RecordId Id => new($"{Shape}-{Convert.ToHexStringLower(Hash()[..IdBytes])}", IsNumber: false);

    /// <summary>The key that duplicates share; letter case and white space are normalized.</summary>
    public string Key => $"{Folded(Instruction)}\n{Folded(Input)}";

    /// <summary>Reads an instruction and detects its format.</summary>
    /// <exception cref="RecordException">The format is unknown or a field is invalid.</exception>
    public static SourceInstruction Read(RecordFields fields) => fields switch
    {
        _ when fields.Find("conversations") is not null => OfConversation(fields),
        _ when fields.Find("response") is not null => Of("dolly", fields, "context", "response"),
        _ when fields.Find("output") is not null => Of("alpaca", fields, "input", "output"),
        _ => throw new RecordException("has neither \"output\" (Alpaca), \"response\" (Dolly) nor \"conversations\" (ShareGPT), and must have one"),
    };

    private static SourceInstruction Of(string shape, RecordFields fields, string input, string output) => new(
        shape, fields.Text("instruction").Trim(), fields.OptionalText(input)?.Trim() ?? "", fields.Text(output).Trim());

    // The first user message and the answer that follows it, as in the paper.
    private static SourceInstruction OfConversation(RecordFields fields)
    {
        var list = fields.OptionalList("conversations", "turns {\"from\",\"value\"}")!.Value;
        string? asked = null;
        var index = 0;
        foreach (JsonElement element in list.EnumerateArray())
        {
            var turn = RecordFields.Of(element, $"conversations[{index++}]");
            var isUser = turn.Text("from") is "human" or "user";
            if (asked is null && isUser)
            {
                asked = turn.Text("value").Trim();
            }
            else if (asked is not null && turn.Text("from") is not "system")
            {
                return isUser
                    ? throw new RecordException("\"conversations\" begins with two user messages, and an answer must follow the first")
                    : new SourceInstruction("sharegpt", asked, "", turn.Text("value").Trim());
            }
        }

        throw new RecordException("\"conversations\" holds no question with an answer");
    }

    private byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes(Key));

    private static string Folded(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
}
