namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>Ways to install the chart: its values in each.</summary>
internal static class Variants
{
    /// <summary>The SHA-256 of <see cref="Key"/>.</summary>
    public const string KeySha256 = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683";

    /// <summary>A caller's key.</summary>
    public const string Key = "key";

    /// <summary>As little as there can be.</summary>
    public const string Trial = """
        redis: { trial: { enabled: true } }
        allowAnonymous: true
        """;

    /// <summary>Everything secret lies in secrets; panels are configured.</summary>
    public const string Secrets = """
        image: { repository: registry.example.org/ai/llmblender, tag: 0.1.0, pullSecrets: [registry] }
        clusterId: production
        redis: { existingSecret: { name: redis, key: configuration } }
        callers:
          - { name: app, secret: { name: callers, key: app }, requestsPerMinute: 120, spendPerDay: 5.5 }
          - { name: batch, keySha256: "0000000000000000000000000000000000000000000000000000000000000000", tokensPerDay: 1000000 }
        keys:
          OPENAI_API_KEY: { secret: providers, key: openai }
        settings:
          Backends:
            - { Name: cloud, Url: "https://api.example.org/v1", Model: large, KeyVariable: OPENAI_API_KEY, PromptPrice: 0.15, CompletionPrice: 0.6 }
            - { Name: local, Kind: ollama, Url: "http://ollama:11434", Model: llama3.1, MaxConcurrency: 4, AttemptTimeout: "00:02:00" }
          Scorers:
            - { Name: tei, Kind: tei-rerank, Url: "http://tei:8080", KeyVariable: OPENAI_API_KEY, Scale: 2, MaxBatch: 16, Timeout: "00:00:20" }
          Panels:
            - { Name: house, Members: [cloud, local], Quorum: 1, Grace: "00:00:02", HedgeBudget: 0.05, TopK: 2, Ranker: tei, Fuser: cloud }
          Cache: { MemoryEntries: 100000, Expiry: "3.00:00:00" }
          Queue: { MaxTokens: 2000000 }
          Admission: { MaxRequests: 512 }
          Gateway: { MaxRequestBytes: 1048576 }
        logging: { Default: Warning, LLMBlender: Information }
        drain: { seconds: 60, preStopSeconds: 10 }
        """;

    /// <summary>No fusing pods, models from a volume, and more of what Kubernetes knows.</summary>
    public const string Models = """
        redis: { address: "redis.data.svc:6379" }
        allowAnonymous: true
        models: { volume: { persistentVolumeClaim: { claimName: models, readOnly: true } }, mountPath: /models }
        settings: { Fusers: [genfuser-mini, select] }
        fuse: { enabled: false }
        compare:
          replicas: 1
          minReadySeconds: 0
          extraEnv: [{ name: DOTNET_gcServer, value: "0" }]
          extraEnvFrom: [{ configMapRef: { name: more, optional: true } }]
          extraVolumes: [{ name: scratch, emptyDir: {} }]
          extraVolumeMounts: [{ name: scratch, mountPath: /scratch }]
          initContainers: [{ name: fetch, image: "busybox:1.37.0", command: [sh, -c, "true"] }]
          podAnnotations: { example.org/team: ai }
          podLabels: { team: ai }
          priorityClassName: batch
          affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: disk, operator: In, values: [ssd] }] }] } } }
        """;

    /// <summary>Traces are sent, and everything that watches is made.</summary>
    public const string Watched = """
        redis: { address: "redis:6379,connectTimeout=5000" }
        callers: [{ name: app, keySha256: 2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683 }]
        gateway: { dashboard: true }
        monitoring:
          serviceMonitor: { enabled: true, labels: { release: prometheus }, interval: 30s }
          rules: { enabled: true, labels: { release: prometheus } }
          dashboards: { enabled: true, annotations: { grafana_folder: LLMBlender } }
          otlp: { endpoint: "http://127.0.0.1:4317" }
        """;

