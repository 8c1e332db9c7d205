"""A child process that speaks with eSpeak NG at any voice, rate, pitch and melody: a JSON line in, a JSON line and sound out.

The service's own child (`server.speech.voice_child`) has one voice at one rate; patients differ. eSpeak NG is GPL-3 and is only
ever loaded in a process of its own.
"""

import ctypes
import json
import os
import sys

import espeakng_loader

_SYNCHRONOUS, _DO_NOT_EXIT = 2, 0x8000
_UTF8, _PHONEMES = 1, 0x100
_RATE, _PITCH, _RANGE = 1, 3, 4
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def main() -> None:
    """Serve until the input ends."""
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = os.fspath(espeakng_loader.get_data_path()).encode()
    rate = library.espeak_Initialize(_SYNCHRONOUS, 20, data, _DO_NOT_EXIT)
    sound = bytearray()

    def collect(wave: "ctypes._Pointer[ctypes.c_short] | None", count: int, _events: int | None) -> int:
        if wave and count > 0:
            sound.extend(ctypes.string_at(wave, count * 2))
        return 0

    callback = _CALLBACK(collect)
    library.espeak_SetSynthCallback(callback)
    for line in sys.stdin:
        order = json.loads(line)
        if library.espeak_SetVoiceByName(order["voice"].encode()) != 0:
            raise ValueError(f"eSpeak NG has no voice {order['voice']!r}")
        for parameter, name in ((_RATE, "rate"), (_PITCH, "pitch"), (_RANGE, "range")):
            library.espeak_SetParameter(parameter, order[name], 0)
        sound.clear()
        raw = order["text"].encode() + b"\0"
        library.espeak_Synth(raw, ctypes.c_size_t(len(raw)), 0, 1, 0, _UTF8 | _PHONEMES, None, None)
        sys.stdout.buffer.write(json.dumps({"rate": rate, "bytes": len(sound)}).encode() + b"\n" + sound)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
