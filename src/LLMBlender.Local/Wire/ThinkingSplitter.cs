using System.Text;

namespace LLMBlender.Local.Wire;

/// <summary>
/// Separates the reasoning that a text begins with, between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>, from the answer. Servers
/// without a reasoning parser send both as one text; of a whole answer the begin tag may be absent. Used by one answer.
/// </summary>
internal sealed class ThinkingSplitter
{
    private static readonly (string Begin, string End)[] Tags = [("<think>", "</think>"), ("<thinking>", "</thinking>"), ("[THINK]", "[/THINK]")];

    private readonly StringBuilder held = new();
    private State state;
    private string end = "";

    private enum State
    {
        Beginning,
        Thinking,
        AfterThinking,
        Answering,
    }

    /// <summary>Returns the reasoning and the answer in the next part; a possible tag at its end is held back.</summary>
    public (string Thinking, string Answer) Next(string part)
    {
        if (state is State.Answering)
        {
            return ("", part);
        }

        held.Append(part);
        if (state is State.Beginning)
        {
            Begin();
        }

        var thinking = state is State.Thinking ? TakeThinking() : "";
        return (thinking, TakeAnswer());
    }

    /// <summary>Returns what is held back at the end of the text.</summary>
    public (string Thinking, string Answer) End()
    {
        var rest = held.ToString();
        held.Clear();
        return state is State.Thinking ? (rest, "") : ("", state is State.AfterThinking ? rest.TrimStart() : rest);
    }

    private void Begin()
    {
        var text = held.ToString().TrimStart();
        foreach (var (begin, close) in Tags)
        {
            if (text.StartsWith(begin, StringComparison.Ordinal))
            {
                (state, end) = (State.Thinking, close);
                held.Clear().Append(text, begin.Length, text.Length - begin.Length);
                return;
            }
        }

        // The prompt of some models contains the begin tag.
        foreach (var (_, close) in Tags)
        {
            if (text.IndexOf(close + "\n", StringComparison.Ordinal) is var at and >= 0)
            {
                (state, end) = (State.Thinking, close);
                return;
            }
        }

        if (!Array.Exists(Tags, tag => tag.Begin.StartsWith(text, StringComparison.Ordinal)))
        {
            state = State.Answering;
        }
    }

    private string TakeThinking()
    {
        var text = held.ToString();
        var at = text.IndexOf(end, StringComparison.Ordinal);
        if (at >= 0)
        {
            state = State.AfterThinking;
            held.Clear().Append(text, at + end.Length, text.Length - at - end.Length);
            return text[..at];
        }

        var keep = Math.Min(end.Length - 1, text.Length);
        while (!text.EndsWith(end[..keep], StringComparison.Ordinal))
        {
            keep--;
        }

        held.Clear().Append(text, text.Length - keep, keep);
        return text[..^keep];
    }

    // The line feeds between the reasoning and the answer belong to neither.
    private string TakeAnswer()
    {
        if (state is State.AfterThinking && held.ToString().TrimStart() is { Length: > 0 } answer)
        {
            state = State.Answering;
            held.Clear();
            return answer;
        }

        if (state is not State.Answering)
        {
            return "";
        }

        var text = held.ToString();
        held.Clear();
        return text;
    }
}
