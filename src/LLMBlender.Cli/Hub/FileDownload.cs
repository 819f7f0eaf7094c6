using System.Net;
using System.Net.Http.Headers;
using LLMBlender.Inference;
using LLMBlender.Records;

namespace LLMBlender.Cli.Hub;

/// <summary>
/// Downloads one file, a large one in several concurrent segments. An interrupted transfer resumes at the same position, in
/// this run or the next. The file is moved to its target only after its size and hash match the hub's.
/// </summary>
/// <param name="client">The hub.</param>
/// <param name="retry">The retry policy for requests.</param>
/// <param name="repository">The repository.</param>
/// <param name="commit">The commit.</param>
internal sealed class FileDownload(HubClient client, HubRetry retry, HubRepository repository, string commit)
{
    private const long SegmentBytes = 32 << 20;
    private const int SegmentsAtOnce = 4;
    private const int BufferBytes = 128 << 10;

    // A connection that delivered less counts as a failure, not as progress.
    private const long ProgressBytes = 64 << 10;

    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Downloads a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="target">The target path.</param>
    /// <param name="progress">Called with the number of bytes received; a negative number reports bytes that will be downloaded
    /// again.</param>
    /// <param name="cancellationToken">Cancels the download; downloaded bytes are kept.</param>
    /// <exception cref="UsageException">The file can't be downloaded or written.</exception>
    /// <exception cref="ModelException">The content does not match the hub's size or hash.</exception>
    public async Task RunAsync(HubFile file, string target, Action<long> progress, CancellationToken cancellationToken)
    {
        using var partial = PartialFile.Open(target + ".llmblender.incomplete", file.Size ?? 0, SegmentBytes);
        RequireSpace(target, partial);
        progress(partial.DoneBytes);
        if (await FetchAndCheckAsync(file, partial, progress, cancellationToken) is not null)
        {
            // Downloads once more from the start: bytes kept from an earlier run may be the corrupt ones.
            progress(-partial.Size);
            partial.Restart();
            if (await FetchAndCheckAsync(file, partial, progress, cancellationToken) is { } problem)
            {
                partial.Restart();
                throw new ModelException($"{file.Name} of {repository}", $"{problem}: what was fetched is not what the hub holds, and is not kept");
            }
        }

        partial.MoveTo(target);
    }

    // Returns the mismatch between the downloaded content and the hub's metadata; null if they match.
    private async Task<string?> FetchAndCheckAsync(HubFile file, PartialFile partial, Action<long> progress, CancellationToken cancellationToken)
    {
        await FetchAsync(file, partial, progress, cancellationToken);
        if (ContentHash.NameOf(file.Etag) is not { } name)
        {
            return null;
        }

        await using var content = partial.OpenRead();
        var actual = await ContentHash.OfAsync(content, file.Etag, cancellationToken);
        return actual == file.Etag ? null : $"its {name} is {actual}; the hub's is {file.Etag}";
    }

    private async Task FetchAsync(HubFile file, PartialFile partial, Action<long> progress, CancellationToken cancellationToken)
    {
        if (file.Size is not null)
        {
            try
            {
                await Parallel.ForEachAsync(
                    partial.Missing,
                    new ParallelOptions { MaxDegreeOfParallelism = SegmentsAtOnce, CancellationToken = cancellationToken },
                    async (segment, token) => await FetchSegmentAsync(file, partial, segment, progress, token));
                return;
            }
            catch (RangesIgnoredException)
            {
                progress(-partial.DoneBytes);
                partial.Restart();
            }
        }

        await retry.RunAsync(token => FetchWholeAsync(file, partial, progress, token), cancellationToken);
    }

