"""A tiny multilingual Whisper with random weights: it understands nothing, but its protocol is the real one."""

import json
from pathlib import Path

import numpy as np
from ctranslate2.specs import common_spec, whisper_spec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

_TEXT_TOKENS = 50_257


def random_whisper(folder: Path, *, width: int = 64, layers: int = 1, heads: int = 2, seed: int = 0) -> Path:
    """Write the model to `folder` in CTranslate2 form with the tokenizer of multilingual Whisper's layout."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer()
    vocabulary = tokenizer.get_vocab()
    random = np.random.default_rng(seed)
    spec = whisper_spec.WhisperSpec(layers, heads, layers, heads)

    def fill(part: common_spec.LinearSpec | common_spec.LayerNormSpec, *shape: int) -> None:
        if isinstance(part, common_spec.LayerNormSpec):
            part.gamma, part.beta = np.ones(width, np.float32), np.zeros(width, np.float32)
            return
        part.weight = (random.normal(0, 1, shape) * shape[-1] ** -0.5).astype(np.float32)
        part.bias = np.zeros(shape[0], np.float32)

    def fill_block(block: object, *, cross: bool) -> None:
        attentions = [block.self_attention, *([block.attention] if cross else [])]  # type: ignore[attr-defined]
        for number, attention in enumerate(attentions):
            fill(attention.layer_norm)
            sizes = [3 * width] if number == 0 else [width, 2 * width]
            for linear, size in zip(attention.linear, [*sizes, width], strict=True):
                fill(linear, size, width)
        fill(block.ffn.layer_norm)  # type: ignore[attr-defined]
        fill(block.ffn.linear_0, 4 * width, width)  # type: ignore[attr-defined]
        fill(block.ffn.linear_1, width, 4 * width)  # type: ignore[attr-defined]

    encoder, decoder = spec.encoder, spec.decoder
    for convolution, channels in ((encoder.conv1, 80), (encoder.conv2, width)):
        convolution.weight = random.normal(0, 0.05, (width, channels, 3)).astype(np.float32)
        convolution.bias = np.zeros(width, np.float32)
    encoder.position_encodings.encodings = random.normal(0, 0.1, (1500, width)).astype(np.float32)
    decoder.embeddings.weight = random.normal(0, 0.3, (len(vocabulary), width)).astype(np.float32)
    decoder.projection.weight = decoder.embeddings.weight
    decoder.position_encodings.encodings = random.normal(0, 0.1, (448, width)).astype(np.float32)
    decoder.scale_embeddings = False
    for part, cross in ((encoder, False), (decoder, True)):
        fill(part.layer_norm)
        for block in part.layer:
            fill_block(block, cross=cross)
    names = sorted(vocabulary, key=lambda token: vocabulary[token])
    names[_TEXT_TOKENS - 1] = ""  # by this token CTranslate2 knows a multilingual vocabulary
    spec.register_vocabulary(names)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [220, vocabulary["<|endoftext|>"]]
    spec.config.lang_ids = [vocabulary[f"<|{language}|>"] for language in _LANGUAGE_CODES]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.optimize("float32")
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80, "chunk_length": 30}))
    return folder


def _tokenizer() -> Tokenizer:
    """Byte-level, with Whisper's special tokens at their places; the text tokens beyond the bytes are fillers."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    text = {token: number for number, token in enumerate([*letters, "Ġ-", "Ġ'", "Ġ♪"])}
    text |= {f"Ġw{number}": number for number in range(len(text), _TEXT_TOKENS)}
    tokenizer = Tokenizer(models.BPE(vocab=text, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{language}|>" for language in _LANGUAGE_CODES)]
    special += [
        "<|translate|>",
        "<|transcribe|>",
        "<|startoflm|>",
        "<|startofprev|>",
        "<|nospeech|>",
        "<|notimestamps|>",
    ]
    special += [f"<|{number * 0.02:.2f}|>" for number in range(1501)]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    return tokenizer
