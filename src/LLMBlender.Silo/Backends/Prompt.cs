using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Client;
using Microsoft.Extensions.AI;

namespace LLMBlender.Silo.Backends;

/// <summary>What a backend is asked, and how it is to write.</summary>
internal static class Prompt
{
    /// <summary>The instruction, and after an empty line the input, if any.</summary>
    public static string Of(string instruction, string? input) =>
        string.IsNullOrEmpty(input) ? instruction : instruction.Length == 0 ? input : $"{instruction}\n\n{input}";

    /// <summary>The conversation; where there is none, the prompt as its only message.</summary>
    public static IReadOnlyList<ChatMessage> Of(BackendRequest request) => request.Messages is { Length: > 0 } turns
        ? Array.ConvertAll(turns, static turn => new ChatMessage(RoleOf(turn.Role), turn.Text))
        : [new ChatMessage(ChatRole.User, Of(request.Instruction, request.Input))];

    /// <summary>The request's wishes within the backend's limits; null where neither says anything.</summary>
    public static ChatOptions? Options(Backend backend, Sampling? wishes)
    {
        var settings = backend.Settings;
        if (wishes is null && settings is not { Temperature: not null } and not { MaxTokens: not null })
        {
            return null;
        }

        return new ChatOptions
        {
            Temperature = wishes?.Temperature ?? settings?.Temperature,
            TopP = wishes?.TopP,
            MaxOutputTokens = Least(wishes?.MaxTokens, settings?.MaxTokens),
            StopSequences = wishes?.Stop,
            Seed = wishes?.Seed,
            PresencePenalty = wishes?.PresencePenalty,
            FrequencyPenalty = wishes?.FrequencyPenalty,
        };
    }

    /// <summary>The smaller of two bounds, either of which may be missing.</summary>
    public static int? Least(int? one, int? other) => one is null ? other : other is null ? one : Math.Min(one.Value, other.Value);

    private static ChatRole RoleOf(string role) =>
        role == Conversation.Assistant ? ChatRole.Assistant : role == Conversation.System ? ChatRole.System : ChatRole.User;
}
