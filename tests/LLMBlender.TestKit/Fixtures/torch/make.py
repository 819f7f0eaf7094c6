"""Writes this folder's files: run once in each PyTorch of which there is a subfolder, as `make.py FOLDER`."""
import collections
import json
import os
import sys

import torch

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
torch.manual_seed(7)


def save(name, value, **options):
    torch.save(value, os.path.join(out, name + ".bin"), **options)


linear = torch.nn.Linear(5, 3)
base = torch.arange(24, dtype=torch.float32)
tensors = {
    "f32": torch.randn(3, 4),
    "f16": torch.randn(7).half(),
    "bf16": torch.randn(2, 3).bfloat16(),
    "f64": torch.randn(4).double(),
    "i64": torch.arange(-2, 3),
    "i32": torch.arange(5, dtype=torch.int32),
    "i16": torch.arange(3, dtype=torch.int16),
    "i8": torch.arange(-1, 2, dtype=torch.int8),
    "u8": torch.arange(253, 256, dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 4),
    "transposed": base.view(4, 6).t(),
    "slice": base.view(4, 6)[1:3, 2:5],
    "step": base[1::3],
    "permuted": base.view(2, 3, 4).permute(2, 0, 1),
    "tied.a": base,
    "tied.b": base.view(6, 4),
    "parameter": torch.nn.Parameter(torch.randn(2, 2)),
    "position_ids": torch.arange(4.0).expand((1, -1)),
}
beside = {"epoch": 3, "lr": 0.5, "note": "hi", "none": None, "flag": True, "list": [1, -2, (300, 70000)], "big": 1 << 40}
save("linear", linear.state_dict())
save("nested", {"state_dict": linear.state_dict(), "epoch": 3})
save("mixed", {**tensors, **beside})
save("mixed-protocol5", collections.OrderedDict({**beside, **tensors}), pickle_protocol=5)
save("expanded", {"x": torch.arange(3.0).expand(4, 3)})
save("legacy", linear.state_dict(), _use_new_zipfile_serialization=False)
save("complex", {"c": torch.zeros(2, dtype=torch.complex64)})
save("sparse", {"s": torch.ones(2, 2).to_sparse()})
save("quantized", {"q": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)})
save("module", linear)
torch.jit.script(linear).save(os.path.join(out, "script.bin"))

with open(os.path.join(out, "expected.json"), "w") as file:
    values = {**tensors, **{"linear." + name: tensor for name, tensor in linear.state_dict().items()}}
    json.dump({name: {"shape": list(v.shape), "values": v.double().flatten().tolist()} for name, v in values.items()}, file)
    file.write("\n")
