using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>A level in a parameter's dotted name that holds modules and computes nothing.</summary>
internal sealed class Group : nn.Module
{
    public Group(params (string Name, nn.Module Module)[] children)
        : base(nameof(Group))
    {
        foreach (var (name, module) in children)
        {
            register_module(name, module);
        }
    }
}
