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
        clusterKeySecret: { name: cluster, key: secret }
        clusterTls: { secret: cluster-tls }
        callers:
          - { name: app, secret: { name: callers, key: app }, requestsPerMinute: 120, maxConcurrency: 16, spendPerDay: 5.5 }
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
          AcceleratorMemory: 20480
          Admission: { MaxRequests: 512 }
          Gateway: { MaxRequestBytes: 1048576, MaxCachedBytes: 1048576, Recording: { Folder: /var/lib/traffic, MaxFileBytes: 1048576, MaxBytes: 10485760 } }
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
        ports: { grains: 30000 }
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

    // Each value that the other variants leave alone. A sidecar has the security context that restricted namespaces ask for.
    private const string Everything = """
        redis: { address: "node-0.redis:6379,node-1.redis:6379", user: llmblender, tls: true, passwordSecret: { name: redis, key: redis-password } }
        callers: [{ name: app, keySha256: 2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683 }]
        global: { imageRegistry: registry.example.org, imagePullSecrets: [{ name: global }, registry] }
        image: { pullSecrets: [registry] }
        ca: { configMap: company-ca }
        logFormat: json
        common:
          annotations: { reloader.stakater.com/auto: "true" }
          podAnnotations: { example.org/common: "true" }
          nodeSelector: { disk: ssd }
          tolerations: [{ key: shared, operator: Exists }]
          topologySpreadConstraints: [{ maxSkew: 2, topologyKey: example.org/rack, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { app.kubernetes.io/name: llmblender } } }]
          priorityClassName: shared
          schedulerName: other
          dnsPolicy: ClusterFirst
          dnsConfig: { options: [{ name: ndots, value: "2" }] }
          hostAliases: [{ ip: 10.0.0.1, hostnames: [vllm] }]
          progressDeadlineSeconds: 900
          extraEnv: [{ name: DOTNET_EnableDiagnostics, value: "1" }]
          extraContainers:
            - name: proxy
              image: proxy:1
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
        gateway:
          priorityClassName: gateways
          nodeSelector: { pool: gateways }
          tolerations: [{ key: gateways, operator: Exists }]
          extraArgs: [--silo-listen-port=11111]
          lifecycle: { preStop: { sleep: { seconds: 15 } } }
          autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 4, targetMemory: 80, behavior: { scaleUp: { stabilizationWindowSeconds: 0 } }, metrics: [{ type: ContainerResource, containerResource: { name: cpu, container: llmblender, target: { type: Utilization, averageUtilization: 60 } } }] }
          disruptionBudget: { minAvailable: 50% }
        compare:
          keda: { enabled: true, minReplicas: 0, maxReplicas: 8, behavior: { scaleUp: { stabilizationWindowSeconds: 0 } }, authenticationRef: { name: prometheus }, triggers: [{ type: cron, metadata: { timezone: UTC, start: "0 8 * * *", end: "0 18 * * *", desiredReplicas: "2" } }] }
        models:
          volume: { emptyDir: {} }
          pull: [{ repository: llm-blender/PairRM-hf, name: pairrm, precision: int8 }]
          pullToken: { name: hub, key: token }
        service: { type: LoadBalancer, nodePort: 30080, labels: { team: ai }, loadBalancerClass: example.org/nlb, loadBalancerSourceRanges: [10.0.0.0/8], externalTrafficPolicy: Local, trafficDistribution: PreferClose }
        ingress: { enabled: true, hosts: [llmblender.example.org], tls: [{ secretName: other, hosts: [llmblender.example.org] }], labels: { team: ai } }
        httpRoute:
          enabled: true
          parentRefs: [{ name: public, namespace: gateways }]
          hostnames: [llmblender.example.org]
          filters: [{ type: RequestHeaderModifier, requestHeaderModifier: { remove: [x-internal] } }]
          timeouts: { request: 100s }
          labels: { team: ai }
          annotations: { example.org/owner: ai }
        extraObjects:
          - { apiVersion: v1, kind: ConfigMap, metadata: { name: "{{ .Release.Name }}-extra" }, data: { key: value } }
        monitoring:
          serviceMonitor: { enabled: true, namespace: monitoring, scrapeTimeout: 10s, relabelings: [{ targetLabel: cluster, replacement: eu }], metricRelabelings: [{ sourceLabels: [__name__], regex: orleans_.*, action: drop }] }
          rules: { enabled: true, runbookUrl: "https://docs.example.org/llmblender/METRICS.html" }
          otlp: { endpoint: "http://collector:4318", protocol: http/protobuf, logs: false, sampleRatio: 0.05, headersSecret: { name: collector, key: headers } }
        """;

    private const string Detailed = """
        redis:
          trial: { enabled: true, image: "mirror.example.org/redis:7.4.2", resources: { requests: { cpu: 20m, memory: 32Mi }, limits: { memory: 128Mi } } }
        allowAnonymous: true
        image: { pullPolicy: Always }
        containerSecurityContext: { privileged: false }
        serviceAccount: { annotations: { example.org/identity: blend } }
        ports: { http: 9080, silo: 11112, grains: 30001 }
        probes:
          startup: { periodSeconds: 5, failureThreshold: 200 }
          liveness: { periodSeconds: 20, timeoutSeconds: 10, failureThreshold: 3 }
          readiness: { periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 }
        gateway: { disruptionBudget: { maxUnavailable: 25%, unhealthyPodEvictionPolicy: IfHealthyBudget } }
        compare:
          gpu: { enabled: true, resource: amd.com/gpu, count: 2 }
          keda:
            enabled: true
            pollingInterval: 30
            cooldownPeriod: 600
            query: sum(my_queue)
            fallback: { failureThreshold: 5, replicas: 3, behavior: "" }
            authenticationRef: { name: prometheus, kind: ClusterTriggerAuthentication }
        httpRoute: { enabled: true, parentRefs: [{ name: public }], paths: [/v1] }
        monitoring:
          dashboards: { enabled: true, labels: { grafana: "true" } }
          otlp: { endpoint: "http://collector:4317", traces: false }
        settings:
          Discover: false
          LiteLLM: /etc/litellm/config.yaml
          Gateway: { AllowedHosts: [llmblender.example.org], AllowedOrigins: ["https://app.example.org"] }
          Admission: { RetryAfter: "00:00:02" }
          Cache: { ReadTimeout: "00:00:00.2", WriteTimeout: "00:00:02", ShortestRest: "00:00:01", LongestRest: "00:00:30", MaxPendingWrites: 10000 }
          Backends:
            - Name: full
              Url: http://vllm:8000/v1
              Model: large
              KeyFile: /etc/keys/full
              Temperature: 0.7
              MaxTokens: 512
              MaxWaiting: 100
              RequestsPerMinute: 600
              Attempts: 3
              ConnectTimeout: "00:00:05"
              RetryDelay: "00:00:01"
              LongestRetryAfter: "00:00:10"
              BreakerCalls: 20
              BreakTime: "00:00:30"
              MaxAnswerBytes: 1048576
              IdleTimeout: "00:00:20"
              Sees: true
              DroppedFields: [seed]
              TokenLimitField: max_completion_tokens
            - { Name: azure, Kind: azure, Url: "https://example.org", Model: large, ApiVersion: 2024-10-21 }
          Scorers:
            - { Name: scorer, Kind: vllm-classify, Url: "http://vllm:8000", Model: reward, KeyFile: /etc/keys/full, Scores: logit, Label: good, MaxConcurrency: 8, Attempts: 2, MaxAnswerBytes: 65536 }
          Panels:
            - Name: full
              Description: one member, with every option
              Members: [full]
              Passes: [tools]
              MemberTimeout: "00:00:30"
              TimeShare: 0.8
              HedgeAfter: "00:00:03"
              Ranker: reward-minilm
              Prior: scorer
              Aggregate: adaptive-best
              Strict: true
              KeepsMember: true
            - { Name: recorded, Records: /etc/records/panel.jsonl }
            - { Name: staged, Stages: [[full, azure], [full]], Risk: 0.1, Calibration: /etc/calibration/staged.json }
            - { Name: routed, Members: [full, azure], Route: /etc/calibration/routed.json, Record: true, Shadow: pairrm }
            - { Name: priced, Members: [full, azure], StageOrder: price, Confidence: 0.9, Cache: "01:00:00", CacheShared: true, CacheSampled: true, CacheOnRequest: true }
            - { Name: alike, Members: [full], Samples: 4, Agree: 2 }
            - { Name: outer, Members: ["open:fast", full] }
            - Name: prompted
              Members: [full, azure]
              Ranker: full
              Fuser: azure
              FuserPrompt: "Answer in one sentence.\n{instruction}\n{candidates}"
              JudgePrompt: factual
              Criteria: [correct, short]
              Variants: [{ Name: code, FuserPrompt: code, JudgePrompt: "Whose code runs?\n{instruction}\n{a}\n{b}", Criteria: [it runs] }]
            - { Name: worth, Members: [full, azure], StageOrder: price, Worth: 0.05 }
            - Name: open
              Members: [full]
              Overrides: [members, stages, confidence, max_cost, max_calls, effort, ranker, aggregate, fuser, top_k]
              Offers: [azure]
              MaxCost: 0.5
              MaxCalls: 2
              Effort: low
              Variants:
                - { Name: fast, Description: one, Members: [azure], Confidence: 0.9, Samples: 2, Quorum: 1, Deadline: "00:00:05", Ranker: scorer, Aggregate: adaptive, Fuser: select, TopK: 1, MaxCost: 0.1, MaxCalls: 1, Effort: high }
                - { Name: staged, Stages: [[full], [azure]], Confidence: 0.9 }
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
        [nameof(Everything)] = Everything,
        [nameof(Detailed)] = Detailed,
    }.Concat(Examples()).ToDictionary();

    /// <summary>Their names.</summary>
    public static TheoryData<string> Names => [.. All.Keys];

    // The chart's own examples.
    private static IEnumerable<KeyValuePair<string, string>> Examples() => Directory.GetFiles(Path.Combine(Chart.Folder, "examples"), "*.yaml")
        .Select(file => KeyValuePair.Create(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)));
}
