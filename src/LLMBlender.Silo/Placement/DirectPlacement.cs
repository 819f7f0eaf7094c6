using Orleans.Placement;

namespace LLMBlender.Silo.Placement;

/// <summary>Places a grain on the silo whose address is its key.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
internal sealed class PinnedPlacementAttribute() : PlacementAttribute(new PinnedPlacement());

/// <summary>See <see cref="PinnedPlacementAttribute"/>.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.PinnedPlacement")]
internal sealed class PinnedPlacement : PlacementStrategy;

/// <summary>
/// Places a grain on the silo that its bucket hashes to, or for attempt n, on the n-th silo after it; the result is the same on all silos.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
internal sealed class HomePlacementAttribute() : PlacementAttribute(new HomePlacement());

/// <summary>See <see cref="HomePlacementAttribute"/>.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.HomePlacement")]
internal sealed class HomePlacement : PlacementStrategy;

/// <summary>Like <see cref="HomePlacementAttribute"/>, but the local silo comes first.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
internal sealed class NearPlacementAttribute() : PlacementAttribute(new NearPlacement());

/// <summary>See <see cref="NearPlacementAttribute"/>.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.NearPlacement")]
internal sealed class NearPlacement : PlacementStrategy;
