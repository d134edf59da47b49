"""A training checkpoint as a CTranslate2 int8 directory that faster-whisper loads."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from ctranslate2.converters import utils
from ctranslate2.specs import common_spec, whisper_spec
from tokenizers import Tokenizer
from torch import nn

from worker.models.training.heads import Head, choose_heads
from worker.models.training.network import Attention, Block, Whisper
from worker.models.training.windows import WINDOW_FRAMES


def export(checkpoint: Path, target: Path, tokenizer_file: Path) -> list[Head]:
    """Write the averaged weights of `checkpoint` to `target`; the alignment heads it chose."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    network = Whisper(**saved["config"])
    network.load_state_dict(saved["average"])
    network.eval()
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    spec = _spec(network, tokenizer)
    spec.validate()
    spec.optimize("int8")
    scratch = target.with_name(target.name + ".new")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    spec.save(str(scratch))
    shutil.copy(tokenizer_file, scratch / "tokenizer.json")
    described = {
        "feature_size": 80,
        "sampling_rate": 16000,
        "hop_length": 160,
        "chunk_length": WINDOW_FRAMES // 100,
        "n_fft": 400,
        "feature_extractor_type": "WhisperFeatureExtractor",
    }
    (scratch / "preprocessor_config.json").write_text(json.dumps(described, indent=1) + "\n")
    target.mkdir(parents=True, exist_ok=True)
    for file in scratch.iterdir():
        file.replace(target / file.name)
    scratch.rmdir()
    return choose_heads(target, layers=network.config["dec_layers"], heads=network.config["heads"])


def _spec(network: Whisper, tokenizer: Tokenizer) -> whisper_spec.WhisperSpec:
    config = network.config
    spec = whisper_spec.WhisperSpec(config["enc_layers"], config["heads"], config["dec_layers"], config["heads"])
    encoder, decoder = spec.encoder, spec.decoder
    _linear(encoder.conv1, network.conv1)
    _linear(encoder.conv2, network.conv2)
    encoder.position_encodings.encodings = network.enc_pos.numpy()
    _norm(encoder.layer_norm, network.enc_ln)
    for layer, block in zip(encoder.layer, network.enc, strict=True):
        _block(layer, block, cross=False)
    decoder.embeddings.weight = decoder.projection.weight = network.emb.weight.detach().numpy()
    decoder.position_encodings.encodings = network.dec_pos.detach().numpy()
    _norm(decoder.layer_norm, network.dec_ln)
    decoder.scale_embeddings = False
    for layer, block in zip(decoder.layer, network.dec, strict=True):
        _block(layer, block, cross=True)
    vocabulary = tokenizer.get_vocab()
    spec.register_vocabulary(sorted(vocabulary, key=lambda token: vocabulary[token]))
    number: Callable[[str], int | None] = tokenizer.token_to_id
    special = ["startoftranscript", "en", "translate", "transcribe", "startoflm", "startofprev", "nospeech"]
    spec.config.suppress_ids = [number(f"<|{name}|>") for name in special]
    spec.config.suppress_ids_begin = [number("\u0120")]  # the lone space; the end stays allowed: silence has no text
    spec.config.lang_ids = [number("<|en|>")]
    spec.config.alignment_heads = [(0, 0)]  # until they are measured
    return spec


def _linear(spec: Any, module: nn.Linear | nn.Conv1d) -> None:
    spec.weight = module.weight.detach().float().numpy()
    if module.bias is not None:
        spec.bias = module.bias.detach().float().numpy()


def _norm(spec: Any, module: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = module.weight.detach().float().numpy(), module.bias.detach().float().numpy()


def _attention(spec: Any, module: Attention, *, own: bool) -> None:
    parts = [common_spec.LinearSpec() for _ in range(3)]
    for part, layer in zip(parts, (module.q, module.k, module.v), strict=True):
        _linear(part, layer)
    if own:
        utils.fuse_linear(spec.linear[0], parts)
    else:
        utils.fuse_linear(spec.linear[0], parts[:1])
        utils.fuse_linear(spec.linear[1], parts[1:])
    _linear(spec.linear[-1], module.o)


def _block(spec: Any, block: Block, *, cross: bool) -> None:
    _attention(spec.self_attention, block.att, own=True)
    _norm(spec.self_attention.layer_norm, block.ln1)
    if cross:
        _attention(spec.attention, block.xatt, own=False)
        _norm(spec.attention.layer_norm, block.lnx)
    _linear(spec.ffn.linear_0, block.fc1)
    _linear(spec.ffn.linear_1, block.fc2)
    _norm(spec.ffn.layer_norm, block.ln2)
