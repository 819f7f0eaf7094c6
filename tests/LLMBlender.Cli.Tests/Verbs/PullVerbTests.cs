using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LLMBlender.Cli.Tests.Hub;
using LLMBlender.Inference.Models;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary>Pulls from a fake hub: what is asked of it, what is kept, and what goes wrong.</summary>
public sealed class PullVerbTests : IAsyncLifetime
{
    private const string Repository = "llm-blender/PairRM-hf";
    private const string Secret = "hf_abcdefghijklmnop";

    private readonly TemporaryFolder folder = new();
    private readonly ImmediateTime time = new();
    private readonly Dictionary<string, string> variables = [];
    private FakeHub hub = null!;

    public async ValueTask InitializeAsync()
    {
        hub = await FakeHub.StartAsync();
        hub.Add(Repository, TinyModel.Checkpoint);
        hub.Add(Repository, "README.md", "A card."u8.ToArray());
        hub.Add(Repository, "pytorch_model.bin", new byte[20_000]);
        hub.Add(Repository, "onnx/model.onnx", new byte[20_000]);
        variables["HF_ENDPOINT"] = hub.Endpoint;
        variables["HF_HOME"] = folder.File("hf");
        variables["HOME"] = folder.File("home");
        variables["LLMBLENDER_MODELS"] = folder.File("models");
    }

