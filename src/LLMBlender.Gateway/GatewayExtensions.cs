using LLMBlender.Abstractions;
using LLMBlender.Gateway.Blending;
using LLMBlender.Gateway.Callers;
using LLMBlender.Gateway.Documentation;
using LLMBlender.Gateway.OpenAI;
using LLMBlender.Gateway.Pages;
using LLMBlender.Gateway.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StackExchange.Redis;

namespace LLMBlender.Gateway;

/// <summary>Makes a web application the gateway of a cluster that <see cref="IBlender"/> asks.</summary>
public static class GatewayExtensions
{
    /// <summary>Where Orleans' dashboard is, in processes that have the role; behind the same door as the API.</summary>
    public const string DashboardPath = "/dashboard";

    /// <summary>Adds what the gateway is made of.</summary>
    /// <exception cref="ArgumentException">A setting breaks a rule.</exception>
    public static WebApplicationBuilder AddLLMBlenderGateway(this WebApplicationBuilder builder, GatewaySettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        settings.Check("LLMBlender:Gateway");
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = settings.MaxRequestBytes;
        });
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<CallerMetrics>();
        builder.Services.AddSingleton<CallerGate>();
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(settings.AllowedOrigins).WithMethods("GET", "POST").AllowAnyHeader().WithExposedHeaders("Retry-After")));
        if (builder.Services.Any(static service => service.ServiceType == typeof(IConnectionMultiplexer)))
        {
            builder.Services.TryAddSingleton<ISharedCounter, RedisCounter>();
        }

        builder.Services.AddSingleton<PanelDirectory>();
        return builder;
    }

    /// <summary>Maps every path of the gateway, behind its door.</summary>
    public static WebApplication MapLLMBlenderGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseCallerGate();
        app.MapBlending();
        app.MapRerank();
        app.MapOpenAI();
        app.MapStatus();
        app.MapDescription();
        app.MapPages();
        return app;
    }

    /// <summary>Puts the gateway's door before whatever is mapped.</summary>
    public static WebApplication UseCallerGate(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.Services.GetRequiredService<GatewaySettings>().AllowedOrigins.Length > 0)
        {
            app.UseCors();
        }

        var gate = app.Services.GetRequiredService<CallerGate>();
        app.Lifetime.ApplicationStarted.Register(app.Services.GetRequiredService<CallerMetrics>().SayZero);
        app.Use(next => context =>
        {
            SecurityHeaders.AddTo(context);
            return gate.PassAsync(context, next);
        });
        return app;
    }
}
