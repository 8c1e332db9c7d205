"""The embedded voices, by their C libraries. Imported only by the child process `speech.voice_child`.

eSpeak NG is GPL-3 and both libraries can crash, so neither is ever loaded into the service itself.
"""

import ctypes
import ctypes.util
import os
import re
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass
class Spoken:
    """One synthesized sentence."""

    pcm: bytes
    """16-bit mono."""
    rate: int
    """Hertz."""
    words: list[tuple[str, float, float]] = field(default_factory=list)
    """Text with its trailing space, start and end in seconds."""
    phones: list[tuple[str, float, bool]] = field(default_factory=list)
    """Phone, start in seconds, whether its syllable is stressed."""


class Engine(Protocol):
    """A text-to-speech library."""

    def speak(self, text: str) -> Spoken: ...


class Flite:
    """CMU Flite with one of its voices (BSD-like licence, Debian package `flite`)."""

    def __init__(self, voice: str) -> None:
        self._lib = ctypes.CDLL("libflite.so.1", mode=ctypes.RTLD_GLOBAL)
        for part in ("usenglish", "cmulex"):
            ctypes.CDLL(f"libflite_{part}.so.1", mode=ctypes.RTLD_GLOBAL)
        voices = ctypes.CDLL(f"libflite_cmu_us_{voice}.so.1")
        self._lib.flite_init()
        register = getattr(voices, f"register_cmu_us_{voice}")
        register.restype = ctypes.c_void_p
        register.argtypes = [ctypes.c_char_p]
        self._voice = register(None)
        self._declare()

    def _declare(self) -> None:
        pointer = ctypes.c_void_p
        for name, result, arguments in (
            ("flite_synth_text", pointer, [ctypes.c_char_p, pointer]),
            ("utt_wave", ctypes.POINTER(_Wave), [pointer]),
            ("utt_relation", pointer, [pointer, ctypes.c_char_p]),
            ("relation_head", pointer, [pointer]),
            ("item_next", pointer, [pointer]),
            ("ffeature_string", ctypes.c_char_p, [pointer, ctypes.c_char_p]),
            ("ffeature_float", ctypes.c_float, [pointer, ctypes.c_char_p]),
            ("delete_utterance", None, [pointer]),
        ):
            function = getattr(self._lib, name)
            function.restype = result
            function.argtypes = arguments

    def speak(self, text: str) -> Spoken:
        utterance = self._lib.flite_synth_text(text.encode(), self._voice)
        if not utterance:
            raise RuntimeError("flite made no sound")
        try:
            wave = self._lib.utt_wave(utterance).contents
            pcm = ctypes.string_at(wave.samples, wave.num_samples * 2)
            return Spoken(pcm, wave.sample_rate, self._words(utterance, text), self._phones(utterance))
        finally:
            self._lib.delete_utterance(utterance)

    def _items(self, utterance: int, relation: str) -> Any:
        item = self._lib.relation_head(self._lib.utt_relation(utterance, relation.encode()))
        while item:
            yield item
            item = self._lib.item_next(item)

    def _words(self, utterance: int, text: str) -> list[tuple[str, float, float]]:
        spans = [
            (
                self._lib.ffeature_float(token, b"daughter1.R:SylStructure.daughter1.daughter1.R:Segment.p.end"),
                self._lib.ffeature_float(token, b"daughtern.R:SylStructure.daughtern.daughtern.R:Segment.end"),
            )
            for token in self._items(utterance, "Token")
        ]
        written = re.findall(r"\S+\s*", text)
        if len(written) != len(spans):  # flite splits some tokens; spread what it gives over what was written
            spans = _spread(spans, len(written))
        return [(word, start, end) for word, (start, end) in zip(written, spans, strict=True)]

    def _phones(self, utterance: int) -> list[tuple[str, float, bool]]:
        phones, start = [], 0.0
        for segment in self._items(utterance, "Segment"):
            name = self._lib.ffeature_string(segment, b"name").decode()
            stressed = self._lib.ffeature_string(segment, b"R:SylStructure.parent.stress") == b"1"
            phones.append((name, start, stressed))
            start = self._lib.ffeature_float(segment, b"end")
        return phones


