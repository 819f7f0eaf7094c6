using System.Text;
using System.Text.Json;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>
/// Orders the parts of an answer's tool calls one call after the other, as clients read them: a call begins, gets its arguments, and ends
/// before the next one begins. Used by one answer.
/// </summary>
internal sealed class ToolCallStream
{
    private readonly List<(ToolCall Call, StringBuilder Written)> begun = [];
    private bool isOpen;
    private bool isBehind;

    /// <summary>Whether a call has begun.</summary>
    public bool HasBegun => begun.Count > 0;

    /// <summary>Returns the steps of the next parts.</summary>
    public IEnumerable<ToolCallStep> Next(ToolCallPart[] parts) => parts.SelectMany(Next);

    /// <summary>Returns the remaining steps of the whole answer's calls.</summary>
    public IEnumerable<ToolCallStep> Complete(ToolCall[] calls)
    {
        for (var i = 0; i < calls.Length; i++)
        {
            if (i >= begun.Count)
            {
                yield return Begin(calls[i]);
            }

            var (call, written) = begun[i];
            if (i == begun.Count - 1)
            {
                var more = calls[i].Arguments.StartsWith(written.ToString(), StringComparison.Ordinal) ? calls[i].Arguments[written.Length..] : calls[i].Arguments;
                if (more.Length > 0)
                {
                    yield return new ToolCallStep(i, call with { Fields = null }, more, IsEnd: false);
                }

                isOpen = false;
                yield return new ToolCallStep(i, calls[i], null, IsEnd: true);
            }
        }
    }

    private IEnumerable<ToolCallStep> Next(ToolCallPart part)
    {
        // A part of another call before the current one is complete waits for the end of the answer.
        isBehind |= part.Index != begun.Count - (part.Name is null ? 1 : 0) || (part.Name is not null && isOpen && !IsComplete(begun[^1].Written.ToString()));
        if (isBehind)
        {
            yield break;
        }

        if (part is { Name: { } name, Id: { } id })
        {
            if (isOpen)
            {
                isOpen = false;
                yield return new ToolCallStep(begun.Count - 1, begun[^1].Call with { Arguments = begun[^1].Written.ToString() }, null, IsEnd: true);
            }

            yield return Begin(new ToolCall(id, name, "") { Fields = part.Fields });
        }

        if (part.Arguments.Length > 0 || (part.Fields is not null && part.Name is null))
        {
            begun[^1].Written.Append(part.Arguments);
            yield return new ToolCallStep(begun.Count - 1, begun[^1].Call with { Fields = part.Name is null ? part.Fields : null }, part.Arguments, IsEnd: false);
        }
    }

    private ToolCallStep Begin(ToolCall call)
    {
        isOpen = true;
        begun.Add((call with { Arguments = "" }, new StringBuilder()));
        return new ToolCallStep(begun.Count - 1, begun[^1].Call, null, IsEnd: false);
    }

    private static bool IsComplete(string arguments)
    {
        try
        {
            using var _ = JsonDocument.Parse(arguments);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>A step of a streamed tool call: its beginning, the next characters of its arguments, or its end.</summary>
/// <param name="Index">The call's index.</param>
/// <param name="Call">The call; its fields at the beginning and where new ones arrive, its arguments at the end.</param>
/// <param name="Arguments">The next characters of the arguments; null at the beginning and at the end.</param>
/// <param name="IsEnd">Whether the call ends.</param>
internal readonly record struct ToolCallStep(int Index, ToolCall Call, string? Arguments, bool IsEnd)
{
    /// <summary>Whether the call begins.</summary>
    public bool IsBegin => Arguments is null && !IsEnd;
}
