using System.Text;
using CsCheck;
using LLMBlender.Inference.Checkpoints.Torch;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Inference.Tests.Checkpoints.Torch;

public sealed class UnpicklerTests
{
    private static readonly byte[] Opcodes = [.. Enum.GetValues<PickleOpcode>().Select(opcode => (byte)opcode)];

    private static readonly byte[] Valid = new TorchFile().Add("a", [1, 2], 2).Add("b", [3], 1, 1, 1, 1).ToPickle();

    [Theory]
    [InlineData("cos\nsystem\n(X\u0004\0\0\0truetR.", "os.system")]
    [InlineData("cposix\nsystem\n(X\u0004\0\0\0truetR.", "posix.system")]
    [InlineData("cbuiltins\neval\n(X\u0001\0\0\01tR.", "builtins.eval")]
    [InlineData("c__builtin__\nexec\n(X\u0001\0\0\01tR.", "__builtin__.exec")]
    [InlineData("cbuiltins\ngetattr\n.", "builtins.getattr")]
    [InlineData("csubprocess\nPopen\n.", "subprocess.Popen")]
    [InlineData("ctorch.storage\n_load_from_bytes\n.", "torch.storage._load_from_bytes")]
    [InlineData("ctorch\nload\n.", "torch.load")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2.__globals__\n.", "torch._utils._rebuild_tensor_v2.__globals__")]
    [InlineData("ccollections\nOrderedDict.fromkeys\n.", "collections.OrderedDict.fromkeys")]
    [InlineData("ccollections.OrderedDict\n\n.", "collections.OrderedDict.")]
    [InlineData("c torch\nFloatStorage\n.", " torch.FloatStorage")]
    [InlineData("ctorch\nQInt8Storage\n.", "torch.QInt8Storage")]
    [InlineData("X\u0002\0\0\0osX\u0006\0\0\0system\u0093.", "os.system")]
    [InlineData("\u008c\u0002os\u008c\u0006system\u0093.", "os.system")]
    [InlineData("c\u001b[31m\nx\n.", "\uFFFD[31m.x")]
    public void Load_NameOutsideTheList_IsRefusedByName(string pickle, string name) =>
        AssertRefused(pickle, $"refers to '{name}', and only tensor-building names are allowed");

    [Theory]
    [InlineData('i', "INST")]
    [InlineData('o', "OBJ")]
    [InlineData('P', "PERSID")]
    [InlineData('2', "DUP")]
    [InlineData('0', "POP")]
    [InlineData('1', "POP_MARK")]
    [InlineData('S', "STRING")]
    [InlineData('T', "BINSTRING")]
    [InlineData('V', "UNICODE")]
    [InlineData('I', "INT")]
    [InlineData('L', "LONG")]
    [InlineData('F', "FLOAT")]
    [InlineData('B', "BINBYTES")]
    [InlineData('\u0081', "NEWOBJ")]
    [InlineData('\u0092', "NEWOBJ_EX")]
    [InlineData('\u0082', "EXT1")]
    [InlineData('\u008b', "LONG4")]
    [InlineData('\u0096', "BYTEARRAY8")]
    [InlineData('\u0097', "NEXT_BUFFER")]
    [InlineData('\u0080', "PROTO")]
    public void Load_OpcodeOutsideTheList_IsRefusedByName(char opcode, string name) =>
        AssertRefused($"N{opcode}........", $"has the opcode {name}, and only tensor-building opcodes are allowed");

    [Theory]
    [InlineData("ccollections\nOrderedDict\n)R)R.", "has no tensor-building name to call where one is needed")]
    [InlineData("ctorch\nFloatStorage\n)R.", "calls 'torch.FloatStorage', which is not a function")]
    [InlineData("X\u0006\0\0\0system)R.", "has no tensor-building name to call")]
    [InlineData("ccollections\nOrderedDict\n]\u0085R.", "calls 'collections.OrderedDict' with other arguments than ()")]
    [InlineData("ccollections\nOrderedDict\nNR.", "has no tuple of arguments where one is needed")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n)R.", "other arguments than (storage, offset, size, strides")]
    [InlineData("ctorch._utils\n_rebuild_parameter\n)R.", "other arguments than (tensor, requires_grad, hooks)")]
    [InlineData("ctorch\nSize\n)R.", "other arguments than (sizes,)")]
    [InlineData(")Q.", "persistent id that is not ('storage'")]
    [InlineData("NQ.", "persistent id that is not ('storage'")]
    [InlineData("(X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\0" + "0X\u0003\0\0\0cpuJ\u00ff\u00ff\u00ff\u00fftQ.", "persistent id that is not ('storage'")]
    [InlineData("(X\u0007\0\0\0storageccollections\nOrderedDict\nX\u0001\0\0\0" + "0X\u0003\0\0\0cpuK\u0001tQ.", "persistent id that is not ('storage'")]
    [InlineData("}}b.", "only an OrderedDict's '_metadata' is allowed")]
    [InlineData("]}X\u0009\0\0\0_metadataNsb.", "only an OrderedDict's '_metadata' is allowed")]
    [InlineData("}}X\u0009\0\0\0__class__Nsb.", "only an OrderedDict's '_metadata' is allowed")]
    [InlineData("ctorch\nSize\n}X\u0009\0\0\0_metadataNsb.", "only an OrderedDict's '_metadata' is allowed")]
    [InlineData("}(Nu.", "their number is odd")]
    [InlineData("]NNs.", "has no dict to set items in")]
    [InlineData("}(NNs.", "needs 1 values on its stack, and has 0")]
    [InlineData("}Na.", "has no list to append to")]
    [InlineData("h\u0000.", "recalls memo 0, which was never set")]
    [InlineData("j\u00ff\u00ff\u00ff\u00ff.", "recalls memo 4294967295, which was never set")]
    [InlineData("q\u0000.", "needs 1 values on its stack, and has 0")]
    [InlineData("](q\u0000.", "needs 1 values on its stack, and has 0")]
    [InlineData("N(\u0085.", "needs 1 values on its stack, and has 0")]
    [InlineData("NN\u0087.", "needs 3 values on its stack, and has 2")]
    [InlineData("Nt.", "needs a mark")]
    [InlineData(".", "stops with")]
    [InlineData("NN.", "stops with")]
    [InlineData("(N.", "stops with")]
    [InlineData("N.N", "stops with")]
    [InlineData("\u008a\u0009\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001.", "has an integer of 9 bytes, and at most 8 are read")]
    [InlineData("\u008a\u00ff.", "has an integer of 255 bytes")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ff.", "needs 4294967295 more bytes, and 1 are left")]
    [InlineData("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff.", "needs 18446744073709551615 more bytes, and 1 are left")]
    [InlineData("\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff.", "needs 18446744073709551615 more bytes, and 1 are left")]
    [InlineData("X\u0001\0\0\0\u00ff.", "text that is not UTF-8")]
    [InlineData("\u00fa.", "has the byte 0xFA for an opcode")]
    [InlineData("cos", "has a name that doesn't end within 256 bytes")]
    [InlineData("N", "needs 1 more bytes, and 0 are left")]
    public void Load_BrokenPickle_NamesTheRule(string pickle, string rule) => AssertRefused(pickle, rule);

    [Theory]
    [InlineData("", "needs 1 more bytes")]
    [InlineData("}.", "doesn't begin with PROTO")]
    [InlineData("\u0080\u0001}.", "has the pickle protocol 1, and 2 to 5 are read")]
    [InlineData("\u0080\u0006}.", "has the pickle protocol 6, and 2 to 5 are read")]
    public void Load_OtherProtocol_IsRefused(string pickle, string rule)
    {
        var error = Assert.Throws<ModelException>(() => Unpickler.Load(Encoding.Latin1.GetBytes(pickle), "x.bin"));

        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_HiddenCallable_IsRefusedWhereverItLies()
    {
        // Remembered by one opcode, recalled by another, called inside a tensor's arguments.
        AssertRefused("(cos\nsystem\nq\u0007t}X\u0001\0\0\0ah\u0007X\u0004\0\0\0true\u0085Rs.", "refers to 'os.system'");
    }

    [Theory]
    [InlineData("N.", null)]
    [InlineData("\u0088.", true)]
    [InlineData("\u0089.", false)]
    [InlineData("K\u00ff.", 255L)]
    [InlineData("M\u00ff\u00ff.", 65535L)]
    [InlineData("J\u00fe\u00ff\u00ff\u00ff.", -2L)]
    [InlineData("\u008a\u0000.", 0L)]
    [InlineData("\u008a\u0001\u0080.", -128L)]
    [InlineData("\u008a\u0002\u0080\u0000.", 128L)]
    [InlineData("\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.", long.MaxValue)]
    [InlineData("G?\u00f8\0\0\0\0\0\0.", 1.5)]
    [InlineData("X\u0002\0\0\0\u00c3\u00a9.", "é")]
    [InlineData("\u008c\u0002\u00c3\u00a9.", "é")]
    [InlineData("\u008d\u0002\0\0\0\0\0\0\0\u00c3\u00a9.", "é")]
    [InlineData("\u0095\u0002\0\0\0\0\0\0\0N.", null)]
    public void Load_Scalar_IsItself(string pickle, object? expected) => Assert.Equal(expected, Load(pickle));

    [Theory]
    [InlineData(").", new long[0])]
    [InlineData("K\u0001\u0085.", new long[] { 1 })]
    [InlineData("K\u0001K\u0002\u0086.", new long[] { 1, 2 })]
    [InlineData("K\u0001K\u0002K\u0003\u0087.", new long[] { 1, 2, 3 })]
    [InlineData("(K\u0001K\u0002K\u0003K\u0004t.", new long[] { 1, 2, 3, 4 })]
    [InlineData("K\u0001\u0085\u0094ctorch\nSize\nh\u0000\u0085R.", new long[] { 1 })]
    public void Load_Tuple_HasItsItems(string pickle, long[] expected)
    {
        // What the last one leaves below its result is taken along by a tuple.
        var loaded = pickle.Contains("Size", StringComparison.Ordinal) ? ((object?[])Load(pickle[..^1] + "\u0086.")!)[1] : Load(pickle);

        Assert.Equal(expected, Assert.IsType<object?[]>(loaded).Cast<long>());
    }

    [Fact]
    public void Load_ListWithinItself_IsOnlyARef()
    {
        var list = Assert.IsType<List<object?>>(Load("]q\u0000h\u0000a(K\u0001K\u0002e."));

        Assert.Same(list, list[0]);
        Assert.Equal([1L, 2L], list[1..]);
    }

    [Fact]
    public void Load_StateDict_DescribesItsTensors()
    {
        var dict = Assert.IsType<PickleDict>(Unpickler.Load(Valid, "x.bin"));

        Assert.Equal(["a", "b"], dict.Items.Select(item => item.Key));
        var tensor = Assert.IsType<TorchTensor>(dict.Items[1].Value);
        Assert.Equal("1", tensor.Storage.Key);
        Assert.Equal([1, 1, 1, 1], tensor.Shape);
    }

    [Fact]
    public void Load_CutAnywhere_IsRefused()
    {
        for (var length = 0; length < Valid.Length; length++)
        {
            Assert.Throws<ModelException>(() => Unpickler.Load(Valid[..length], "x.bin"));
        }
    }

    [Fact]
    public void Load_MutatedStateDict_LoadsOrRefuses()
    {
        var opcode = Gen.Int[0, Opcodes.Length - 1].Select(i => Opcodes[i]);
        var change = Gen.Select(Gen.Int[0, Valid.Length - 1], Gen.OneOf(opcode, opcode, Gen.Byte, Gen.Byte[0, 30]));
        Gen.Select(change.Array[1, 6], Gen.Int[0, 3], Gen.Int[0, Valid.Length - 1]).Sample(
            (changes, kind, place) =>
            {
                byte[] pickle = kind switch
                {
                    0 => [.. Valid[..place], .. changes.Select(change => change.Item2), .. Valid[place..]],
                    1 => [.. Valid[..place], .. Valid[changes[0].Item1..]],
                    _ => [.. Valid],
                };
                foreach (var (at, value) in kind > 1 ? changes : [])
                {
                    pickle[at] = value;
                }

                try
                {
                    var tensors = StateDict.Tensors(Unpickler.Load(pickle, "x.bin"), "x.bin").Values;
                    return tensors.All(tensor => tensor.Shape.Length == tensor.Strides.Length);
                }
                catch (ModelException)
                {
                    return true;
                }
            },
            iter: 20_000);
    }

    [Theory]
    [InlineData("N", "")] // values piled up
    [InlineData("(", "")] // marks piled up
    [InlineData("]", "")] // lists beside each other
    [InlineData("(]", "")] // both
    [InlineData("N\u0085", "\u0085")] // tuples in tuples, deep
    [InlineData("]q\u0000(h\u0000h\u0000l", "")] // an opcode that would double
    [InlineData("h\u0000h\u0000\u0086q\u0000", "")] // a tuple of itself twice, over and over: 2^n leaves
    [InlineData("r\u0000\u0000\u0000\u0000", "r")] // the memo, filled up
    [InlineData("c", "")]
    [InlineData("X\u00ff\u00ff\u00ff\u007f", "")]
    public void Load_Bombs_StaySmall(string unit, string filler)
    {
        const int Bytes = 6_000_000;
        var pickle = Bomb(unit, filler, Bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<ModelException>(() => Unpickler.Load(pickle, "x.bin"));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000_000);
    }

    [Fact]
    public void Load_DeeplyNestedTuple_IsRead()
    {
        const int Depth = 1_000_000;
        var value = Load("N" + new string('\u0085', Depth) + ".");

        var depth = 0;
        for (; value is object?[] and [var inner]; depth++)
        {
            value = inner;
        }

        Assert.Equal(Depth, depth);
    }

    private static byte[] Bomb(string unit, string filler, int length)
    {
        var pickle = new List<byte>(length + 64) { 0x80, 2 };
        pickle.AddRange(Encoding.Latin1.GetBytes("Nq\u0000"));
        for (var count = 0u; pickle.Count < length; count++)
        {
            pickle.AddRange(Encoding.Latin1.GetBytes(unit));
            if (filler == "r")
            {
                BitConverter.TryWriteBytes(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pickle)[^4..], count);
            }
            else if (filler.Length > 0)
            {
                pickle.AddRange(Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(filler, 1000))));
            }
        }

        return [.. pickle];
    }

    private static object? Load(string afterProtocol) =>
        Unpickler.Load([0x80, 2, .. Encoding.Latin1.GetBytes(afterProtocol)], "pytorch_model.bin");

    private static void AssertRefused(string afterProtocol, string rule)
    {
        var error = Assert.Throws<ModelException>(() => Load(afterProtocol));

        Assert.StartsWith("pytorch_model.bin: data.pkl, byte ", error.Message, StringComparison.Ordinal);
        Assert.Contains(rule, error.Message, StringComparison.Ordinal);
    }
}
