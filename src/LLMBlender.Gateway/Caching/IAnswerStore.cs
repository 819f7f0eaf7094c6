namespace LLMBlender.Gateway.Caching;

/// <summary>Stores sealed answers. It may lose any entry. Thread-safe.</summary>
internal interface IAnswerStore
{
    /// <summary>Returns an entry; null if there is none.</summary>
    /// <exception cref="AnswerStoreException">The store is not available.</exception>
    ValueTask<byte[]?> ReadAsync(string key);

    /// <summary>Stores an entry.</summary>
    /// <exception cref="AnswerStoreException">The store is not available.</exception>
    ValueTask WriteAsync(string key, byte[] entry, TimeSpan lifetime);
}

/// <summary>The store of answers is not available.</summary>
internal sealed class AnswerStoreException(string message, Exception inner) : Exception(message, inner);