    public async ValueTask DisposeAsync()
    {
        await hub.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Pull_Repository_IsWhatImportMakesOfItsFiles()
    {
        var expected = ModelImport.Import(TinyModel.Checkpoint, folder.File("expected"), Inference.Onnx.Precision.Int8).Manifest;

        var outcome = await PullAsync(Repository, "--precision", "int8");

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        var model = ModelManifest.Read(folder.File("models", "PairRM-hf"));
        Assert.Equal((expected.TensorHash, "PairRM-hf"), (model.TensorHash, model.Id));
        Assert.Equal($"{Repository}@{FakeHub.Commit} (PairRM-hf layout)", model.Origin);
        Assert.StartsWith($"{folder.File("models", "PairRM-hf")}: pair-ranker, int8, ", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_IfMissing_AsksTheHubForAModelThatIsAbsentOrDamagedOnly()
    {
        await PullAsync(Repository, "--if-missing");
        var asked = hub.Requests.Count;
        var again = await PullAsync(Repository, "--if-missing");

        Assert.Equal((ExitCode.Done, ""), (again.Code, again.Error));
        Assert.StartsWith($"{folder.File("models", "PairRM-hf")}: pair-ranker, ", again.Out, StringComparison.Ordinal);
        Assert.Equal(asked, hub.Requests.Count);

        File.Delete(folder.File("models", "PairRM-hf", "graph.onnx"));
        Assert.Equal(ExitCode.Done, (await PullAsync(Repository, "--if-missing")).Code);
        Assert.True(File.Exists(folder.File("models", "PairRM-hf", "graph.onnx")));
    }

    [Fact]
    public async Task Pull_Repository_FetchesOnlyWhatImportReads()
    {
        await PullAsync(Repository);

        string[] fetched = [.. hub.Requests.Where(request => request.Method == "GET" && request.Path.Contains("/resolve/", StringComparison.Ordinal)).Select(request => request.Path.Split('/')[^1]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["added_tokens.json", "config.json", "model.safetensors", "special_tokens_map.json", "spm.model", "tokenizer_config.json"], fetched);
    }

    [Fact]
    public async Task Pull_Repository_WritesTheCacheAsHuggingFacesToolsDo()
    {
        await PullAsync(Repository);

        var cached = folder.File("hf", "hub", "models--llm-blender--PairRM-hf");
        Assert.Equal(FakeHub.Commit, await File.ReadAllTextAsync(Path.Combine(cached, "refs", "main"), TestContext.Current.CancellationToken));
        var weights = new FileInfo(Path.Combine(cached, "snapshots", FakeHub.Commit, "model.safetensors"));
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(TinyModel.Checkpoint, "model.safetensors"), TestContext.Current.CancellationToken)));
        Assert.Equal(Path.Combine("..", "..", "blobs", hash), weights.LinkTarget);
        Assert.True(weights.Exists);
        Assert.All(Directory.GetFiles(Path.Combine(cached, "blobs")), blob => Assert.Matches("^[0-9a-f]{40}([0-9a-f]{24})?$", Path.GetFileName(blob)));
    }

    [Theory]
    [InlineData("HF_HUB_CACHE")]
    [InlineData("HUGGINGFACE_HUB_CACHE")]
    public async Task Pull_WhatTheCacheHas_AsksTheHubNothing(string variable)
    {
        await PullAsync(Repository);
        Directory.Move(folder.File("hf", "hub"), folder.File("elsewhere"));
        variables[variable] = folder.File("elsewhere");
        Directory.Delete(folder.File("models"), recursive: true);
        var before = hub.Requests.Count;

        var outcome = await PullAsync(Repository);

        Assert.Equal((ExitCode.Done, before), (outcome.Code, hub.Requests.Count));
    }

    [Fact]
    public async Task Pull_PinnedOrTagged_IsThatRevision()
    {
        Assert.Equal(ExitCode.Done, (await PullAsync($"{Repository}@v1", "--to", folder.File("tagged"))).Code);
        Assert.True(File.Exists(folder.File("hf", "hub", "models--llm-blender--PairRM-hf", "refs", "v1")));
        var before = hub.Requests.Count;
        Assert.Equal(ExitCode.Done, (await PullAsync($"{Repository}@{FakeHub.Commit}", "--to", folder.File("pinned"))).Code);
        Assert.Equal(before, hub.Requests.Count);

        var missing = await PullAsync($"{Repository}@v9");
        Assert.Equal(ExitCode.Usage, missing.Code);
        Assert.Contains("has no revision \"v9\"", missing.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--offline", null)]
    [InlineData(null, "HF_HUB_OFFLINE")]
    [InlineData(null, "TRANSFORMERS_OFFLINE")]
    public async Task Pull_Offline_UsesTheCacheAndFetchesNothing(string? option, string? variable)
    {
        if (variable is not null)
        {
            variables[variable] = "1";
        }

        string[] options = option is null ? [] : [option];
        var without = await PullAsync([Repository, .. options]);
        Assert.Equal((ExitCode.Usage, 0), (without.Code, hub.Requests.Count));
        Assert.Contains($"{Repository}: is not, or not whole, in the cache", without.Error, StringComparison.Ordinal);

        variables.Remove(variable ?? "");
        await PullAsync(Repository);
        if (variable is not null)
        {
            variables[variable] = "1";
        }

        var before = hub.Requests.Count;
        Assert.Equal(ExitCode.Done, (await PullAsync([Repository, .. options])).Code);
        Assert.Equal(before, hub.Requests.Count);
    }

    [Theory]
    [InlineData("HF_TOKEN", null)]
    [InlineData(null, "token")]
    [InlineData("HF_TOKEN_PATH", "elsewhere")]
    public async Task Pull_WithAToken_SendsItToTheEndpointOnly(string? variable, string? file)
    {
        hub.Token = Secret;
        if (file is not null)
        {
            Directory.CreateDirectory(folder.File("hf"));
            await File.WriteAllTextAsync(folder.File("hf", file), Secret + "\n", TestContext.Current.CancellationToken);
        }

        if (variable is not null)
        {
            variables[variable] = file is null ? Secret : folder.File("hf", file);
        }

        var outcome = await PullAsync(Repository);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.All(hub.Requests, request => Assert.Equal(request.IsHub ? $"Bearer {Secret}" : "", request.Authorization));
        Assert.Contains(hub.Requests, request => !request.IsHub);
    }

    [Fact]
    public async Task Pull_GatedWithoutOrWithAWrongToken_SaysWhatIsMissingAndNeverTheToken()
    {
        hub.Token = "another";
        var without = await PullAsync(Repository);
        variables["HF_TOKEN"] = Secret;
        var with = await PullAsync(Repository);

        Assert.Equal((ExitCode.Usage, ExitCode.Usage), (without.Code, with.Code));
        Assert.Contains("is gated: accept its conditions on", without.Error, StringComparison.Ordinal);
        Assert.Contains("HF_TOKEN", without.Error, StringComparison.Ordinal);
        Assert.Contains("returns 401: the token in HF_TOKEN (or the token file) is not valid", with.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, with.Error + with.Out, StringComparison.Ordinal);
        Assert.Empty(time.Delays);
    }

    [Fact]
    public async Task Pull_TokenThatIsNoHeader_IsRefusedWithoutBeingShown()
    {
        variables["HF_TOKEN"] = Secret + "\r\nX-Evil: 1";

        var outcome = await PullAsync(Repository);

        Assert.Equal((ExitCode.Usage, 0), (outcome.Code, hub.Requests.Count));
        Assert.Contains("HF_TOKEN holds characters", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "access is denied")]
    [InlineData(404, "there is no such repository or revision")]
    [InlineData(418, "returns 418")]
    public async Task Pull_Refused_IsSaidAtOnce(int status, string problem)
    {
        hub.Intercept = context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };

        var outcome = await PullAsync(Repository);

        Assert.Equal((ExitCode.Usage, 1, 0), (outcome.Code, hub.Requests.Count, time.Delays.Count));
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("models")));
    }

