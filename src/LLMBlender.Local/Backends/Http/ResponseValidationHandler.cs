using System.Net;
using System.Text.Json;
using System.Text.Unicode;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Backends.Http;

/// <summary>
/// Buffers a server's response and returns it only if it is complete JSON within the size limit and contains no error. Event
/// streams are not buffered; their length is limited while they are read.
/// </summary>
/// <param name="maxBytes">Maximum length of a response in bytes.</param>
public sealed class ResponseValidationHandler(int maxBytes) : DelegatingHandler
{
    private const string EventStream = "text/event-stream";
    private const int MaxErrorBytes = 64 * 1024;

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            await ValidateAsync(response, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task ValidateAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var type = response.Content.Headers.ContentType?.MediaType;
        if (!response.IsSuccessStatusCode)
        {
            Replace(response, await ReadAsync(response, MaxErrorBytes, cut: true, cancellationToken));
        }
        else if (type == EventStream || type == "application/x-ndjson")
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            Replace(response, new StreamContent(new CountedStream(stream, maxBytes)));
        }
        else if (type?.EndsWith("json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw Invalid($"it answered with {(type is null ? "no content type" : $"the content type \"{type}\"")}, and must answer JSON");
        }
        else
        {
            var content = await ReadAsync(response, maxBytes, cut: false, cancellationToken);
            Validate(await content.ReadAsByteArrayAsync(cancellationToken));
            Replace(response, content);
        }
    }

    private static async Task<ByteArrayContent> ReadAsync(HttpResponseMessage response, int most, bool cut, CancellationToken cancellationToken)
    {
        if (!cut && response.Content.Headers.ContentLength > most)
        {
            throw TooLong(most);
        }

        try
        {
            return await CopyAsync(await response.Content.ReadAsStreamAsync(cancellationToken), most, cut, cancellationToken);
        }
        catch (IOException e)
        {
            // The retry strategy handles HttpRequestException as transient.
            throw new HttpRequestException(HttpRequestError.ResponseEnded, e.Message, e);
        }
    }

    private static async Task<ByteArrayContent> CopyAsync(Stream stream, int most, bool cut, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[16 * 1024];
        await using (stream)
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                if (all.Length + read > most)
                {
                    return cut ? new ByteArrayContent(all.ToArray()) : throw TooLong(most);
                }

                all.Write(buffer, 0, read);
            }
        }

        return new ByteArrayContent(all.ToArray());
    }

    private static void Validate(byte[] answer)
    {
        if (!Utf8.IsValid(answer))
        {
            throw Invalid("its answer is not valid UTF-8");
        }

        try
        {
            using var json = JsonDocument.Parse(answer);
            if (json.RootElement.ValueKind is not JsonValueKind.Object)
            {
                throw Invalid($"its answer is JSON, but a {json.RootElement.ValueKind} rather than an object");
            }

            if (json.RootElement.TryGetProperty("error", out var error) && error.ValueKind is not JsonValueKind.Null)
            {
                throw Invalid($"it answered {(int)HttpStatusCode.OK} with an error in its body: {ErrorText.Of(answer)}");
            }
        }
        catch (JsonException e)
        {
            throw Invalid($"its answer is truncated or not JSON: {e.Message}");
        }
    }

    private static void Replace(HttpResponseMessage response, HttpContent content)
    {
        content.Headers.ContentType = response.Content.Headers.ContentType;
        response.Content = content;
    }

    private static BackendException TooLong(int most) => Invalid($"its answer is longer than {most} bytes");

    private static BackendException Invalid(string message) => new(BlendFailureReason.Faulted, message);

    /// <summary>A stream that throws when more than a maximum number of bytes is read.</summary>
    private sealed class CountedStream(Stream inner, int most) : Stream
    {
        private long read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Count(int more) => (read += more) <= most ? more : throw TooLong(most);
    }
}