class _Wave(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


def _spread(spans: list[tuple[float, float]], count: int) -> list[tuple[float, float]]:
    """Map `count` written words onto the timed spans in proportion."""
    last = len(spans) - 1
    return [spans[min(last, i * len(spans) // count)] for i in range(count)] if spans else [(0.0, 0.0)] * count


_EVENT_END, _EVENT_WORD, _EVENT_PHONEME = 0, 1, 7
_SYNCHRONOUS, _PHONEME_EVENTS_IPA, _DO_NOT_EXIT = 2, 3, 0x8000
_UTF8, _END_PAUSE = 1, 0x1000
_RATE, _RANGE = 1, 4


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


class Espeak:
    """eSpeak NG from the `espeakng-loader` wheel: robotic, always there."""

    def __init__(self, voice: str) -> None:
        import espeakng_loader

        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        self._lib.espeak_Synth.argtypes = [
            ctypes.c_void_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        data = os.fspath(espeakng_loader.get_data_path()).encode()
        self._rate = self._lib.espeak_Initialize(_SYNCHRONOUS, 20, data, _PHONEME_EVENTS_IPA | _DO_NOT_EXIT)
        if self._rate <= 0:
            raise RuntimeError("eSpeak NG did not start")
        if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise RuntimeError(f"eSpeak NG has no voice {voice!r}")
        self._lib.espeak_SetParameter(_RATE, 155, 0)  # words a minute; clinical.md §3: about 150
        self._lib.espeak_SetParameter(_RANGE, 60, 0)
        self._pcm = bytearray()
        self._words: list[tuple[float, int]] = []
        self._phones: list[tuple[str, float, bool]] = []
        callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))
        self._callback = callback(self._collect)
        self._lib.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str) -> Spoken:
        self._pcm.clear()
        self._words.clear()
        self._phones.clear()
        raw = text.encode() + b"\0"
        self._lib.espeak_Synth(ctypes.create_string_buffer(raw), len(raw), 0, 1, 0, _UTF8 | _END_PAUSE, None, None)
        seconds = len(self._pcm) / 2 / self._rate
        return Spoken(bytes(self._pcm), self._rate, self._spans(text, seconds), list(self._phones))

    def _spans(self, text: str, seconds: float) -> list[tuple[str, float, float]]:
        """Words with their times; words eSpeak runs together share the first one's."""
        starts = {position: start for start, position in self._words}
        words: list[tuple[str, float, float]] = []
        now = 0.0
        for match in re.finditer(r"\S+\s*", text):
            now = starts.get(match.start(), now)
            words.append((match.group(), now, seconds))
        ends = [start for _, start, _ in words[1:]] + [seconds]
        return [(word, start, max(start, end)) for (word, start, _), end in zip(words, ends, strict=True)]

    def _collect(self, wave: Any, count: int, events: Any) -> int:
        index = 0
        while (event := events[index]).type != _EVENT_END:
            if event.type == _EVENT_WORD:
                self._words.append((event.sample / self._rate, event.text_position - 1))
            elif event.type == _EVENT_PHONEME:
                phone = bytes(event.id.string).split(b"\0")[0].decode("utf-8", "replace")
                self._phones.append((phone, event.sample / self._rate, phone.startswith("ˈ")))
            index += 1
        if wave and count > 0:
            self._pcm += ctypes.string_at(wave, count * 2)
        return 0


def load(engine: str, voice: str) -> Engine:
    """The named engine, `flite` or `espeak`; raises OSError or RuntimeError where it cannot run."""
    return Flite(voice) if engine == "flite" else Espeak(voice)