    [Fact]
    public async Task Pull_TooManyRequests_WaitsAsLongAsTheHubAsks()
    {
        var refusals = 2;
        hub.Intercept = context =>
        {
            if (Interlocked.Decrement(ref refusals) < 0)
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "7";
            return Task.FromResult(true);
        };

        var outcome = await PullAsync(Repository);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7)], time.Delays);
    }

    [Theory]
    [InlineData(503, null, 6)]
    [InlineData(500, "1", 6)]
    [InlineData(429, "86400", 1)]
    public async Task Pull_HubThatStaysUnable_IsGivenUp(int status, string? retryAfter, int attempts)
    {
        hub.Intercept = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.FromResult(true);
        };

        var outcome = await PullAsync(Repository);

        Assert.Equal((ExitCode.Usage, attempts), (outcome.Code, hub.Requests.Count));
        Assert.Contains($"returns {status}", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_NobodyAnswers_NamesTheHost()
    {
        variables["HF_ENDPOINT"] = "http://127.0.0.1:1";

        var outcome = await PullAsync(Repository);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("127.0.0.1:1: can't be reached", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pull_TransferThatIsCut_GoesOn(bool ignoresRanges)
    {
        hub.IgnoresRanges = ignoresRanges;
        var content = await File.ReadAllBytesAsync(Path.Combine(TinyModel.Checkpoint, "model.safetensors"), TestContext.Current.CancellationToken);
        var cuts = 3;
        hub.Intercept = async context =>
        {
            if (context.Request is { Method: "GET", Path.Value: var path } && path!.EndsWith("model.safetensors", StringComparison.Ordinal)
                && context.Request.Query.ContainsKey("signature") && context.Request.Headers.Range.Count == 0 && Interlocked.Decrement(ref cuts) >= 0)
            {
                await FakeHub.CutAsync(context, content.AsMemory(0, 100_000), content.Length);
                return true;
            }

            return false;
        };

        var outcome = await PullAsync(Repository);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        var ranges = hub.Requests.Where(request => !request.IsHub && request.Range.Length > 0).Select(request => request.Range).ToArray();
        Assert.Equal("bytes=", ranges[0][..6]);
        Assert.InRange(long.Parse(ranges[0][6..].Split('-')[0], CultureInfo.InvariantCulture), 1, 100_000);
    }

    // Several segments, a run that ends while some are whole, and the next, which fetches the others only.
    [Fact]
    public async Task Pull_LargeFileOfAnEndedRun_FetchesOnlyWhatIsMissing()
    {
        const int Segment = 32 << 20;
        var large = new byte[Segment + Segment + 1000];
        new Random(3).NextBytes(large);
        var checkpoint = folder.CopyOf(TinyModel.Checkpoint, "checkpoint");
        hub.Add("someone/large", checkpoint);
        hub.Add("someone/large", "model.safetensors", large);
        hub.Intercept = context =>
        {
            var isLast = context.Request.Headers.Range.ToString() == $"bytes={2 * Segment}-{large.Length - 1}";
            context.Response.StatusCode = isLast ? 403 : 200;
            return Task.FromResult(isLast);
        };
        var first = await PullAsync("someone/large");
        Assert.Equal(ExitCode.Usage, first.Code);
        hub.Intercept = static _ => Task.FromResult(false);
        var before = hub.Requests.Count;

        var second = await PullAsync("someone/large");

        Assert.Contains("model.safetensors", second.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Model, second.Code);
        var blob = folder.File("hf", "hub", "models--someone--large", "blobs", Convert.ToHexStringLower(SHA256.HashData(large)));
        Assert.Equal(large, await File.ReadAllBytesAsync(blob, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(blob)!), file => file.Contains("incomplete", StringComparison.Ordinal));
        string[] ranges = [.. hub.Requests.Skip(before).Where(request => !request.IsHub).Select(request => request.Range)];
        Assert.Contains($"bytes={2 * Segment}-{large.Length - 1}", ranges);
        Assert.True(ranges.Length <= 3);
    }

    [Theory]
    [InlineData("model.safetensors", "SHA-256")]
    [InlineData("config.json", "git SHA-1")]
    public async Task Pull_ContentOfAnotherHash_IsFetchedOnceMoreAndNotKept(string name, string hash)
    {
        hub.WrongHashes[name] = new string('a', hash == "SHA-256" ? 64 : 40);

        var outcome = await PullAsync(Repository);

        Assert.Equal(ExitCode.Model, outcome.Code);
        Assert.Contains($"{name} of {Repository}: its {hash} is ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(hub.WrongHashes[name], outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("hf", "hub", "models--llm-blender--PairRM-hf", "blobs", hub.WrongHashes[name])));
        Assert.False(Directory.Exists(folder.File("models")));
        hub.WrongHashes.Clear();
        Assert.Equal(ExitCode.Done, (await PullAsync(Repository)).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pull_RedirectOfTheHubsOwn_IsFollowedWithTheToken(bool isRelative)
    {
        hub.Token = variables["HF_TOKEN"] = Secret;
        hub.Intercept = context =>
        {
            var path = context.Request.Path.Value!;
            if (!path.Contains("/old/name", StringComparison.Ordinal))
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = 307;
            context.Response.Headers.Location = (isRelative ? "" : hub.Endpoint) + path.Replace("old/name", Repository, StringComparison.Ordinal);
            return Task.FromResult(true);
        };

        var outcome = await PullAsync("old/name");

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.All(hub.Requests, request => Assert.Equal(request.IsHub ? $"Bearer {Secret}" : "", request.Authorization));
    }

    [Theory]
    [InlineData("file:///etc/passwd", "neither http nor https")]
    [InlineData("/api/models/llm-blender/PairRM-hf/revision/main", "redirects more than")]
    public async Task Pull_RedirectThatLeadsNowhere_IsRefused(string location, string problem)
    {
        hub.Intercept = context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.FromResult(true);
        };

        var outcome = await PullAsync(Repository);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_BlenderLayout_FetchesItsBackbonesConfigAndTokenizer()
    {
        WriteBlenderLayout();

        var outcome = await PullAsync("llm-blender/PairRM");

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Contains("(PairRM layout)", outcome.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(hub.Requests, request => request.Path.Contains("/someone/backbone/resolve/", StringComparison.Ordinal) && request.Path.EndsWith(".safetensors", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, (await PullAsync("llm-blender/PairRM", "--backbone", "someone/backbone@v1", "--to", folder.File("other"))).Code);
    }

    [Fact]
    public async Task Pull_Shards_FetchesThoseThatTheIndexNames()
    {
        var (names, expected) = WriteShards("someone/sharded");

        var outcome = await PullAsync("someone/sharded");

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Equal(expected, ModelManifest.Read(folder.File("models", "sharded")).TensorHash);
        Assert.All(names, name => Assert.Contains(hub.Requests, request => request.Path.EndsWith(name, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Pull_ShortName_IsTheRepositoryItStandsFor()
    {
        var outcome = await PullAsync("pairrm");

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.StartsWith(Repository + "@", ModelManifest.Read(folder.File("models", "pairrm")).Origin, StringComparison.Ordinal);
        foreach (var name in (string[])["pairrm", Repository])
        {
            Assert.Equal(ExitCode.Done, (await RankAsync(name)).Code);
        }
    }

    [Theory]
    [InlineData(Repository)]
    [InlineData("pairrm")]
    public async Task Rank_RepositoryThatWasNotPulled_NamesTheCommandAndFetchesNothing(string name)
    {
        var outcome = await RankAsync(name);

        Assert.Equal((ExitCode.Model, 0), (outcome.Code, hub.Requests.Count));
        Assert.Contains($"'llmblender models pull {name}'", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../evil/x")]
    [InlineData("a/b/c")]
    [InlineData("a/..")]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData("owner/name@")]
    [InlineData("owner/name@../../x")]
    [InlineData("https://huggingface.co/llm-blender/PairRM-hf")]
    public async Task Pull_WhatIsNoRepository_IsABadArgument(string repository)
    {
        var outcome = await PullAsync(repository);

        Assert.Equal((ExitCode.Usage, 0), (outcome.Code, hub.Requests.Count));
        Assert.StartsWith($"llmblender: REPO {repository}: ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_IntoAFolderOfSomethingElse_IsRefusedBeforeAnythingIsFetched()
    {
        Directory.CreateDirectory(folder.File("precious"));
        await File.WriteAllTextAsync(folder.File("precious", "thesis.txt"), "years", TestContext.Current.CancellationToken);

        var outcome = await PullAsync(Repository, "--to", folder.File("precious"));

        Assert.Equal((ExitCode.Model, 0), (outcome.Code, hub.Requests.Count));
        Assert.Contains("thesis.txt", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_RepositoryWithoutWhatIsNeeded_SaysWhat()
    {
        hub.Add("someone/empty", "README.md", [1]);
        hub.Add("someone/gguf", "config.json", "{}"u8.ToArray());
        hub.Add("someone/gguf", "model.gguf", [1]);

        Assert.Contains("has no config.json", (await PullAsync("someone/empty")).Error, StringComparison.Ordinal);
        Assert.Contains("has no weights that import reads; its files are config.json, model.gguf", (await PullAsync("someone/gguf")).Error, StringComparison.Ordinal);
    }

    private Task<Outcome> PullAsync(params string[] arguments) => RunAsync("", ["models", "pull", .. arguments]);

    private Task<Outcome> RankAsync(string ranker) => RunAsync(
        """{"id": 1, "instruction": "Two and two?", "candidates": [{"text": "Four."}, {"text": "Five."}]}""", ["rank", "--from", "-", "--ranker", ranker]);

    private Task<Outcome> RunAsync(string input, string[] arguments) => CommandLine.RunAsync(
        Encoding.UTF8.GetBytes(input), arguments, terminal => terminal with { Time = time, Variable = name => variables.GetValueOrDefault(name) });

    private void WriteBlenderLayout()
    {
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(TinyModel.Checkpoint, "config.json")))!.AsObject();
        foreach (var own in (string[])["architectures", "source_prefix_id", "cand1_prefix_id", "cand2_prefix_id", "cand_prefix_id", "n_tasks"])
        {
            config.Remove(own);
        }

        config["vocab_size"] = 4100;
        hub.Add("someone/backbone", "config.json", Encoding.UTF8.GetBytes(config.ToJsonString()));
        hub.Add("someone/backbone", "spm.model", File.ReadAllBytes(Path.Combine(TinyModel.Checkpoint, "spm.model")));
        hub.Add("someone/backbone", "tokenizer_config.json", """{"do_lower_case": false, "vocab_type": "spm"}"""u8.ToArray());
        hub.Add("someone/backbone", "model.safetensors", new byte[20_000]);
        hub.Add("llm-blender/PairRM", "model.safetensors", File.ReadAllBytes(Path.Combine(TinyModel.Checkpoint, "model.safetensors")));
        hub.Add("llm-blender/PairRM", "config.json", """{"ranker_type": "pairranker", "model_type": "deberta", "model_name": "someone/backbone", "n_tasks": 1}"""u8.ToArray());
    }

    // The tiny ranker's weights in two files with an index.
    private (string[] Names, string TensorHash) WriteShards(string repository)
    {
        var checkpoint = folder.CopyOf(TinyModel.Checkpoint, "sharded");
        var expected = ModelImport.Import(checkpoint, folder.File("whole"), Inference.Onnx.Precision.Float32).Manifest.TensorHash;
        string[] names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
        var places = new JsonObject();
        using (var open = Inference.Checkpoints.Checkpoint.Open(checkpoint))
        {
            foreach (var (tensors, i) in open.Tensors.Values.Chunk(40).Select((tensors, i) => (tensors, i)))
            {
                var (header, data) = (new JsonObject(), new MemoryStream());
                foreach (var tensor in tensors)
                {
                    var start = data.Length;
                    data.Write(MemoryMarshal.AsBytes(open.Read(tensor.Name).AsSpan()));
                    header[tensor.Name] = new JsonObject
                    {
                        ["dtype"] = "F32",
                        ["shape"] = new JsonArray([.. tensor.Shape.Select(dimension => (JsonNode)dimension)]),
                        ["data_offsets"] = new JsonArray(start, data.Length),
                    };
                    places[tensor.Name] = names[i];
                }

                File.WriteAllBytes(Path.Combine(checkpoint, names[i]), SafetensorsBytes.Of(header.ToJsonString(), data.ToArray()));
            }
        }

        File.Delete(Path.Combine(checkpoint, "model.safetensors"));
        File.WriteAllText(Path.Combine(checkpoint, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = places }.ToJsonString());
        hub.Add(repository, checkpoint);
        return (names, expected);
    }
}
