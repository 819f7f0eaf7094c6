using System.Text;
using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>Assembles an answer's tool calls from their parts. Used by one answer.</summary>
internal sealed class ToolCallAssembler
{
    private readonly List<Call> calls = [];
    private readonly HashSet<string> ids = new(StringComparer.Ordinal);
    private int begun;

    /// <summary>Adds a part of a call: to the call with its index or id, or to the last one.</summary>
    /// <returns>The part of the call as the caller gets it; null until the tool's name is known.</returns>
    public ToolCallPart? Add(long? index, string? id, string? name, string? arguments, IEnumerable<JsonProperty> fields)
    {
        var call = Find(index, id, name) ?? Begin(index);
        call.Id = string.IsNullOrEmpty(call.Id) ? id : call.Id;
        call.Name = string.IsNullOrEmpty(call.Name) ? name : call.Name;
        call.Arguments.Append(arguments);
        var isNew = false;
        foreach (var field in fields.Where(static field => field.Value.IsValidText()))
        {
            call.Fields[field.Name] = field.Value;
            isNew = true;
        }

        return string.IsNullOrEmpty(call.Name) ? null : Next(call, arguments ?? "") with { Fields = isNew ? Extra(call) : null };
    }

    /// <summary>Returns the calls. A call without an id, or with another call's, gets a new one; no arguments are <c>{}</c>.</summary>
    public IReadOnlyList<FunctionCallContent> Complete() =>
    [
        .. calls.Where(static call => !string.IsNullOrEmpty(call.Name)).OrderBy(static call => call.Place).Select(call =>
        {
            var arguments = SurrogateJoiner.Valid(call.Arguments.ToString());
            return WireToolCall.Create(
                call.GivenId!, SurrogateJoiner.Valid(call.Name!), new WireToolCall(string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments, Extra(call)));
        }),
    ];

    private ToolCallPart Next(Call call, string arguments)
    {
        if (call.GivenId is not null)
        {
            return new ToolCallPart(call.Place, null, null, call.Next(arguments));
        }

        call.GivenId = call.Id is { Length: > 0 } known && ids.Add(known) ? SurrogateJoiner.Valid(known) : $"call_{Guid.NewGuid():N}";
        call.Place = begun++;
        return new ToolCallPart(call.Place, call.GivenId, SurrogateJoiner.Valid(call.Name!), call.Next(call.Arguments.ToString()));
    }

    private Call? Find(long? index, string? id, string? name)
    {
        var isNew = !string.IsNullOrEmpty(id) && !string.IsNullOrEmpty(name);
        if (index is not null)
        {
            // Gemini gives index 0 to each of several calls, which differ by their ids.
            var known = calls.FindLast(call => call.Index == index);
            return known is not null && isNew && known.Id is { Length: > 0 } && known.Id != id ? null : known;
        }

        return string.IsNullOrEmpty(id)
            ? string.IsNullOrEmpty(name) ? calls.LastOrDefault() : null
            : calls.Find(call => call.Id == id && !isNew);
    }

    private Call Begin(long? index)
    {
        var call = new Call { Index = index };
        calls.Add(call);
        return call;
    }

    private static string? Extra(Call call) => call.Fields.Count == 0 ? null : JsonSerializer.Serialize(call.Fields, JsonOptions);

    private static readonly JsonSerializerOptions JsonOptions = new() { Encoder = JsonText.WriterOptions.Encoder };

    private sealed class Call
    {
        public long? Index { get; init; }

        public string? Id { get; set; }

        public string? Name { get; set; }

        /// <summary>The id that the caller gets; null until the tool's name is known.</summary>
        public string? GivenId { get; set; }

        /// <summary>The index that the caller gets.</summary>
        public int Place { get; set; }

        public StringBuilder Arguments { get; } = new();

        public Dictionary<string, JsonElement> Fields { get; } = [];

        private SurrogateJoiner joiner;

        public string Next(string arguments) => joiner.Next(arguments);
    }
}
