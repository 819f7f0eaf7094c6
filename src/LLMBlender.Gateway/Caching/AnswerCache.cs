using System.Globalization;
using System.Security.Cryptography;
using LLMBlender.Abstractions;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace LLMBlender.Gateway.Caching;

/// <summary>
/// Keeps panels' answers and gives them again to equal requests. Its store may fail, lose entries or contain those of another program: the answer is then
/// made as without a cache. Thread-safe.
/// </summary>
internal sealed class AnswerCache(
    IAnswerStore store,
    SealedAnswer format,
    Serializer<BlendRequest> requests,
    Serializer<BlendResponse> answers,
    AnswerCacheMetrics metrics,
    TimeProvider timeProvider,
    ILogger<AnswerCache> logger)
{
    // A longer answer is rarely asked for twice, and takes the place of many.
    private const int MaxLength = 4 * 1024 * 1024;

    /// <summary>Counts requests and failures.</summary>
    public AnswerCacheMetrics Metrics => metrics;

    /// <summary>
    /// Returns the key of a request: a hash of all of it that changes the answer, of the panel with its models, and of the callers that may have the answer.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="panel">Its panel, which has a cache.</param>
    /// <param name="caller">The caller's name; empty for none.</param>
    public string KeyOf(BlendRequest request, PanelInfo panel, string caller)
    {
        // Every field counts that this list does not name, so that a new one counts too.
        var compared = request with
        {
            Id = null,
            Panel = panel.Name,
            Timeout = RequestTime.Longest,
            WithProgress = false,
            WithDraft = false,
            WithMemberText = false,
        };
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(requests.SerializeToArray(compared));
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        var partition = panel.Cache!.IsShared ? "shared" : $"caller {caller.Length.ToString(CultureInfo.InvariantCulture)} {caller}";
        hash.AppendData(digest);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"\n{panel.Cache.Version}\n{partition}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Returns the answer of a key; null if it is not kept.</summary>
    public async ValueTask<BlendResponse?> FindAsync(string key)
    {
        try
        {
            return await store.ReadAsync(key) is { } entry ? Read(key, entry) : null;
        }
        catch (AnswerStoreException e)
        {
            metrics.Failed("read");
            logger.AnswersNotRead(e.InnerException?.Message ?? e.Message);
            return null;
        }
    }

    /// <summary>Keeps an answer. It never fails.</summary>
    public async Task KeepAsync(string key, BlendResponse answer, TimeSpan lifetime)
    {
        var bytes = answers.SerializeToArray(answer);
        if (bytes.Length > MaxLength)
        {
            return;
        }

        try
        {
            await store.WriteAsync(key, format.Write(key, timeProvider.GetUtcNow() + lifetime, bytes), lifetime);
        }
        catch (AnswerStoreException e)
        {
            metrics.Failed("write");
            logger.AnswersNotWritten(e.InnerException?.Message ?? e.Message);
        }
    }

    private BlendResponse? Read(string key, byte[] entry)
    {
        if (!format.TryRead(key, entry, timeProvider.GetUtcNow(), out var answer))
        {
            metrics.Failed("corrupt");
            return null;
        }

        try
        {
            return answer.IsEmpty ? null
                : answers.Deserialize(answer) is { Answer: not null, Candidates: not null, Failures: not null, Usage: not null, MadeFrom: not null, Warnings: not null, Stages: not null } whole ? whole
                : throw new InvalidDataException("a part is missing");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Written by a version whose messages this one can't read.
            metrics.Failed("corrupt");
            return null;
        }
    }
}
