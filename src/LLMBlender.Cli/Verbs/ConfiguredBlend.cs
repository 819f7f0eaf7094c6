using System.CommandLine;
using System.Net;
using System.Text;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Cli.Blending;
using LLMBlender.Cli.Ranking;
using LLMBlender.Cli.Records;
using LLMBlender.Cli.Serving;
using LLMBlender.Cli.Show;
using LLMBlender.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Cli.Verbs;

/// <summary>
/// Blends by a configured panel: the process serves itself, as <c>serve --config</c> would, and asks what it serves. So a panel's
/// rules are kept once, wherever it is asked.
/// </summary>
/// <param name="terminal">Standard streams.</param>
/// <param name="files">Where records come from and answers go.</param>
/// <param name="config">The configuration file.</param>
/// <param name="wishes">What the arguments ask of every blend.</param>
/// <param name="asJson">Whether records are wanted without <c>--to</c>, too.</param>
internal sealed class ConfiguredBlend(Terminal terminal, FileArguments files, string config, BlendRequest wishes, bool asJson)
{
    // A record's members are asked at the same time anyway; so many records keep an accelerator busy meanwhile.
    private const int Window = 16;

    /// <summary>Blends one instruction, or each record of a file.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(ParseResult parsed, BlendRequest? one, CancellationToken cancellation)
    {
        if (!File.Exists(config))
        {
            throw new UsageException($"--config: {config} is not there");
        }

        var arguments = new ServeArguments(
            SiloRoles.All, "http://127.0.0.1:0", null, config, LLMBlenderClientOptions.DefaultClusterId, IPAddress.Loopback, 0, 0, 0);
        return new Server(arguments, terminal).UseAsync(
            app =>
            {
                var blender = app.Services.GetRequiredService<IBlender>();
                return one is null ? AnswerAllAsync(blender, parsed, cancellation) : AnswerAsync(blender, one, parsed, cancellation);
            },
            cancellation);
    }

    private async Task<int> AnswerAsync(IBlender blender, BlendRequest request, ParseResult parsed, CancellationToken cancellation)
    {
        BlendResponse response;
        try
        {
            response = await blender.BlendAsync(request, cancellation);
        }
        catch (BlendException e) when (e.Parameter is null)
        {
            Complain(e.Message);
            return ExitCode.SomeFailed;
        }
        catch (BlendException e)
        {
            throw new UsageException(e.Message, e);
        }

        if (asJson || parsed.GetValue(files.To) is not null)
        {
            using var output = files.NameOutput(parsed, terminal);
            output.Open();
            output.Write(json => BlendJson.Write(json, null, response));
            output.Flush();
            return ExitCode.Done;
        }

        foreach (var failure in response.Failures)
        {
            Complain($"{failure.What}: {failure.Message}");
        }

        await terminal.Out.WriteAsync(Encoding.UTF8.GetBytes(response.Answer + "\n"), cancellation);
        return ExitCode.Done;
    }

    private void Complain(string problem) => terminal.Error.Write(Encoding.UTF8.GetBytes($"llmblender: {problem}\n"));

    private async Task<int> AnswerAllAsync(IBlender blender, ParseResult parsed, CancellationToken cancellation)
    {
        using var input = files.OpenInput(parsed, terminal);
        using var output = files.NameOutput(parsed, terminal);
        output.Open();
        var answers = new AnswerWriter(output);
        await ProgressDisplay.RunAsync(terminal, input.Length, async progress =>
        {
            foreach (var entries in new RecordReader<BlendRequest>(input, Read).Read().Chunk(Window))
            {
                var works = await Task.WhenAll(entries.Select(entry => BlendAsync(blender, entry, cancellation)));
                answers.Write(works, progress);
            }
        });
        return answers.Failures == 0 ? ExitCode.Done : ExitCode.SomeFailed;
    }

    private static async Task<RecordWork> BlendAsync(IBlender blender, Entry<BlendRequest> entry, CancellationToken cancellation)
    {
        if (entry.Error is { } error)
        {
            return new FailedWork(entry.Place, error);
        }

        try
        {
            return new AskedBlend(entry.Place, await blender.BlendAsync(entry.Value!, cancellation));
        }
        catch (BlendException e)
        {
            return new FailedWork(entry.Place, e.Message);
        }
    }

    private BlendRequest Read(RecordFields record)
    {
        var (instruction, input) = record.Source();
        var candidates = record.OptionalCandidates();
        return wishes with { Instruction = instruction, Input = input, Candidates = candidates, Panel = candidates is null ? wishes.Panel : null };
    }
}
