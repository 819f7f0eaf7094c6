namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>
/// The subset of Python's pickle machine that <c>torch.save</c> uses for a state dict: it builds strings, numbers, tuples, lists, dicts and
/// descriptions of tensors, and calls nothing.
/// </summary>
/// <remarks>
/// Any other opcode and any name not in <see cref="TorchName"/> is rejected. Work is linear in the number of bytes; values, marks and memo
/// are bounded; there is no recursion, so nesting depth is not limited by the stack.
/// </remarks>
internal sealed class Unpickler
{
    /// <summary>Sufficient for about 90,000 tensors.</summary>
    private const int MostOpcodes = 1 << 22;

    private const int MostMemos = 1 << 20;

    private readonly PickleBytes source;
    private readonly PickleStack stack;
    private readonly Dictionary<uint, object?> memo = [];

    private Unpickler(byte[] pickle, string file)
    {
        source = new PickleBytes(pickle, file);
        stack = new PickleStack(source);
    }

    /// <summary>Evaluates a pickle.</summary>
    /// <param name="pickle">Protocol 2 to 5.</param>
    /// <param name="file">The source file, for error messages.</param>
    /// <returns>
    /// Null, bool, long, double, string, <see cref="object"/>[] for a tuple, <see cref="List{T}"/> for a list,
    /// <see cref="PickleDict"/>, <see cref="TorchName"/>, <see cref="TorchStorage"/> or <see cref="TorchTensor"/>.
    /// </returns>
    /// <exception cref="ModelException">It is malformed, or contains anything else.</exception>
    public static object? Load(byte[] pickle, string file) => new Unpickler(pickle, file).Run();

    private object? Run()
    {
        ReadProtocol();
        for (var steps = 1; ; steps++)
        {
            var opcode = (PickleOpcode)source.Byte();
            if (opcode is PickleOpcode.STOP)
            {
                return Result();
            }

            if (steps > MostOpcodes)
            {
                throw source.Refuse($"has more than {MostOpcodes} opcodes, and no checkpoint does");
            }

            Step(opcode);
        }
    }

    private void ReadProtocol()
    {
        if ((PickleOpcode)source.Byte() is not PickleOpcode.PROTO)
        {
            throw source.Refuse("doesn't begin with PROTO, as torch.save does");
        }

        if (source.Byte() is var version and not (>= 2 and <= 5))
        {
            throw source.Refuse($"has the pickle protocol {version}, and 2 to 5 are read");
        }
    }

    private object? Result()
    {
        if (!source.AtEnd || stack.HasMarks || stack.Count != 1)
        {
            throw source.Refuse("stops with bytes, marks or values left over");
        }

        return stack.Pop();
    }

