namespace LLMBlender.Abstractions.Json;

/// <summary>Two candidates to compare, or two conversations that differ only in the assistant's messages.</summary>
public sealed record CompareRecord : SourceRecord
{
    /// <summary>The instruction; may be empty if there is an input. Required without conversations.</summary>
    public string? Instruction { get; init; }

    /// <summary>The input of the instruction; null for none.</summary>
    public string? Input { get; init; }

    /// <summary>The candidate a. Required without conversations.</summary>
    public string? A { get; init; }

    /// <summary>The candidate b. Required without conversations.</summary>
    public string? B { get; init; }

    /// <summary>The conversation a, instead of instruction, input, a and b.</summary>
    public TurnRecord[]? ConversationA { get; init; }

    /// <summary>The conversation b, with the same user messages as a.</summary>
    public TurnRecord[]? ConversationB { get; init; }

    /// <summary>The order in which the ranker compares them; both orders by default.</summary>
    public PairOrder? Order { get; init; }

    /// <summary>The ranker's name; by default the first one configured.</summary>
    public string? Ranker { get; init; }

    /// <summary>Converts the record to a message.</summary>
    /// <exception cref="JsonFieldException">A text is missing, or the conversations do not match.</exception>
    public CompareRequest ToRequest() => Texts() with { Order = Order ?? PairOrder.Both, Ranker = Ranker, Timeout = Time };

    private CompareRequest Texts()
    {
        if (ConversationA is not { } conversation)
        {
            return new CompareRequest
            {
                Instruction = Instruction ?? throw JsonFault.Missing("instruction", "a string"),
                Input = Input,
                A = A ?? throw JsonFault.Missing("a", "a string"),
                B = B ?? throw JsonFault.Missing("b", "a string"),
            };
        }

        var other = ConversationB ?? throw JsonFault.Missing("conversation_b", "a list of {\"role\",\"content\"}");
        try
        {
            return CompareRequest.Of(
                Array.ConvertAll(conversation, static turn => turn.ToTurn()), Array.ConvertAll(other, static turn => turn.ToTurn()));
        }
        catch (ArgumentException e)
        {
            throw new JsonFieldException("conversation_b", e.Message, e);
        }
    }
}
