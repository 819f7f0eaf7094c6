namespace LLMBlender.Abstractions;

/// <summary>
/// Two conversations that differ only in the assistant's messages, as one source with two candidates: the user's messages with
/// numbered placeholders, and each conversation's text for the placeholders. The reference's <c>compare_conversations</c>.
/// </summary>
/// <param name="Input">The user's messages, each followed by a placeholder.</param>
/// <param name="A">The first conversation's assistant messages, by placeholder.</param>
/// <param name="B">The second conversation's assistant messages, by placeholder.</param>
public sealed record ConversationPair(string Input, string A, string B)
{
    /// <summary>The instruction for <see cref="Input"/>. The misspelling is the reference's; checkpoints are trained with it.</summary>
    public const string Instruction =
        "Finish the following coversation in each i-th turn by filling in <Response i> with your response.";

    private const string User = "user";
    private const string Assistant = "assistant";

    /// <summary>Creates a pair of two conversations.</summary>
    /// <param name="a">Alternating messages of user and assistant, the user first, the assistant last; roles in any letter case.</param>
    /// <param name="b">As many messages, with the same user messages.</param>
    /// <exception cref="ArgumentException">A conversation breaks one of these rules; the error names the conversation, the message and the rule.</exception>
    public static ConversationPair Of(IReadOnlyList<ChatTurn> a, IReadOnlyList<ChatTurn> b)
    {
        Check(a, "a");
        Check(b, "b");
        if (a.Count != b.Count)
        {
            throw new ArgumentException($"conversation a has {a.Count} messages and b has {b.Count}, and both must have the same number");
        }

        for (var i = 0; i < a.Count; i += 2)
        {
            if (a[i].Text != b[i].Text)
            {
                throw new ArgumentException($"message {i} is the user's and differs between the conversations, and must be the same");
            }
        }

        return new ConversationPair(
            string.Join('\n', a.Where((_, i) => i % 2 == 0).Select((turn, i) => $"USER: {turn.Text}\nAssistant: <Response {i + 1}>")),
            Answers(a),
            Answers(b));
    }

    private static string Answers(IReadOnlyList<ChatTurn> turns) =>
        string.Join('\n', turns.Where((_, i) => i % 2 == 1).Select((turn, i) => $"<Response {i + 1}>: {turn.Text}"));

    private static void Check(IReadOnlyList<ChatTurn> turns, string name)
    {
        if (turns.Count == 0 || turns.Count % 2 != 0)
        {
            throw new ArgumentException($"conversation {name} has {turns.Count} messages, and must have an even number above 0");
        }

        for (var i = 0; i < turns.Count; i++)
        {
            var wanted = i % 2 == 0 ? User : Assistant;
            if (!string.Equals(turns[i].Role, wanted, StringComparison.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"message {i} of conversation {name} has role \"{turns[i].Role}\", and must have \"{wanted}\"");
            }
        }
    }
}
