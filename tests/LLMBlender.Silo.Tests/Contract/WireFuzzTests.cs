using System.Collections;
using System.Reflection;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Local;
using LLMBlender.Silo.Models;
using LLMBlender.TestKit.Fuzzing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace LLMBlender.Silo.Tests.Contract;

/// <summary>
/// Changed bytes of every message between processes, as whoever reaches a port without TLS can send them: Orleans' serializer reads them or throws, in
/// bounded memory and depth, and makes no type that is not a message.
/// </summary>
public sealed class WireFuzzTests
{
    private const long MaxAllocated = 64 * 1024 * 1024;

    private static readonly Assembly[] Assemblies =
        [typeof(IBlender).Assembly, typeof(Blender).Assembly, typeof(LocalBlender).Assembly, typeof(SiloModels).Assembly];

    [Fact]
    public void Deserialize_ChangedMessage_ReadsOrThrowsInBoundedMemory()
    {
        using var services = new ServiceCollection().AddSerializer(static serializer =>
        {
            foreach (var assembly in Assemblies)
            {
                serializer.AddAssembly(assembly);
            }
        }).BuildServiceProvider();
        var serializer = services.GetRequiredService<Serializer>();
        var messages = Assemblies.SelectMany(static assembly => assembly.GetTypes())
            .Where(static type => type.GetCustomAttribute<GenerateSerializerAttribute>() is not null && type.Namespace!.StartsWith(nameof(LLMBlender), StringComparison.Ordinal))
            .Where(static type => type is { IsEnum: false, IsAbstract: false, ContainsGenericParameters: false } && !typeof(Exception).IsAssignableFrom(type))
            .Select(static type => Sample(type, 4)!)
            .ToArray();
        Assert.True(messages.Length > 40, $"{messages.Length} messages");
        var valid = Array.ConvertAll(messages, message => serializer.SerializeToArray<object>(message));
        var (mutator, read, refused, count) = (new Mutator(Fuzz.Seed), 0, 0, Fuzz.Count(30_000));
        for (var i = 0; i < count; i++)
        {
            var bytes = mutator.Bytes(mutator.Pick(valid));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var message = serializer.Deserialize<object>(bytes);
                read++;
                Assert.True(message is null || IsExpected(message.GetType()), $"{message!.GetType()} of {Convert.ToBase64String(bytes)}");
            }
            catch (Exception e) when (e is not (OutOfMemoryException or Xunit.Sdk.XunitException))
            {
                refused++;
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MaxAllocated, $"{allocated} bytes for {Convert.ToBase64String(bytes)}");
        }

        Assert.True(read > count / 20 && refused > count / 20, $"{read} read, {refused} refused");
    }

    // Messages, and the values that messages consist of.
    private static bool IsExpected(Type type) => Assemblies.Contains(type.Assembly) || type.IsPrimitive || type.IsArray || type.IsGenericType
        || type.Namespace is "System" or "System.Collections.Generic" or "System.Net" || type.Namespace!.StartsWith("Orleans", StringComparison.Ordinal);

    private static object? Sample(Type type, int depth)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return "text";
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).GetValue(0);
        }

        if (type.IsArray)
        {
            var array = Array.CreateInstance(type.GetElementType()!, new int[type.GetArrayRank()].Select(_ => depth > 0 ? 2 : 0).ToArray());
            if (array.Rank == 1)
            {
                for (var i = 0; i < array.Length; i++)
                {
                    array.SetValue(Sample(type.GetElementType()!, depth - 1), i);
                }
            }

            return array;
        }

        if (type.IsPrimitive || type.Namespace!.StartsWith(nameof(System), StringComparison.Ordinal) || type.Namespace.StartsWith("Orleans", StringComparison.Ordinal))
        {
            return typeof(IEnumerable).IsAssignableFrom(type) || !type.IsValueType ? null : Activator.CreateInstance(type);
        }

        if (depth == 0 && !type.IsValueType)
        {
            return null;
        }

        return Fill(type, depth);
    }

    private static object Fill(Type type, int depth)
    {
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .Where(constructor => !(constructor.GetParameters() is [{ } only] && only.ParameterType == type))
            .MaxBy(static constructor => constructor.GetParameters().Length);
        var sample = constructor is null
            ? Activator.CreateInstance(type)!
            : constructor.Invoke([.. constructor.GetParameters().Select(parameter => Sample(parameter.ParameterType, depth - 1))]);
        foreach (var property in type.GetProperties().Where(static property => property.GetCustomAttribute<IdAttribute>() is not null && property.CanWrite))
        {
            property.SetValue(sample, Sample(property.PropertyType, depth - 1));
        }

        return sample;
    }
}
