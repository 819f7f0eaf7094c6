"""PyTorch's pairs a second on the checkpoints and batches of LLMBlender's device script, as JSON: torch_pairs.py WORK DEVICE.

DeBERTa-v2 as transformers computes it (scores divided before the softmax, relative projections in every pass), with PyTorch alone, so that
nothing else needs to be installed. Each batch's logits are compared with LLMBlender's: "difference" is the largest one.
"""

import glob
import json
import math
import os
import struct
import sys
import time

import torch
from torch import nn
from torch.nn import functional

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            tensors[name] = torch.frombuffer(data, dtype=TYPES[entry["dtype"]], count=math.prod(entry["shape"]), offset=start).reshape(entry["shape"]).clone()
    return tensors


def relative_rows(length, buckets, most):
    distance = torch.arange(length)[:, None] - torch.arange(length)[None, :]
    middle = buckets // 2
    far = torch.where((distance < middle) & (distance > -middle), torch.tensor(middle - 1), distance.abs())
    step = torch.ceil(torch.log(far / middle) / math.log((most - 1) / middle) * (middle - 1)) + middle
    bucket = torch.where(far <= middle, distance.float(), step * distance.sign())
    return bucket.long()


class PairRanker(nn.Module):
    def __init__(self, config, tensors, length):
        super().__init__()
        self.heads = config["num_attention_heads"]
        self.layers = config["num_hidden_layers"]
        self.epsilon = config["layer_norm_eps"]
        self.names = {}
        for name, tensor in tensors.items():
            self.names[name] = name.replace(".", "_")
            self.register_buffer(self.names[name], tensor)
        most = config["max_relative_positions"]
        most = most if most >= 1 else config["max_position_embeddings"]
        span = config["position_buckets"]
        rows = relative_rows(length, span, most)
        self.register_buffer("content_to_position", torch.clamp(rows + span, 0, 2 * span - 1))
        self.register_buffer("position_to_content", torch.clamp(-rows + span, 0, 2 * span - 1))

    def weight(self, name):
        return getattr(self, self.names[name])

    def dense(self, x, name):
        return functional.linear(x, self.weight(name + ".weight"), self.weight(name + ".bias"))

    def norm(self, x, name):
        return functional.layer_norm(x, x.shape[-1:], self.weight(name + ".weight"), self.weight(name + ".bias"), self.epsilon)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).transpose(-2, -3)

    def attend(self, x, table, name):
        q, k, v = (self.split(self.dense(x, f"{name}.{part}_proj")) for part in ("query", "key", "value"))
        scale = math.sqrt(3 * q.shape[-1])
        scores = q @ (k / scale).transpose(-1, -2)
        keys = self.split(self.dense(table, f"{name}.key_proj"))
        queries = self.split(self.dense(table, f"{name}.query_proj"))
        shape = scores.shape
        scores = scores + torch.gather(q @ (keys / scale).transpose(-1, -2), -1, self.content_to_position.expand(shape))
        scores = scores + torch.gather(k @ (queries / scale).transpose(-1, -2), -1, self.position_to_content.expand(shape)).transpose(-1, -2)
        return (torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(-2)

    def forward(self, ids, markers):
        base = "pretrained_model."
        x = self.norm(functional.embedding(ids, self.weight(base + "embeddings.word_embeddings.weight")), base + "embeddings.LayerNorm")
        table = self.norm(self.weight(base + "encoder.rel_embeddings.weight"), base + "encoder.LayerNorm")
        for layer in range(self.layers):
            name = f"{base}encoder.layer.{layer}."
            attended = self.dense(self.attend(x, table, name + "attention.self"), name + "attention.output.dense")
            x = self.norm(x + attended, name + "attention.output.LayerNorm")
            wide = functional.gelu(self.dense(x, name + "intermediate.dense"))
            x = self.norm(x + self.dense(wide, name + "output.dense"), name + "output.LayerNorm")
        source, first, second = (x[torch.arange(len(x), device=x.device), markers[:, i]] for i in range(3))
        score = lambda state: self.dense(torch.tanh(self.dense(torch.cat([source, state], -1), "head_layer.1")), "head_layer.4").mean(-1)
        return score(first) - score(second)


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def pairs_per_second(network, ids, markers, rounds, device):
    for _ in range(3):
        network(ids, markers)
    seconds = []
    for _ in range(max(3, rounds)):
        synchronize(device)
        start = time.perf_counter()
        network(ids, markers)
        synchronize(device)
        seconds.append(time.perf_counter() - start)
    return len(ids) / sorted(seconds)[len(seconds) // 2]


def measure(work, batch, device):
    rows, tokens = batch["rows"], batch["tokens"]
    path = os.path.join(work, batch["name"])

    def read(suffix, kind, shape):
        with open(path + suffix, "rb") as file:
            return torch.frombuffer(bytearray(file.read()), dtype=kind).reshape(shape)

    ids = read(".ids", torch.int32, (rows, tokens)).long().to(device)
    markers = read(".markers", torch.int64, (rows, 3)).to(device)
    expected = read(".logits", torch.float32, (rows,))
    folder = os.path.join(work, batch["checkpoint"])
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    network = PairRanker(config, read_safetensors(os.path.join(folder, "model.safetensors")), tokens)
    network = network.to(device).eval()
    if batch["precision"] == "fp16":
        network = network.half()
    result = {"difference": (network(ids, markers).float().cpu() - expected).abs().max().item()}
    result["eager"] = pairs_per_second(network, ids, markers, batch["rounds"], device)
    try:
        result["compiled"] = pairs_per_second(torch.compile(network), ids, markers, batch["rounds"], device)
    except Exception as error:  # A missing compiler is no reason to lose the rest.
        result["compile_error"] = str(error)[:200]
    return result


def main(work, name):
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    device = torch.device(name)
    torch.backends.cuda.matmul.allow_tf32 = False
    results = {"version": torch.__version__, "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"}
    with torch.inference_mode():
        for file in sorted(glob.glob(os.path.join(work, "*.batch"))):
            with open(file, encoding="utf-8") as opened:
                batch = json.load(opened)
            results[batch["name"]] = measure(work, batch, device)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main(*sys.argv[1:])
