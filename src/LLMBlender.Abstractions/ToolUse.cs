using System.Text;

namespace LLMBlender.Abstractions;

/// <summary>An answer with tool calls.</summary>
/// <param name="Text">The text beside the calls; may be empty.</param>
/// <param name="Calls">The calls, at least one.</param>
[GenerateSerializer, Immutable, Alias("LLMBlender.ToolUse")]
public sealed record ToolUse([property: Id(0)] string Text, [property: Id(1)] ToolCall[] Calls)
{
    /// <summary>Returns the ranker's input: the text, and a line <c>name(arguments)</c> for each call.</summary>
    public string ToForm()
    {
        var form = new StringBuilder(Text);
        foreach (var call in Calls)
        {
            form.Append(form.Length > 0 ? "\n" : "").Append(call.Name).Append('(').Append(call.Arguments).Append(')');
        }

        return form.ToString();
    }
}
