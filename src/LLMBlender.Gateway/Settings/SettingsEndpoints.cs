using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Gateway.Settings;

/// <summary>The API of the settings page. It is the page's own: the OpenAPI document does not contain it.</summary>
internal static class SettingsEndpoints
{
    private const string Path = "/v1/settings";

    /// <summary>Maps the paths.</summary>
    public static IEndpointRouteBuilder MapSettings(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup(Path);
        group.MapGet("", (Delegate)ReadAsync);
        group.MapPut("", (Delegate)WriteAsync);
        group.MapGet("/models", (Delegate)FindModelsAsync);
        group.AddEndpointFilter<ApiErrorFilter>().AddEndpointFilter<SettingsAccess>().ExcludeFromDescription();
        return endpoints;
    }

    private static Task ReadAsync(HttpContext context) =>
        AnswerAsync(context, GatewayJsonContext.Default.SettingsView, static store => Task.FromResult(store.Read()));

    private static Task FindModelsAsync(HttpContext context) =>
        AnswerAsync(context, GatewayJsonContext.Default.FoundBackends, store => store.FindModelsAsync(context.RequestAborted));

    private static async Task WriteAsync(HttpContext context)
    {
        // A form of another site can't have this type.
        if (!context.Request.HasJsonContentType())
        {
            throw new ApiException(ApiError.Invalid(null, "the Content-Type must be application/json"));
        }

        var change = await JsonBody.ReadAsync(context, GatewayJsonContext.Default.SettingsChange);
        await AnswerAsync(context, GatewayJsonContext.Default.SettingsView, store => Task.FromResult(store.Write(change)));
    }

    private static async Task AnswerAsync<T>(HttpContext context, JsonTypeInfo<T> type, Func<ISettingsStore, Task<T>> answer)
    {
        var store = context.RequestServices.GetService<ISettingsStore>() ?? throw new ApiException(
            ApiError.NoSuchPath(Path) with { Code = "settings_off", Message = "this server's settings are not edited over HTTP: 'llmblender serve --settings-page' allows it" });
        try
        {
            var result = await answer(store);
            context.Response.Headers.CacheControl = "no-store";
            await JsonBody.WriteAsync(context, result, type);
        }
        catch (SettingsStoreException e)
        {
            throw new ApiException(ErrorOf(e), e);
        }
    }

    private static ApiError ErrorOf(SettingsStoreException e) => e.Failure switch
    {
        SettingsFailure.Changed => ApiError.Invalid(null, e.Message) with { Status = StatusCodes.Status409Conflict, Code = "settings_changed" },
        SettingsFailure.File => ApiError.Invalid(null, e.Message) with { Status = StatusCodes.Status409Conflict, Code = "settings_file" },
        _ => ApiError.Invalid(e.Key, e.Message),
    };
}
