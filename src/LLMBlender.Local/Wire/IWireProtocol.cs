using System.Net.Http.Headers;
using System.Text.Json;

namespace LLMBlender.Local.Wire;

/// <summary>The format of a kind of model server. Safe for concurrent use.</summary>
internal interface IWireProtocol
{
    /// <summary>The address of chat requests.</summary>
    Uri Endpoint { get; }

    /// <summary>Adds the headers of a request, including the key.</summary>
    void AddHeaders(HttpRequestHeaders headers, WireRequest request);

    /// <summary>Writes a request's body.</summary>
    byte[] Write(WireRequest request);

    /// <summary>Creates the reader of an answer.</summary>
    IAnswerReader CreateReader(AnswerAssembler answer);
}

/// <summary>Reads an answer's frames into an assembler. Used by one answer.</summary>
internal interface IAnswerReader
{
    /// <summary>Reads a frame that contains no error. What is not known is ignored.</summary>
    /// <param name="root">The frame's JSON.</param>
    void Read(JsonElement root);
}
