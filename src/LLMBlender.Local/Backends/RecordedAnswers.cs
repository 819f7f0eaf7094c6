using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends;

/// <summary>A chat client that returns recorded answers. Prompts are matched regardless of case and runs of white space.</summary>
/// <param name="model">The model that wrote the answers.</param>
public sealed class RecordedAnswers(string model) : IChatClient
{
    private readonly Dictionary<string, string> answers = new(StringComparer.Ordinal);

    /// <summary>SHA-256 of all prompts and answers in hexadecimal digits; independent of the order of recording.</summary>
    public string Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var (key, answer) in answers.OrderBy(static one => one.Key, StringComparer.Ordinal))
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{key.Length} {key}{answer.Length} {answer}"));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>Records an answer.</summary>
    public void Add(string prompt, string answer) => answers[Key(prompt)] = answer;

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var prompt = messages.Last(message => message.Role == ChatRole.User).Text;
        return answers.TryGetValue(Key(prompt), out var answer)
            ? Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer)) { ModelId = model })
            : throw new NotRecordedException("no answer is recorded for this instruction");
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        // There is nothing to dispose.
    }

    private static string Key(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToUpperInvariant();
}

/// <summary>No answer is recorded for the prompt.</summary>
public sealed class NotRecordedException(string message) : Exception(message);
