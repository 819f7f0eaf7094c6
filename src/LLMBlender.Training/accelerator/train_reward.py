"""Trains scalar rankers (BERT encoders with a Bradley-Terry head) on one CUDA device.

Reads the folders that `export-groups` writes and a plan of runs, trains each run from its start weights, measures it on the development
groups, and averages the runs' weights greedily while the average improves. Loss and row layout are those of `train-reward`:
-p log s(r_i - r_j) - (1 - p) log s(r_j - r_i) over the known pairs of a group, rows [CLS] source [SEP] answer [SEP].

    python3 train_reward.py --data GROUPS --model ENCODER --plan PLAN.json --out OUT

PLAN.json holds "seconds" (time for all runs), "defaults" and "runs"; see plan.json. OUT gets log.jsonl and the chosen weights as
model.safetensors (16-bit floats) in the layout of BertForSequenceClassification.
"""

import argparse
import collections
import json
import os
import queue
import struct
import threading
import time

import numpy as np
import torch
import torch.nn.functional as F

CLS, SEP = 101, 102
MAX_LENGTH = 512
LAYERS, HEADS = 6, 12
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
COMPUTE = torch.bfloat16 if DEVICE == "cuda" else torch.float32
START = time.time()


# ---- files ----

def read_safetensors(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
        body = file.read()
    kinds = {"F16": np.float16, "F32": np.float32}
    return {name: torch.from_numpy(np.frombuffer(body[entry["data_offsets"][0]:entry["data_offsets"][1]], kinds[entry["dtype"]])
                                   .astype(np.float32).reshape(entry["shape"]))
            for name, entry in header.items() if name != "__metadata__" and entry["dtype"] in kinds}


def write_safetensors(path, weights):
    header, parts, at = {"__metadata__": {"format": "pt"}}, [], 0
    for name, weight in weights.items():
        data = weight.detach().float().cpu().numpy().astype(np.float16).tobytes()
        header[name] = {"dtype": "F16", "shape": list(weight.shape), "data_offsets": [at, at + len(data)]}
        parts.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(parts))


class Groups:
    """Tokenised groups by tag."""

    def __init__(self, folder):
        lengths = np.fromfile(os.path.join(folder, "lengths.bin"), "<i4")
        tokens = np.fromfile(os.path.join(folder, "tokens.bin"), "<u2").astype(np.int32)
        self.texts = np.split(tokens, np.cumsum(lengths)[:-1])
        self.by_tag = collections.defaultdict(list)
        for line in open(os.path.join(folder, "groups.jsonl")):
            group = json.loads(line)
            self.by_tag[group["tag"]].append(group)


def cut(first, second, room):
    """Tokens kept of two texts, the longer one truncated first."""
    if first + second <= room:
        return first, second
    shorter = min(first, second)
    longer = shorter if shorter > room else max(shorter, room - shorter)
    if shorter + longer > room:
        shorter = room // 2
        longer = shorter + room % 2
    return (longer, shorter) if first > second else (shorter, longer)


def scalar_row(source, answer, limit):
    left, right = cut(len(source), len(answer), limit - 3)
    ids = np.empty(left + right + 3, np.int32)
    ids[0] = CLS
    ids[1:left + 1] = source[:left]
    ids[left + 1] = SEP
    ids[left + 2:-1] = answer[:right]
    ids[-1] = SEP
    return ids, left + 2


