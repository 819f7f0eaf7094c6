using System.Diagnostics;
using System.IO.Pipes;

namespace LLMBlender.Records.Tests;

/// <summary>An input that is a pipe.</summary>
public sealed class RecordInputTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;
    private readonly CancellationTokenSource cancellation = new();

    public void Dispose()
    {
        cancellation.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Open_OfAPipeThatNobodyWritesTo_EndsWhenCancelled()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a named pipe");
        var pipe = Path.Combine(folder, "pipe");
        using (var made = Process.Start("mkfifo", pipe))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var opening = Task.Run(() => RecordInput.Open(pipe, Stream.Null, cancellation.Token), TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Read_OfSilentStandardInput_EndsWhenCancelled()
    {
        await using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle);
        await server.WriteAsync("ab"u8.ToArray(), TestContext.Current.CancellationToken);
        using var input = RecordInput.Open("-", client, cancellation.Token);
        var bytes = new byte[8];

        var first = input.Stream.Read(bytes);
        var second = Task.Run(() => input.Stream.Read(bytes), TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();

        Assert.Equal((2, "ab"), (first, System.Text.Encoding.ASCII.GetString(bytes, 0, 2)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }
}