    private void Step(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.NONE: stack.Push(null); break;
            case PickleOpcode.NEWTRUE: stack.Push(true); break;
            case PickleOpcode.NEWFALSE: stack.Push(false); break;
            case PickleOpcode.BININT: stack.Push((long)source.Int32()); break;
            case PickleOpcode.BININT1: stack.Push((long)source.Byte()); break;
            case PickleOpcode.BININT2: stack.Push((long)source.UInt16()); break;
            case PickleOpcode.LONG1: stack.Push(source.Long(source.Byte())); break;
            case PickleOpcode.BINFLOAT: stack.Push(source.Double()); break;
            case PickleOpcode.SHORT_BINUNICODE: stack.Push(source.Text(source.Byte())); break;
            case PickleOpcode.BINUNICODE: stack.Push(source.Text(source.UInt32())); break;
            case PickleOpcode.BINUNICODE8: stack.Push(source.Text(source.UInt64())); break;
            case PickleOpcode.MARK: stack.Mark(); break;
            case PickleOpcode.EMPTY_TUPLE: stack.Push(Array.Empty<object?>()); break;
            case PickleOpcode.TUPLE: stack.Push(stack.PopToMark()); break;
            case PickleOpcode.TUPLE1: stack.Push(stack.Pop(1)); break;
            case PickleOpcode.TUPLE2: stack.Push(stack.Pop(2)); break;
            case PickleOpcode.TUPLE3: stack.Push(stack.Pop(3)); break;
            case PickleOpcode.EMPTY_LIST: stack.Push(new List<object?>()); break;
            case PickleOpcode.APPEND: Append(stack.Pop(1)); break;
            case PickleOpcode.APPENDS: Append(stack.PopToMark()); break;
            case PickleOpcode.EMPTY_DICT: stack.Push(new PickleDict()); break;
            case PickleOpcode.SETITEM: SetItems(stack.Pop(2)); break;
            case PickleOpcode.SETITEMS: SetItems(stack.PopToMark()); break;
            case PickleOpcode.BINPUT: Memoize(source.Byte()); break;
            case PickleOpcode.LONG_BINPUT: Memoize(source.UInt32()); break;
            case PickleOpcode.MEMOIZE: Memoize((uint)memo.Count); break;
            case PickleOpcode.BINGET: Recall(source.Byte()); break;
            case PickleOpcode.LONG_BINGET: Recall(source.UInt32()); break;
            case PickleOpcode.GLOBAL: Refer(source.Line(), source.Line()); break;
            case PickleOpcode.STACK_GLOBAL: ReferFromStack(); break;
            case PickleOpcode.BINPERSID: stack.Push(TorchObjects.Storage(stack.Pop(), source)); break;
            case PickleOpcode.REDUCE: Reduce(); break;
            case PickleOpcode.BUILD: Build(); break;
            case PickleOpcode.FRAME: source.CheckFrame(source.UInt64()); break;
            default: throw Unknown(opcode);
        }
    }

    private void Append(object?[] values) => stack.Peek<List<object?>>("list to append to").AddRange(values);

    private void SetItems(object?[] keysAndValues)
    {
        if (keysAndValues.Length % 2 != 0)
        {
            throw source.Refuse("sets a dict's keys and values, and their number is odd");
        }

        var items = stack.Peek<PickleDict>("dict to set items in").Items;
        for (var i = 0; i < keysAndValues.Length; i += 2)
        {
            items.Add(new(keysAndValues[i], keysAndValues[i + 1]));
        }
    }

    private void Memoize(uint index)
    {
        memo[index] = stack.Peek();
        if (memo.Count > MostMemos)
        {
            throw source.Refuse($"remembers more than {MostMemos} values, and no checkpoint does");
        }
    }

    private void Recall(uint index) => stack.Push(
        memo.TryGetValue(index, out var value) ? value : throw source.Refuse(
            $"recalls memo {index}, which was never set"));

    private void ReferFromStack()
    {
        var name = stack.Pop<string>("name to refer to");
        Refer(stack.Pop<string>("module to refer to"), name);
    }

    private void Refer(string module, string name)
    {
        var global = new TorchName(module, name);
        stack.Push(global.IsAllowed ? global : throw source.Refuse(
            $"refers to {global}, and only tensor-building names are allowed"));
    }

    private void Reduce()
    {
        var arguments = stack.Pop<object?[]>("tuple of arguments");
        var callee = stack.Pop<TorchName>("tensor-building name to call");
        stack.Push(TorchObjects.Call(callee, arguments, source));
    }

    /// <summary>
    /// The state of an OrderedDict of modules is the attribute <c>_metadata</c>, with layer versions; no other object has a state.
    /// </summary>
    private void Build()
    {
        var state = stack.Pop();
        if (stack.Peek() is not PickleDict || state is not PickleDict { Items: [{ Key: "_metadata" }] })
        {
            throw source.Refuse("sets the state of an object, and only an OrderedDict's '_metadata' is allowed");
        }
    }

    private ModelException Unknown(PickleOpcode opcode) => source.Refuse(
        Enum.IsDefined(opcode)
            ? $"has the opcode {opcode}, and only tensor-building opcodes are allowed"
            : $"has the byte 0x{(byte)opcode:X2} for an opcode, and there is none of that number");
}
