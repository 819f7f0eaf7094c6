using LLMBlender.Inference.Checkpoints;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints;

public sealed class ShardedCheckpointTests : IDisposable
{
    private const string Index = "pytorch_model.bin.index.json";

    private readonly TemporaryFolder folder = new();

    public ShardedCheckpointTests()
    {
        folder.Write("one.bin", new TorchFile().Add("a", [1, 2], 2).Add("b", [3], 1).ToArray());
        folder.Write("two.bin", new TorchFile().Add("c", [4], 1).Add("unlisted", [5], 1).ToArray());
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_Index_GathersShards()
    {
        folder.Write(Index, """{"metadata": {"total_size": 16}, "weight_map": {"c": "two.bin", "a": "one.bin", "b": "one.bin"}}""");

        using var checkpoint = Checkpoint.Open(folder.Path);

        Assert.Equal(folder.File(Index), checkpoint.Path);
        Assert.Equal(["c", "a", "b"], checkpoint.Tensors.Keys);
        Assert.Equal([1, 2], checkpoint.Read("a"));
        Assert.Equal([3], checkpoint.Read("b"));
        Assert.Equal([4], checkpoint.Read("c"));
        Assert.Throws<ModelException>(() => checkpoint.Find("unlisted"));
    }

    [Fact]
    public void Open_IndexFileItself_Reads()
    {
        using var checkpoint = Checkpoint.Open(folder.Write(Index, """{"weight_map": {"a": "one.bin"}}"""));

        Assert.Equal([1, 2], checkpoint.Read("a"));
    }

    [Theory]
    [InlineData("""{"weight_map": {"a": "three.bin"}}""", "weight_map puts 'a' in 'three.bin', and the folder has no such file")]
    [InlineData("""{"weight_map": {"c": "one.bin"}}""", "weight_map puts 'c' in 'one.bin', which has no such tensor")]
    [InlineData("""{"weight_map": {"a": "../one.bin"}}""", "a shard is a plain file name in the same folder")]
    [InlineData("""{"weight_map": {"a": "/etc/passwd"}}""", "a shard is a plain file name in the same folder")]
    [InlineData("""{"weight_map": {"a": "sub/one.bin"}}""", "a shard is a plain file name in the same folder")]
    [InlineData("""{"weight_map": {"a": "sub\\one.bin"}}""", "a shard is a plain file name in the same folder")]
    [InlineData("""{"weight_map": {"a": "C:one.bin"}}""", "a shard is a plain file name in the same folder")]
    [InlineData("""{"weight_map": {"a": ".."}}""", "a shard is a plain file name in the same folder")]
    [InlineData("""{"weight_map": {"a": ""}}""", "a shard is a plain file name in the same folder")]
    [InlineData("""{"weight_map": {"a": "one.bin\u0000"}}""", "a shard is a plain file name in the same folder")]
    [InlineData("""{"weight_map": {"a": 1}}""", "'a' names no file but Number")]
    [InlineData("""{"weight_map": {"a": "one.bin", "a": "two.bin"}}""", "not well-formed JSON")]
    [InlineData("""{"weight_map": ["one.bin"]}""", "has no object 'weight_map'")]
    [InlineData("""{}""", "has no object 'weight_map'")]
    [InlineData("""[]""", "has no object 'weight_map'")]
    [InlineData("""{"weight_map": {"a": "one.bin"}""", "not well-formed JSON")]
    [InlineData("""{"weight_map": {"a": "\ud800"}}""", "not well-formed JSON")]
    public void Open_BadIndex_NamesIndexAndRule(string json, string rule)
    {
        folder.Write(Index, json);

        var error = Assert.Throws<ModelException>(() => Checkpoint.Open(folder.Path));

        Assert.Equal(folder.File(Index), error.File);
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ShardThatIsAnIndex_IsNotFollowed()
    {
        folder.Write(Index, $$$"""{"weight_map": {"a": "{{{Index}}}"}}""");

        Assert.Throws<ModelException>(() => Checkpoint.Open(folder.Path));
    }

    [Fact]
    public void Open_BrokenShard_NamesTheShard()
    {
        folder.Write("three.bin", "PK");
        folder.Write(Index, """{"weight_map": {"a": "one.bin", "d": "three.bin"}}""");

        var error = Assert.Throws<ModelException>(() => Checkpoint.Open(folder.Path));

        Assert.Equal(folder.File("three.bin"), error.File);
    }
}