    private const string Gpus = """
        redis: { address: "redis:6379" }
        allowAnonymous: true
        image: { cudaDigest: "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
        compare:
          replicas: 4
          gpu: { enabled: true, count: 2 }
          nodeSelector: { accelerator: h100 }
          tolerations: [{ key: nvidia.com/gpu, operator: Exists, effect: NoSchedule }]
          strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 25% } }
          spreadWhenUnsatisfiable: DoNotSchedule
        """;

    private const string Autoscaled = """
        redis: { address: "redis:6379" }
        allowAnonymous: true
        gateway: { autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 30 } }
        blend: { autoscaling: { enabled: true } }
        compare: { autoscaling: { enabled: true, targetCPU: 60 } }
        fuse: { autoscaling: { enabled: true } }
        """;

    private const string Queued = """
        redis: { address: "redis:6379" }
        allowAnonymous: true
        compare: { keda: { enabled: true, minReplicas: 1, maxReplicas: 50, queueTokens: 50000 } }
        """;

    private const string Open = """
        redis: { address: "redis:6379" }
        callers: [{ name: app, keySha256: 2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683 }]
        service: { type: LoadBalancer, port: 8000, annotations: { example.org/internal: "true" } }
        ingress:
          enabled: true
          className: nginx
          annotations: { nginx.ingress.kubernetes.io/proxy-buffering: "off" }
          paths: [/]
          hosts: [llmblender.example.org, "*.blend.example.org"]
          tlsSecret: certificate
        """;

    private const string Closed = """
        redis: { trial: { enabled: true, maxMemory: 64mb } }
        callers: [{ name: app, keySha256: 2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683 }]
        networkPolicy:
          from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ingress } } }]
          metricsFrom: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: monitoring } } }]
          clients: [{ podSelector: { matchLabels: { llmblender/client: "true" } } }]
          egress:
            enabled: true
            backends: [{ ipBlock: { cidr: 0.0.0.0/0, except: [169.254.169.254/32] } }]
            redis: [{ ipBlock: { cidr: 10.0.0.0/8 } }]
            telemetry: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: telemetry } } }]
        """;

    private const string Fronted = """
        redis: { address: "redis:6379" }
        callers: [{ name: app, keySha256: 2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683 }]
        networkPolicy:
          from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ingress } } }]
        """;

    private const string Paged = """
        redis: { address: "redis:6379" }
        callers: [{ name: app, keySha256: 2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683 }]
        ingress: { enabled: true, page: true, hosts: [llmblender.example.org] }
        """;

    private const string Bare = """
        nameOverride: blender
        fullnameOverride: house
        commonLabels: { team: ai }
        redis: { address: "redis:6379" }
        allowAnonymous: true
        networkPolicy: { enabled: false }
        serviceAccount: { create: false, name: shared }
        gateway: { replicas: 1, spread: false, disruptionBudget: { enabled: false } }
        blend: { replicas: 1, spread: false, disruptionBudget: { enabled: false } }
        compare: { replicas: 1, spread: false, disruptionBudget: { enabled: false } }
        fuse: { replicas: 1, spread: false, disruptionBudget: { enabled: false } }
        drain: { preStopSeconds: 0 }
        """;

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        [nameof(Trial)] = Trial,
        [nameof(Secrets)] = Secrets,
        [nameof(Models)] = Models,
        [nameof(Watched)] = Watched,
        [nameof(Gpus)] = Gpus,
        [nameof(Autoscaled)] = Autoscaled,
        [nameof(Queued)] = Queued,
        [nameof(Open)] = Open,
        [nameof(Closed)] = Closed,
        [nameof(Fronted)] = Fronted,
        [nameof(Paged)] = Paged,
        [nameof(Bare)] = Bare,
    };

    /// <summary>Their names.</summary>
    public static TheoryData<string> Names => [.. All.Keys];
}