    private async Task FetchSegmentAsync(HubFile file, PartialFile partial, long segment, Action<long> progress, CancellationToken cancellationToken)
    {
        var (at, end) = (partial.Start(segment), partial.End(segment));
        while (at < end)
        {
            at = await retry.RunAsync(
                async token =>
                {
                    var start = at;
                    try
                    {
                        await CopyRangeAsync(file, partial, at, end, count => at += count, token);
                    }
                    catch (HubTransientException) when (at - start >= ProgressBytes)
                    {
                        // The next attempt continues from this position with a fresh retry count.
                    }
                    finally
                    {
                        progress(at - start);
                    }

                    return at;
                },
                cancellationToken);
        }

        partial.Finish(segment);
    }

    private async Task CopyRangeAsync(HubFile file, PartialFile partial, long start, long end, Action<int> received, CancellationToken cancellationToken)
    {
        var isWhole = start == 0 && end == partial.Size;
        using var response = await client.OpenAsync(
            repository, commit, file.Name, isWhole ? null : new RangeHeaderValue(start, end - 1), cancellationToken);
        if (!isWhole && response.StatusCode != HttpStatusCode.PartialContent)
        {
            throw new RangesIgnoredException();
        }

        var range = response.Content.Headers.ContentRange;
        if (!isWhole && (range?.From != start || (range.Length is { } length && length != partial.Size)))
        {
            throw new ModelException($"{file.Name} of {repository}", $"bytes from {start} of {partial.Size} were asked for, and the answer is \"{range}\"");
        }

        await foreach (var bytes in ReadAsync(response, file, cancellationToken))
        {
            var part = bytes[..(int)Math.Min(bytes.Length, end - start)];
            partial.Write(start, part.Span);
            start += part.Length;
            received(part.Length);
            if (start == end)
            {
                return;
            }
        }

        throw new HubTransientException($"{file.Name} of {repository}: the transfer was cut off at byte {start} of {partial.Size}");
    }

    // Always downloads from the start: for servers that ignore ranges or don't report the file's size.
    private async Task<long> FetchWholeAsync(HubFile file, PartialFile partial, Action<long> progress, CancellationToken cancellationToken)
    {
        var at = 0L;
        var isDone = false;
        try
        {
            using var response = await client.OpenAsync(repository, commit, file.Name, null, cancellationToken);
            await foreach (var bytes in ReadAsync(response, file, cancellationToken))
            {
                partial.Write(at, bytes.Span);
                at += bytes.Length;
                progress(bytes.Length);
            }

            if (file.Size is { } size && at < size)
            {
                throw new HubTransientException($"{file.Name} of {repository}: the transfer was cut off at byte {at} of {size}");
            }

            if (file.Size is { } expected && at > expected)
            {
                throw new ModelException($"{file.Name} of {repository}", $"has {at} bytes; expected are {expected}");
            }

            isDone = true;
            partial.SetLength(at);
            return at;
        }
        finally
        {
            progress(isDone ? 0 : -at);
        }
    }

    private async IAsyncEnumerable<Memory<byte>> ReadAsync(
        HttpResponseMessage response, HubFile file, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        while (await ReadSomeAsync(content, buffer, file, cancellationToken) is var read and > 0)
        {
            yield return buffer.AsMemory(0, read);
        }
    }

    private async Task<int> ReadSomeAsync(Stream content, byte[] buffer, HubFile file, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(ReadTimeout);
        try
        {
            return await content.ReadAsync(buffer, limited.Token);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new HubTransientException($"{file.Name} of {repository}: the transfer was interrupted: {e.Message}", inner: e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HubTransientException($"{file.Name} of {repository}: no data received for {ReadTimeout.TotalSeconds:0} s", inner: e);
        }
    }

    private static void RequireSpace(string target, PartialFile partial)
    {
        var folder = Path.GetDirectoryName(target)!;
        long free;
        try
        {
            free = new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // If the free space is unknown, a full disk is detected when writing.
            return;
        }

        if (partial.Size - partial.DoneBytes > free)
        {
            throw new UsageException(
                $"{folder}: {Models.Sizes.Text(partial.Size - partial.DoneBytes)} are still to be fetched, and {Models.Sizes.Text(free)} are free on this disk");
        }
    }

    private sealed class RangesIgnoredException : Exception;
}
