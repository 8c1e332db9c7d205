"""llama.cpp's own HTTP server around a model made here: run by the interpreter of `make language-server`, not by ours.

To the server the model is one like any other. Whatever it is asked, it says two sentences, the second a harmful one, and
ends. Where it must call a function it then begins the call, and the server's grammar makes it a valid one: strings and lists
are closed as soon as they may be. Prints its address and serves until its input ends.
"""

import itertools
import sys
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import xllamacpp

SAYS = ("Thank you for telling me.", " You should take two of your water pills tonight.")
CALL = '<tool_call>\n{"name": "report", "arguments": '
"""How a call begins in the template below; everything after it is the grammar's."""
SPECIAL = ("<|im_start|>", "<|im_end|>")
END = 2
BYTES = 3 + 256
"""Tokens before the special ones: unknown, beginning, end, and every byte."""
WIDTH, HEADS = 320, 5
"""One dimension for each token, so that a token alone says what follows it."""
TEMPLATE = """{%- if tools %}<|im_start|>system
# Tools
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>
For each function call return a json object with function name and arguments within <tool_call></tool_call> tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call><|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def write(path: Path) -> None:
    """A llama of one layer whose attention does nothing."""
    words = [b"<unk>", b"<s>", b"</s>", *(f"<0x{byte:02X}>".encode() for byte in range(256))]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL, *[gguf.TokenType.BYTE] * 256]
    words += [special.encode() for special in SPECIAL]
    kinds += [gguf.TokenType.CONTROL] * len(SPECIAL)
    words += [text.replace(" ", "\u2581").encode() for text in (CALL, *SAYS)]
    kinds += [gguf.TokenType.NORMAL] * (1 + len(SAYS))
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(16384)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(words))
    writer.add_tokenizer_model("llama")
    writer.add_token_list(words)
    writer.add_token_scores([-1000.0] * len(words))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    for name, values in tensors(len(words)).items():
        writer.add_tensor(name, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tensors(count: int) -> "dict[str, np.ndarray[Any, Any]]":
    """Row of `output.weight`: the next token; column: the present one."""
    following = np.zeros((count, WIDTH))
    newline, call = 3 + ord("\n"), BYTES + len(SPECIAL)
    for mark, weight in (('"', 0.3), ("]", 0.2), ("}", 0.1)):
        following[3 + ord(mark), :] = weight
    chain = [newline, *range(call + 1, call + 1 + len(SAYS)), END]
    for present, after in itertools.pairwise(chain):
        following[after, present] = 1.0
    following[call, chain[-2]] = 0.9
    block = {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (WIDTH, WIDTH),
        "attn_v": (WIDTH, WIDTH),
        "attn_output": (WIDTH, WIDTH),
    }
    feed = {"ffn_gate": (64, WIDTH), "ffn_up": (64, WIDTH), "ffn_down": (WIDTH, 64)}
    return {
        "token_embd.weight": np.eye(count, WIDTH),
        "output.weight": following,
        "output_norm.weight": np.ones(WIDTH),
        "blk.0.attn_norm.weight": np.ones(WIDTH),
        "blk.0.ffn_norm.weight": np.ones(WIDTH),
        **{f"blk.0.{name}.weight": np.zeros(shape) for name, shape in (block | feed).items()},
    }


def serve(path: Path) -> None:
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {"tiny"}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel = 16384, 2
    params.cpuparams.n_threads = 1
    params.fit_params = params.warmup = False
    params.use_jinja = True
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    model = Path(sys.argv[1])
    write(model)
    serve(model)
