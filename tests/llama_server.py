"""llama.cpp's own server with a tiny model of random weights: it understands nothing, but its protocol is the real one.

As a program, `python -m tests.llama_server MODEL CONTEXT EMBEDDINGS`, it serves until its standard input ends, which it
also does when the tests are killed.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
from gguf import GGUFWriter, TokenType
from tokenizers import ByteLevelBPETokenizer

ROOT = Path(__file__).parents[1]
MODEL = "random-llama"
_START = 60.0  # seconds until the server is ready; it takes one
_SPECIAL = ("<|begin|>", "<|turn|>", "<|end|>")
_SPACE = set("ĠĊĉč")  # blank, line feed, tab, carriage return
_NO_UTF8 = "\u00f7"  # the byte 0xF7
_TEMPLATE = (
    "{% for message in messages %}<|turn|>{{ message['role'] }}\n{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
)
Leaning = Callable[[str], float]  # what is added to the logit of a token, as it stands in the vocabulary


def terse(token: str) -> float:
    """Strings, lists and numbers that are begun mostly come to an end, as they do with a model that was trained."""
    if _half_a_letter(token):
        return -30.0
    if set(token) <= _SPACE or token.isdigit():
        return -8.0
    return {'"': 11.0, '",': 9.0, "}": 8.0, "{": 7.0, "]": 5.0, ",": 3.0, "<|end|>": 6.0}.get(token, 0.0)


def garbling(token: str) -> float:
    """Lists are never empty, and a string that is begun never ends: of bytes that are no UTF-8."""
    return 40.0 if token == _NO_UTF8 else 30.0 if _half_a_letter(token) else 15.0 if token == "{" else 0.0


def _half_a_letter(token: str) -> bool:
    """Whether it is one byte from 0x80 on, in GPT-2's alphabet of bytes."""
    return len(token) == 1 and ("\u00a1" <= token <= "\u00ff" or "\u0122" <= token <= "\u0143")


def random_llama(path: Path, words: str, *, leaning: Leaning = terse, seed: int = 6) -> Path:
    """Write the model to `path`, a GGUF file of 1 MB. Its vocabulary, 1024 tokens of bytes, is learned from `words`."""
    width, layers, heads = 64, 2, 4
    random = np.random.default_rng(seed)
    vocabulary, merges = _vocabulary(words)
    writer = GGUFWriter(path, "llama")
    writer.add_name(MODEL)
    writer.add_context_length(32_768)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(2 * width)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads)
    writer.add_rope_dimension_count(width // heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(vocabulary))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(vocabulary)
    writer.add_token_types([TokenType.CONTROL if token in _SPECIAL else TokenType.NORMAL for token in vocabulary])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(vocabulary.index("<|begin|>"))
    writer.add_eos_token_id(vocabulary.index("<|end|>"))
    writer.add_chat_template(_TEMPLATE)

    def matrix(rows: int, columns: int, scale: float = 1.0) -> np.ndarray:
        return np.asarray(random.normal(0, scale * columns**-0.5, (rows, columns)), np.float32)

    # Nothing is added to the first number of a state: the first column of the last matrix is what the model leans to.
    states, choice = matrix(len(vocabulary), width, width**0.5), matrix(len(vocabulary), width, 2.0)
    states[:, 0] = width**0.5
    choice[:, 0] = [leaning(token) for token in vocabulary]
    tensors = {"token_embd": states, "output_norm": np.ones(width, np.float32), "output": choice}
    for layer in range(layers):
        # Strong attention to few places: without it every word is followed by the same one for ever.
        made = {name: matrix(width, width, 3.0) for name in ("attn_q", "attn_k")}
        made |= {name: matrix(width, width, 6.0) for name in ("attn_v", "attn_output")}
        made |= {name: matrix(2 * width, width) for name in ("ffn_gate", "ffn_up")}
        made |= {"ffn_down": matrix(width, 2 * width)}
        made["attn_output"][0] = made["ffn_down"][0] = 0.0
        made |= {name: np.ones(width, np.float32) for name in ("attn_norm", "ffn_norm")}
        tensors |= {f"blk.{layer}.{name}": weights for name, weights in made.items()}
    for name, weights in tensors.items():
        writer.add_tensor(f"{name}.weight", weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _vocabulary(words: str) -> tuple[list[str], list[str]]:
    """Tokens in the order of their numbers, and the pairs that become one."""
    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train_from_iterator([words], vocab_size=1024, special_tokens=list(_SPECIAL), show_progress=False)
    learned = json.loads(tokenizer.to_str())["model"]
    return sorted(learned["vocab"], key=learned["vocab"].get), [" ".join(pair) for pair in learned["merges"]]


@contextmanager
def llama_server(model: Path, *, context: int = 8192, embeddings: bool = False) -> Iterator[str]:
    """The server in a process of its own on a free port of this machine. Gives its URL as an OpenAI endpoint."""
    command = [sys.executable, "-m", "tests.llama_server", str(model), str(context), str(int(embeddings))]
    log = model.with_suffix(".log")
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            address = _address(process, log)
            _wait_until_healthy(address, log)
            yield f"{address}/v1"
        finally:
            process.kill()


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    assert process.stdout is not None
    with DefaultSelector() as selector:
        selector.register(process.stdout, EVENT_READ)
        said = process.stdout.readline().decode().strip() if selector.select(_START) else ""
    if not said:
        raise RuntimeError(f"llama.cpp's server does not start: {log.read_text(errors='replace')[-2000:]}")
    return said


def _wait_until_healthy(address: str, log: Path) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{address}/health", timeout=5) as response:
                if response.status == 200:
                    return
        except (URLError, TimeoutError):  # it still loads the model
            time.sleep(0.05)
    raise RuntimeError(f"llama.cpp's server does not become ready: {log.read_text(errors='replace')[-2000:]}")


def _serve(model: str, context: int, embeddings: bool) -> None:
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the library logs to both
    import xllamacpp  # type: ignore[import-untyped]

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = {MODEL}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.n_gpu_layers = context, 1, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.ui = params.fit_params = False
    if embeddings:
        params.embedding, params.pooling_type = True, xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    server = xllamacpp.Server(params)
    print(server.listening_address, file=told, flush=True)
    sys.stdin.read()
    os._exit(0)  # nothing to tidy up; the library waits for questions that are still being answered


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1")