def pair_row(source, first, second, limit):
    """[CLS] source [SEP] first [SEP] second [SEP]; the source gets at most a quarter where the row is full."""
    room = limit - 4
    left = min(len(source), max(room // 4, room - len(first) - len(second)))
    a, b = cut(len(first), len(second), room - left)
    return np.concatenate([[CLS], source[:left], [SEP], first[:a], [SEP], second[:b], [SEP]]).astype(np.int32), left + 2


# ---- network ----

def start_weights(path, seed):
    """The encoder's weights under their names in BertForSequenceClassification, with a new classifier where there is none."""
    weights = {name if name.startswith(("bert.", "classifier.")) else "bert." + name: weight for name, weight in read_safetensors(path).items()}
    generator = torch.Generator().manual_seed(seed)
    width = weights["bert.embeddings.word_embeddings.weight"].shape[1]
    if "bert.pooler.dense.weight" not in weights:
        weights["bert.pooler.dense.weight"] = torch.randn(width, width, generator=generator) * 0.02
        weights["bert.pooler.dense.bias"] = torch.zeros(width)
    if "classifier.weight" not in weights:
        weights["classifier.weight"] = torch.randn(1, width, generator=generator) * 0.02
        weights["classifier.bias"] = torch.zeros(1)
    return {name: weight for name, weight in weights.items() if "position_ids" not in name}


def forward(weights, ids, types, lengths, dropout):
    """Scores of padded rows. weights: name -> tensor in the compute type; ids, types: [rows, length]; lengths: [rows]."""
    rows, length = ids.shape
    drop = lambda x: F.dropout(x, dropout, True) if dropout > 0 else x
    embed = lambda name: weights["bert.embeddings." + name + ".weight"]
    norm = lambda x, name: F.layer_norm(x, x.shape[-1:], weights[name + ".weight"], weights[name + ".bias"], 1e-12)
    dense = lambda x, name: F.linear(x, weights[name + ".weight"], weights[name + ".bias"])
    x = F.embedding(ids, embed("word_embeddings")) + embed("position_embeddings")[:length] + F.embedding(types, embed("token_type_embeddings"))
    x = drop(norm(x, "bert.embeddings.LayerNorm"))
    mask = (torch.arange(length, device=ids.device)[None] < lengths[:, None])[:, None, None, :].expand(rows, 1, length, length)
    split = lambda t: t.view(rows, length, HEADS, -1).transpose(1, 2)
    for layer in range(LAYERS):
        at = f"bert.encoder.layer.{layer}."
        q, k, v = (split(dense(x, at + "attention.self." + name)) for name in ("query", "key", "value"))
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(rows, length, -1)
        x = norm(x + drop(dense(attended, at + "attention.output.dense")), at + "attention.output.LayerNorm")
        inner = F.gelu(dense(x, at + "intermediate.dense"))
        x = norm(x + drop(dense(inner, at + "output.dense")), at + "output.LayerNorm")
    pooled = drop(torch.tanh(dense(x[:, 0], "bert.pooler.dense")))
    return dense(pooled, "classifier").float()[:, 0]


def pad(rows, order):
    length = -(-max(len(rows[i][0]) for i in order) // 32) * 32
    ids = np.zeros((len(order), length), np.int64)
    types = np.zeros((len(order), length), np.int64)
    for at, i in enumerate(order):
        row, second = rows[i]
        ids[at, :len(row)] = row
        types[at, second:len(row)] = 1
    tensors = (torch.from_numpy(ids), torch.from_numpy(types), torch.tensor([len(rows[i][0]) for i in order]))
    return tuple(t.pin_memory() for t in tensors) if DEVICE == "cuda" else tensors


def micro_batches(rows, limit):
    """Padded batches of rows sorted by length, of at most `limit` padded tokens, and the rows' order."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
    batches, batch = [], []
    for i in order:
        if batch and (len(batch) + 1) * len(rows[i][0]) > limit:
            batches.append(batch)
            batch = []
        batch.append(i)
    batches.append(batch)
    return [pad(rows, batch) for batch in batches], order


def scores_of(weights, batches, order, dropout):
    parts = [forward(weights, *(t.to(DEVICE, non_blocking=True) for t in batch), dropout) for batch in batches]
    scores = torch.cat(parts)
    inverse = torch.empty(len(order), dtype=torch.long)
    inverse[torch.tensor(order)] = torch.arange(len(order))
    return scores[inverse.to(DEVICE)]


# ---- batches ----

class Stream:
    """Endless training steps, made on a thread of their own."""

    def __init__(self, groups, run, seed):
        self.groups, self.run = groups, run
        self.random = np.random.default_rng(seed)
        self.tags = [tag for tag in run["weights"] if groups.by_tag.get(tag)]
        shares = np.array([run["weights"][tag] for tag in self.tags], float)
        # A weight is a share of tokens; groups of long answers are drawn less often.
        sizes = np.array([self.mean_tokens(tag) for tag in self.tags])
        self.shares = shares / sizes / (shares / sizes).sum()
        self.orders = {tag: [] for tag in self.tags}
        self.steps = queue.Queue(maxsize=8)
        self.stopped = False
        threading.Thread(target=self.fill, daemon=True).start()

    def mean_tokens(self, tag):
        some = self.groups.by_tag[tag][:200]
        most = self.run["most_answers"]
        rows = [min(MAX_LENGTH, len(self.groups.texts[group["source"]]) + len(self.groups.texts[answer])) for group in some for answer in group["answers"]]
        return np.mean(rows) * np.mean([min(most, len(group["answers"])) for group in some])

    def draw(self, tag):
        order = self.orders[tag]
        if not order:
            order.extend(self.random.permutation(len(self.groups.by_tag[tag])))
        return self.groups.by_tag[tag][order.pop()]

    def pairs(self, group):
        """Answers drawn of a group and its preferences (better, worse, probability, weight)."""
        run, texts = self.run, self.groups.texts
        if "scores" not in group:
            certainty = run["certainty"].get(group["tag"])
            return group["answers"], [(int(b), int(w), certainty or p, weight) for b, w, p, weight in group["preferences"]]
        share, scale = run["model_share"], run["scales"][group["tag"]]
        chosen = self.random.permutation(len(group["answers"]))[:run["most_answers"]]
        scores = [(1 - share) * group["scores"][i] + share * group["model_scores"][i] for i in chosen]
        found = []
        for i in range(len(chosen)):
            for j in range(len(chosen)):
                if scores[i] > scores[j]:
                    p = 1 / (1 + np.exp(-scale * (scores[i] - scores[j])))
                    found.append((i, j, p, 2 * p - 1))
        total = sum(weight for *_, weight in found)
        found = [(i, j, p, weight * len(chosen) / 2 / total) for i, j, p, weight in found] if total > 0 else []
        return [group["answers"][i] for i in chosen], found

    def step(self):
        run, texts, rows, preferences, tokens = self.run, self.groups.texts, [], [], 0
        while tokens < run["step_tokens"]:
            group = self.draw(self.tags[self.random.choice(len(self.tags), p=self.shares)])
            answers, found = self.pairs(group)
            source = texts[group["source"]]
            limit = int(self.random.choice(run["max_lengths"]))
            if run["pairwise"]:
                # One row a preference, in an order drawn; at most as many as there are answers.
                if len(found) > len(answers):
                    found = [found[k] for k in self.random.permutation(len(found))[:len(answers)]]
                for b, w, p, weight in found:
                    flip = self.random.random() < 0.5
                    first, second = (w, b) if flip else (b, w)
                    preferences.append((len(rows), -1, 1 - p if flip else p, weight))
                    rows.append(pair_row(source, texts[answers[first]], texts[answers[second]], limit))
                    tokens += len(rows[-1][0])
                continue
            base = len(rows)
            for answer in answers:
                rows.append(scalar_row(source, texts[answer], limit))
                tokens += len(rows[-1][0])
            preferences.extend((base + b, base + w, p, weight) for b, w, p, weight in found)
        batches, order = micro_batches(rows, run["micro_tokens"])
        return batches, order, np.array(preferences, np.float64), sum(len(row) for row, _ in rows)

    def fill(self):
        while not self.stopped:
            step = self.step()
            while not self.stopped:
                try:
                    self.steps.put(step, timeout=0.5)
                    break
                except queue.Full:
                    pass


# ---- development ----

class Development:
    """Measures a scalar or pairwise network as `evaluate` does: choice and order of sets, pairs, plain cases, damaged answers."""

    def __init__(self, groups, limit=None):
        self.groups = groups
        self.sets = groups.by_tag["sets"][:limit]
        self.pairs = [(tag, group) for tag, all in groups.by_tag.items() if tag != "sets" for group in all[:limit]]
        rows = [scalar_row(groups.texts[g["source"]], groups.texts[a], MAX_LENGTH)
                for g in self.sets + [group for _, group in self.pairs] for a in g["answers"]]
        self.scalar = micro_batches(rows, 131072 if DEVICE == "cuda" else 8192)
        self.pairwise = None

    def measure(self, weights, pairwise=False):
        with torch.no_grad():
            weights = {name: weight.to(DEVICE, COMPUTE) for name, weight in weights.items()}
            if pairwise:
                return self.report(*self.pair_scores(weights))
            scores = scores_of(weights, *self.scalar, 0).double().cpu().numpy()
        at, sets = 0, []
        for group in self.sets:
            n = len(group["answers"])
            own = scores[at:at + n]
            sets.append(own[:, None] - own[None, :])
            at += n
        won = scores[at::2] - scores[at + 1::2]
        return self.report(sets, won)

    def pair_scores(self, weights):
        if self.pairwise is None:
            texts, rows = self.groups.texts, []
            for group in self.sets:
                answers = group["answers"]
                rows += [pair_row(texts[group["source"]], texts[a], texts[b], MAX_LENGTH) for i, a in enumerate(answers) for j, b in enumerate(answers) if i != j]
            for _, group in self.pairs:
                a, b = group["answers"]
                rows += [pair_row(texts[group["source"]], texts[a], texts[b], MAX_LENGTH), pair_row(texts[group["source"]], texts[b], texts[a], MAX_LENGTH)]
            self.pairwise = micro_batches(rows, 131072)
        scores = scores_of(weights, *self.pairwise, 0).double().cpu().numpy()
        at, sets = 0, []
        for group in self.sets:
            n = len(group["answers"])
            matrix = np.zeros((n, n))
            matrix[~np.eye(n, dtype=bool)] = scores[at:at + n * (n - 1)]
            sets.append(matrix - matrix.T)
            at += n * (n - 1)
        return sets, scores[at::2] - scores[at + 1::2]

    def report(self, matrices, won):
        agreed = ordered = 0
        ranks, judged = [], []
        for group, matrix in zip(self.sets, matrices):
            judge = np.array(group["scores"])
            best = int(np.argmax(matrix.sum(1)))
            ranks.append(1 + (judge > judge[best]).sum() + ((judge == judge[best]).sum() - 1) / 2)
            judged.append(judge[best])
            differ = np.triu(judge[:, None] != judge[None, :], 1)
            right = np.where(matrix == 0, 0.5, (matrix > 0) == (judge[:, None] > judge[None, :]))
            agreed += right[differ].sum()
            ordered += differ.sum()
        by = collections.defaultdict(list)
        for (tag, _), difference in zip(self.pairs, won):
            right = 1.0 if difference > 0 else 0.5 if difference == 0 else 0.0
            by[tag].append(right)
            by["helpful" if tag.startswith("hh-helpful") else "harmless" if tag.startswith("hh-harmless") else "plain" if tag.startswith("plain") else "damage"].append(right)
        found = {"rank": np.mean(ranks), "score": np.mean(judged), "pairs": agreed / ordered, **{tag: np.mean(all) for tag, all in by.items()}}
        damages = [found[tag] for tag in by if tag.startswith("damage-") or tag in ("off-topic", "empty")]
        found["goal"] = (2 * min(found["pairs"] / .68, 1.03) + 2 * min(3.9 / found["rank"], 1.03) + min(found["score"] / .075, 1.03)
                         + min(found["helpful"] / .62, 1.03) + .8 * min(found["harmless"] / .55, 1.03) + min(found["plain"] / .85, 1.05)
                         + 1.2 * np.mean([min(one / .95, 1) for one in damages]))
        return {name: round(float(value), 4) for name, value in found.items()}


# ---- runs ----

def mean_of(many):
    return {name: sum(weights[name] for weights in many) / len(many) for name in many[0]}


def train(groups, run, start, log, remaining):
    """Trains a run; gives the moving average of its weights, or None where no time is left."""
    torch.manual_seed(run["seed"])
    weights = {name: weight.to(DEVICE).clone().requires_grad_(not name.startswith(tuple(run["frozen"]))) for name, weight in start.items()}
    trained = {name: weight for name, weight in weights.items() if weight.requires_grad}
    decayed = [weight for weight in trained.values() if weight.dim() > 1]
    plain = [weight for weight in trained.values() if weight.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": run["weight_decay"]}, {"params": plain, "weight_decay": 0.0}],
                                  lr=run["rate"], betas=(0.9, 0.98), eps=1e-6, fused=DEVICE == "cuda")
    average = {name: weight.detach().clone() for name, weight in weights.items()}
    stream, steps, seen, began, losses, right = Stream(groups, run, run["seed"]), run["steps"], 0, time.time(), [], []
    warm = max(1, int(steps * run["warm_up"]))
    for step in range(1, steps + 1):
        if remaining() < 3:
            log({"kind": "stopped", "run": run["name"], "step": step})
            break
        rate = run["rate"] * min(step / warm, max(0.0, (steps - step) / max(1, steps - warm)) * (1 - run["end"]) + run["end"])
        for part in optimizer.param_groups:
            part["lr"] = rate
        batches, order, preferences, tokens = stream.steps.get()
        cast = {name: weight.to(COMPUTE) for name, weight in weights.items()}
        scores = scores_of(cast, batches, order, run["dropout"])
        known = torch.from_numpy(preferences).to(DEVICE)
        difference = scores[known[:, 0].long()]
        if not run["pairwise"]:
            difference = difference - scores[known[:, 1].long()]
        p, weight = known[:, 2].float(), known[:, 3].float()
        loss = -(weight * (p * F.logsigmoid(difference) + (1 - p) * F.logsigmoid(-difference))).sum() / weight.sum()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        with torch.no_grad():
            decay = min(run["average"], step / (step + 9))
            torch._foreach_lerp_(list(average.values()), [weights[name].detach() for name in average], 1 - decay)
        seen += tokens
        losses.append(loss.detach())
        if step % run["log_every"] == 0 or step == steps:
            log({"kind": "step", "run": run["name"], "step": step, "loss": round(float(torch.stack(losses).mean()), 4), "tokens": seen,
                 "tokens_per_second": round(seen / (time.time() - began)), "rate": rate})
            losses = []
    stream.stopped = True
    return {name: weight.cpu() for name, weight in average.items()}


def main():
    parser = argparse.ArgumentParser()
    for name in ("data", "model", "plan", "out"):
        parser.add_argument("--" + name, required=True)
    arguments = parser.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    plan = json.load(open(arguments.plan))
    journal = open(os.path.join(arguments.out, "log.jsonl"), "a")

    def log(entry):
        entry["at"] = round(time.time() - START, 1)
        print(json.dumps(entry), flush=True)
        journal.write(json.dumps(entry) + "\n")
        journal.flush()

    def remaining():
        return plan["seconds"] - (time.time() - START)

    training = Groups(os.path.join(arguments.data, "train"))
    development = Development(Groups(os.path.join(arguments.data, "development")), plan.get("development_limit"))
    log({"kind": "loaded", "groups": {tag: len(all) for tag, all in training.by_tag.items()}, "device": DEVICE})
    results, kept = {}, {}

    def keep(name, weights, found):
        results[name], kept[name] = found, weights
        log({"kind": "result", "run": name, **found})
        best = max((n for n in kept if not n.startswith("pairwise")), key=lambda n: results[n]["goal"], default=None)
        if best == name:
            write_safetensors(os.path.join(arguments.out, "model.safetensors"), weights)
            json.dump({"run": name, **found}, open(os.path.join(arguments.out, "chosen.json"), "w"), indent=1)

    def soup(names, name):
        """The mean of runs, added in the order of their goal while it grows."""
        names = sorted((n for n in names if n in kept), key=lambda n: -results[n]["goal"])
        if not names:
            return None
        chosen, best = [names[0]], results[names[0]]["goal"]
        everything = mean_of([kept[n] for n in names])
        found = development.measure(everything)
        if len(names) > 1:
            keep(name + "-all", everything, found)
        for n in names[1:]:
            tried = development.measure(mean_of([kept[one] for one in chosen + [n]]))
            if tried["goal"] > best:
                chosen, best = chosen + [n], tried["goal"]
        mean = mean_of([kept[n] for n in chosen])
        keep(name, mean, development.measure(mean))
        log({"kind": "soup", "run": name, "of": chosen})
        return name

    def begin(of, seed):
        """Start weights: the encoder's, a run's or a mean's."""
        return start_weights(arguments.model, seed) if of is None else kept.get(of) or kept[max(kept, key=lambda n: results[n]["goal"])]

    for entry in plan["runs"]:
        if "soup" in entry:
            soup(entry["soup"], entry["name"])
            continue
        run = {**plan["defaults"], **entry}
        if remaining() < run.get("needs", 10):
            log({"kind": "skipped", "run": run["name"]})
            continue
        weights = train(training, run, begin(run.get("start"), run.get("head_seed", 1)), log, remaining)
        keep(run["name"], weights, development.measure(weights, run["pairwise"]))
    log({"kind": "finished"})


main()
