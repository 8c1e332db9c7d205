"""Chooses and warms up the speech models of a process, and says which ones it got."""

import asyncio
from collections.abc import Iterable

import numpy as np
from livekit import rtc
from livekit.agents import inference

from server.speech.recognizer import SAMPLE_RATE, Recognizer
from server.speech.session import SpeechKit
from server.speech.voice import Voice, VoiceFailed, VoiceProcess
from server.speech.weights import MOONSHINE_TINY_EN
from server.vocabulary.models import ModelMissing, Models
from server.vocabulary.parts import Part

_VOICES = (("flite", "slt"), ("espeak", "en-us+f3"))
"""Best first; research/models.md: flite is understood better than eSpeak NG (word error 12.5 against 18.3 %)."""


async def recognizer(models: Models) -> tuple[Recognizer | None, Part]:
    """Moonshine, fetched if need be; None where it cannot be had, and patients type."""
    try:
        folder = await asyncio.to_thread(models.fetch, MOONSHINE_TINY_EN)
    except ModelMissing as error:
        return None, Part("stt", "missing", f"patients can only type: {error}")
    model = await asyncio.to_thread(Recognizer, folder)
    return model, Part("stt", "live", "Moonshine tiny-en in ONNX Runtime, on this machine")


async def voice(wanted: str, sentences: Iterable[str]) -> tuple[Voice, Part]:
    """The best voice there is, with the persona's fixed sentences prepared; raises `VoiceFailed` where none runs."""
    choices = _VOICES if wanted == "auto" else (tuple(wanted.split("/", 1)),)
    fixed = list(sentences)
    for engine, name in choices:
        process = VoiceProcess(engine, name)
        try:
            await process.prepare(fixed or ["Hello."])
        except VoiceFailed:
            await process.close()
            continue
        return Voice(process), _voice_part(engine, name, wanted)
    raise VoiceFailed(f"voice: {wanted!r} does not run here; set NIGHTLIGHT_VOICE=auto")


def _voice_part(engine: str, name: str, wanted: str) -> Part:
    if engine == "flite":
        return Part("tts", "live", f"flite, voice {name}; Piper voices sound better but are not supported yet")
    missing = "; flite is not installed (Debian package flite), it is easier to understand" if wanted == "auto" else ""
    return Part("tts", "fallback" if missing else "live", f"eSpeak NG in a child process, voice {name}{missing}")


async def detector(wanted: bool) -> tuple[inference.TurnDetector | None, Part]:
    """The framework's local end-of-turn model, loaded by one prediction."""
    if not wanted:
        return None, Part("end_of_turn", "off", "words and silence decide alone (NIGHTLIGHT_END_OF_TURN_MODEL=false)")
    model = inference.TurnDetector(version="v1-mini")
    stream = model.stream()
    second = np.zeros(SAMPLE_RATE, np.int16).tobytes()
    stream.push_audio(rtc.AudioFrame(second, SAMPLE_RATE, 1, SAMPLE_RATE))
    await asyncio.sleep(0)
    await stream.predict()
    await stream.aclose()
    return model, Part("end_of_turn", "live", "livekit turn-detector v1-mini has one vote beside words and silence")


async def build(
    models: Models, voice_wanted: str, sentences: Iterable[str], *, end_of_turn_model: bool
) -> tuple[SpeechKit, list[Part]]:
    """Everything a conversation needs to hear and speak."""
    hearing, hearing_part = await recognizer(models)
    speaking, speaking_part = await voice(voice_wanted, sentences)
    ending, ending_part = await detector(end_of_turn_model and hearing is not None)
    return SpeechKit(hearing, speaking, ending), [hearing_part, speaking_part, ending_part]
