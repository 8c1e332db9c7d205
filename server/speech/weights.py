"""Which files the recognizer is made of."""

from server.vocabulary.models import ModelFile, Wheel

_WHEEL = Wheel("moonshine-voice==0.0.49", 84_940_345, "manylinux_2_34_x86_64")
"""The vendor's own package; only its data is used, on any machine (its native library leaks: research/speech.md §4)."""
_IN_WHEEL = "moonshine_voice/assets/tiny-en"
_ADDRESS = "https://download.moonshine.ai/model/tiny-en/quantized/tiny-en"


def _file(name: str, sha256: str, size: int) -> ModelFile:
    return ModelFile(f"moonshine-tiny-en/{name}", f"{_ADDRESS}/{name}", sha256, size, _WHEEL, f"{_IN_WHEEL}/{name}")


MOONSHINE_TINY_EN = (
    _file("encoder_model.ort", "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221", 13_281_600),
    _file("decoder_model_merged.ort", "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0", 30_412_256),
    _file("tokenizer.bin", "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d", 249_974),
)
"""Moonshine tiny-en, quantized (MIT, English models only)."""
