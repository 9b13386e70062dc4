"""The files of one model folder, as attributes of a node.

In: the parsed JSON files of a Hugging Face folder, and the modules that `modules.json` lists with their own configuration.
Out: what they state, each with its place. Promised: the dimension is that of the last module, or unknown with the reason;
figures that mean "no limit" say nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from msdiff.model.location import Location
from msdiff.model.records import NamedTuple
from msdiff.model.values import Unknown, Value
from msdiff.syntax.shape import plain
from msdiff.syntax.tree import Mapping as Map
from msdiff.syntax.tree import Scalar, Sequence, Tree

NO_LIMIT = 10**9  # tokenizers write 1e30 where they know none
OFFSET = ("roberta", "xlm-roberta", "camembert", "mpnet")  # two positions of theirs are none of a token
PRECISIONS = {"float32": "fp32", "float16": "fp16", "bfloat16": "bf16", "float8_e4m3fn": "fp8"}
QUANTIZED = {
    ("awq", 4): "int4",
    ("gptq", 4): "int4",
    ("gptq", 8): "int8",
    ("bitsandbytes", 4): "int4",
    ("bitsandbytes", 8): "int8",
}
POOLINGS = {
    "pooling_mode_cls_token": "cls", "pooling_mode_mean_tokens": "mean", "pooling_mode_max_tokens": "max",
    "pooling_mode_lasttoken": "lastToken", "pooling_mode_weightedmean_tokens": "weightedMean",
    "pooling_mode_mean_sqrt_len_tokens": "meanSqrtLen",
}  # fmt: skip
MODES = {"cls": "cls", "mean": "mean", "max": "max", "lasttoken": "lastToken", "weightedmean": "weightedMean"}
METRICS = {"cosine": "cosine", "dot": "dotProduct", "euclidean": "euclidean", "manhattan": "manhattan"}
LICENCES = {"apache-2.0": "Apache-2.0", "mit": "MIT", "bsd-3-clause": "BSD-3-Clause", "cc-by-nc-4.0": "CC-BY-NC-4.0"}
KEPT = ("Normalize", "Dropout")  # modules that leave the length of a vector as it is
CONFIG, TOKENIZER = "config.json", "tokenizer_config.json"
_FIGURES = {  # keys of config.json -> attribute
    "vocab_size": "model.vocabSize", "num_hidden_layers": "model.layers", "num_attention_heads": "model.heads",
    "num_key_value_heads": "model.kvHeads", "head_dim": "model.headDim", "num_local_experts": "model.experts",
    "num_experts": "model.experts",
}  # fmt: skip


class Stated(NamedTuple):
    """One attribute (`outputs.<port>.X` for a port's), its value, and where it stands."""

    attribute: str
    value: Value | Unknown
    place: Location


class Folder(NamedTuple):
    """A folder's files by name, and kind, file and configuration of each module (`None`: there is no such file)."""

    path: str
    trees: Mapping[str, Tree]
    modules: tuple[tuple[str, str, Tree | None], ...] = ()


def stated(folder: Folder, reader: str) -> Iterator[Stated]:
    """What the files of a folder say of its model."""
    files = {name: _File(tree, posixpath.join(folder.path, name), reader) for name, tree in folder.trees.items()}
    yield from _architecture(files)
    yield from _window(files)
    yield from _longest(files)
    yield from _chat(files)
    yield from _adapter(files, posixpath.basename(folder.path))
    if "modules.json" in files:
        yield from _vectors(folder, files, reader)


def module_paths(tree: Tree | None) -> list[tuple[str, str]]:
    """Kind (`Pooling`) and path of each module of a `modules.json`, in its order."""
    found = []
    for item in tree.items if isinstance(tree, Sequence) else ():
        kind, path = (item.get(key) for key in ("type", "path")) if isinstance(item, Map) else (None, None)
        if isinstance(kind, Scalar) and isinstance(path, Scalar):
            found.append((kind.text.rpartition(".")[2], path.text))
    return found


def card(front: Tree, path: str, reader: str) -> Iterator[Stated]:
    """What the front matter of a model card says."""
    file = _File(front, path, reader)
    licence = file.text("license")
    if licence and licence not in ("other", "unknown"):
        yield file.say("governance.license", LICENCES.get(licence, licence), "license")


class _File(NamedTuple):
    """One file, to be asked for values by key."""

    tree: Tree
    path: str
    reader: str

    def get(self, key: str) -> Tree | None:
        return self.tree.get(key) if isinstance(self.tree, Map) else None

    def value(self, key: str) -> Value:
        found = self.get(key)
        return None if found is None else plain(found)

    def text(self, key: str) -> str:
        found = self.value(key)
        return found if isinstance(found, str) else ""

    def figure(self, key: str) -> int | None:
        """A figure that is one: above 0, and no stand-in for "no limit"."""
        found = self.value(key)
        return found if isinstance(found, int) and not isinstance(found, bool) and 0 < found < NO_LIMIT else None

    def say(self, attribute: str, value: Value | Unknown, key: str) -> Stated:
        found = self.get(key) or self.tree
        return Stated(attribute, value, Location(self.path, found.line, found.column, self.reader))


def _architecture(files: Mapping[str, _File]) -> Iterator[Stated]:
    config = files.get(CONFIG)
    if config is None:
        return
    if family := config.text("model_type"):
        yield config.say("model.family", family, "model_type")
    seen: set[str] = set()
    for key, attribute in _FIGURES.items():
        figure = config.figure(key)
        if figure is not None and attribute not in seen:
            seen.add(attribute)
            yield config.say(attribute, figure, key)
    quantized = config.value("quantization_config")
    if isinstance(quantized, Mapping):
        precision = _quantized(quantized)
        if precision:
            yield config.say("model.precision", precision, "quantization_config")
        return
    for key in ("dtype", "torch_dtype"):
        if (precision := PRECISIONS.get(config.text(key))) is not None:
            yield config.say("model.precision", precision, key)
            return


def _quantized(said: Mapping[str, Value]) -> str | None:
    method, bits = said.get("quant_method"), said.get("bits")
    if method == "fp8":
        return "fp8"
    if method == "bitsandbytes":
        bits = 4 if said.get("load_in_4bit") is True else 8 if said.get("load_in_8bit") is True else None
    return QUANTIZED.get((method, bits)) if isinstance(method, str) and isinstance(bits, int) else None


def _window(files: Mapping[str, _File]) -> Iterator[Stated]:
    config = files.get(CONFIG)
    positions = config.figure("max_position_embeddings") if config else None
    if config is None or positions is None:
        return
    if config.text("model_type") in OFFSET:
        positions -= 2
    yield config.say("model.nativeContextWindow", positions, "max_position_embeddings")
    scaling = config.value("rope_scaling")
    if isinstance(scaling, Mapping) and scaling:
        yield config.say(
            "model.ropeScaling", str(scaling.get("rope_type") or scaling.get("type") or "yes"), "rope_scaling"
        )


def _longest(files: Mapping[str, _File]) -> Iterator[Stated]:
    """The longest input: what Sentence Transformers cut at, else what the tokenizer knows."""
    for name, key in (("sentence_bert_config.json", "max_seq_length"), (TOKENIZER, "model_max_length")):
        figure = files[name].figure(key) if name in files else None
        if figure is not None:
            yield files[name].say("inputs.<port>.maxTokens", figure, key)
            return


def _chat(files: Mapping[str, _File]) -> Iterator[Stated]:
    tokenizer, generation = files.get(TOKENIZER), files.get("generation_config.json")
    template = tokenizer.value("chat_template") if tokenizer else None
    if tokenizer is not None and template is not None:
        from hashlib import sha256  # few folders are of a chat model

        from msdiff.model.values import canonical

        yield tokenizer.say(
            "model.chatTemplate", sha256(canonical(template).encode()).hexdigest()[:16], "chat_template"
        )
    for file in (generation, files.get(CONFIG)):
        ends = file.value("eos_token_id") if file else None
        numbers = tuple(one for one in (ends if isinstance(ends, tuple) else (ends,)) if type(one) is int)
        if file is not None and numbers:
            yield file.say("model.eosTokenIds", tuple(sorted(set(numbers))), "eos_token_id")
            break
    if generation is None:
        return
    for key, attribute in (("temperature", "temperature"), ("top_p", "topP"), ("top_k", "topK")):
        figure = generation.value(key)
        if isinstance(figure, int | float) and not isinstance(figure, bool):
            yield generation.say(f"model.sampling.{attribute}", figure, key)


def _adapter(files: Mapping[str, _File], name: str) -> Iterator[Stated]:
    file = files.get("adapter_config.json")
    if file is None or not name or "[" in name or "]" in name:
        return
    if base := file.text("base_model_name_or_path"):
        yield file.say(f"model.adapters[{name}].base", base, "base_model_name_or_path")
    if revision := file.text("revision"):
        yield file.say(f"model.adapters[{name}].revision", revision, "revision")
    if (rank := file.figure("r")) is not None:
        yield file.say(f"model.adapters[{name}].rank", rank, "r")


def _vectors(folder: Folder, files: Mapping[str, _File], reader: str) -> Iterator[Stated]:
    """Dimension, pooling and length of the vectors, by the modules in their order."""
    listed = files["modules.json"]
    last = next((one for one in reversed(folder.modules) if one[0] not in KEPT), None)
    if last is not None:
        yield _dimension(last, listed, reader)
    poolings = [one for one in folder.modules if one[0] == "Pooling"]
    if len(poolings) == 1 and poolings[0][2] is not None:
        file = _File(poolings[0][2], poolings[0][1], reader)
        modes = _modes(file)
        if len(modes) == 1:
            yield file.say("outputs.<port>.pooling", modes[0][1], modes[0][0])
    if folder.modules and folder.modules[-1][0] == "Normalize":
        yield listed.say("outputs.<port>.normalized", True, "")
    sentence = files.get("config_sentence_transformers.json")
    metric = METRICS.get(sentence.text("similarity_fn_name")) if sentence else None
    if sentence is not None and metric is not None:
        yield sentence.say("outputs.<port>.metric", metric, "similarity_fn_name")


def _dimension(module: tuple[str, str, Tree | None], listed: _File, reader: str) -> Stated:
    kind, path, tree = module
    attribute = "outputs.<port>.dimension"
    if tree is None:
        return listed.say(attribute, Unknown(f"the last module's {path} is not there"), "")
    file = _File(tree, path, reader)
    if kind == "Dense" and (figure := file.figure("out_features")) is not None:
        return file.say(attribute, figure, "out_features")
    for key in ("word_embedding_dimension", "embedding_dimension"):
        figure, modes = file.figure(key), _modes(file)
        if kind == "Pooling" and figure is not None and modes:
            return file.say(attribute, figure * len(modes), key)
    return file.say(attribute, Unknown(f"nothing tells the width of a {kind} module in {path}"), "")


def _modes(file: _File) -> list[tuple[str, str]]:
    """The ways of pooling that are on, with their keys; the vectors of several are put one behind the other."""
    found = [(key, mode) for key, mode in POOLINGS.items() if file.value(key) is True]
    said = file.value("pooling_mode")
    names = said if isinstance(said, tuple) else (said,)
    return found or [("pooling_mode", MODES.get(str(one), str(one))) for one in names if isinstance(one, str)]
