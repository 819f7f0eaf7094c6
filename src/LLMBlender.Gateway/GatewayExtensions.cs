using LLMBlender.Abstractions;
using LLMBlender.Gateway.Anthropic;
using LLMBlender.Gateway.Authentication;
using LLMBlender.Gateway.Caching;
using LLMBlender.Gateway.Documentation;
using LLMBlender.Gateway.Mcp;
using LLMBlender.Gateway.OpenAI;
using LLMBlender.Gateway.Pages;
using LLMBlender.Gateway.RateLimiting;
using LLMBlender.Gateway.Recording;
using LLMBlender.Gateway.Records;
using LLMBlender.Gateway.Verifying;
using LLMBlender.Gateway.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using StackExchange.Redis;

namespace LLMBlender.Gateway;

/// <summary>Adds the gateway for an <see cref="IBlender"/> to a web application.</summary>
public static class GatewayExtensions
{
    /// <summary>The path of Orleans' dashboard, in processes with that role. It requires a key like the API.</summary>
    public const string DashboardPath = "/dashboard";

    /// <summary>Adds the gateway's services. Its options are bound to <see cref="GatewayOptions.Section"/> and validated on start.</summary>
    public static WebApplicationBuilder AddLLMBlenderGateway(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<GatewayOptions>()
            .BindConfiguration(GatewayOptions.Section, static binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>(static (server, gateway) =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = gateway.Value.MaxRequestBytes;
        });
        services.AddSingleton<PanelDirectory>();
        AddAuthentication(services);
        services.AddApiDocument();
        services.AddMcpOverHttp();
        return builder;
    }

    /// <summary>Maps every path of the gateway. Each requires a key unless it allows anonymous requests.</summary>
    public static WebApplication MapLLMBlenderGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<RequestLogMiddleware>();
        app.UseStatusCodePages(static pages => WriteStatusAsync(pages.HttpContext));
        app.Use(RefuseInvalidChunksAsync);
        app.UseLLMBlenderAuthentication();
        app.MapRecords();
        app.MapRerank();
        app.MapFeedback();
        app.MapVerify();
        app.MapOpenAI();
        app.MapAnthropic();
        app.MapMcpOverHttp();
        app.MapStatus();
        app.MapSettings();
        app.MapApiDocument();
        app.MapPages();
        return app;
    }

    /// <summary>Requires a key on every endpoint that does not allow anonymous requests, and enforces callers' limits.</summary>
    public static WebApplication UseLLMBlenderAuthentication(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Lifetime.ApplicationStarted.Register(() => app.Services.GetRequiredService<CallerMetrics>().InitializeCounters());
        app.Lifetime.ApplicationStarted.Register(() => app.Services.GetRequiredService<AnswerCacheMetrics>().InitializeCounters());
        app.Lifetime.ApplicationStarted.Register(() => app.Services.GetRequiredService<TrafficMetrics>().InitializeCounters());
        app.Lifetime.ApplicationStarted.Register(() => app.Services.GetRequiredService<VerifyMetrics>().InitializeCounters());
        app.Use(static next => context =>
        {
            SecurityHeaders.AddTo(context);
            return next(context);
        });
        app.UseWhen(
            static context => context.RequestServices.GetRequiredService<IOptions<GatewayOptions>>().Value.AllowedOrigins.Length > 0,
            static branch => branch.UseCors());
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<CallerLimitMiddleware>();
        return app;
    }

    /// <summary>Refuses a request with 503 because the server has no room for it at the moment, in the format of the API that it is for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="message">The human-readable reason.</param>
    public static Task WriteOverloadedAsync(HttpContext context, string message)
    {
        ArgumentNullException.ThrowIfNull(context);
        return ApiError.Overloaded(message).WriteAsync(context);
    }

    // Of the routes that read their bodies themselves.
    private static async Task RefuseInvalidChunksAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (IOException e) when (JsonBody.IsChunkSize(e) && !context.Response.HasStarted)
        {
            await JsonBody.InvalidChunkSize.WriteAsync(context);
        }
    }

    /// <summary>Whether a request is for Orleans' dashboard.</summary>
    internal static bool IsDashboard(HttpRequest request) => request.Path.StartsWithSegments(DashboardPath);

    // Responses without a body: unknown paths, and methods that a path does not have.
    private static Task WriteStatusAsync(HttpContext context)
    {
        var error = context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => ApiError.NoSuchPath(context.Request.Path),
            StatusCodes.Status405MethodNotAllowed => ApiError.NoSuchMethod(context.Request.Method, context.Request.Path),
            _ => null,
        };
        return error is null || HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : error.WriteAsync(context);
    }

    private static void AddAuthentication(IServiceCollection services)
    {
        services.AddSingleton<CallerMetrics>();
        services.AddSingleton<CallerRegistry>();
        services.AddSingleton<KeyGuesses>();
        if (services.Any(static service => service.ServiceType == typeof(IConnectionMultiplexer)))
        {
            services.TryAddSingleton<ISharedCounter, RedisCounter>();
            services.TryAddSingleton<IResponseStore, RedisResponseStore>();
            services.TryAddSingleton<IAnswerStore, RedisAnswerStore>();
        }

        services.TryAddSingleton<IResponseStore, MemoryResponseStore>();
        services.TryAddSingleton<IAnswerStore, MemoryAnswerStore>();
        services.TryAddSingleton<ISeal, Checksum>();
        services.AddSerializer();
        services.AddSingleton<SealedAnswer>();
        services.AddSingleton<AnswerCacheMetrics>();
        services.AddSingleton<VerifyMetrics>();
        services.AddSingleton<AnswerCache>();
        services.AddSingleton<TrafficMetrics>();
        services.AddSingleton<TrafficLog>();
        services.AddHostedService(static provider => provider.GetRequiredService<TrafficLog>());

        services.AddAuthentication(ApiKeyAuthenticationHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthenticationHandler>(ApiKeyAuthenticationHandler.SchemeName, null);
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<GatewayOptions>>(static (cors, gateway) => cors.AddDefaultPolicy(policy => policy
            .SetIsOriginAllowed(gateway.Value.Allows).WithMethods("GET", "POST").AllowAnyHeader().WithExposedHeaders(["Retry-After", WarningHeader.Name, RequestLogMiddleware.Header, .. AnswerFacts.Names])));
    }
}
