"""`nightlight perceive FILE`: what it prints of recordings made here, and what it says of files that are none."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from scipy.io import wavfile
from typer.testing import CliRunner, Result

from perception.face.picture import Picture
from server.cli import commands
from server.config import Settings
from server.model_store import ModelStore
from server.perception_models import SILERO_VAD
from server.vocabulary.models import ModelMissing
from tests.fakes.faces import astronaut, face_model, film
from tests.fakes.patients_voice import RATE, Line, PatientsVoice, Planted, Sound

KIND = "services"

FRAMES = 10
"""A second."""
FILLER = "[[V:m:]]"


@pytest.fixture(autouse=True)
def activity_model() -> None:
    """Without the voice-activity model nothing can be said of sound."""
    settings = Settings()
    try:
        ModelStore(settings.model_cache, settings.model_mirror, lambda line: None).fetch((SILERO_VAD,))
    except ModelMissing as error:
        pytest.skip(f"no voice activity: {error}")


@pytest.fixture(scope="module")
def voices() -> Iterator[PatientsVoice]:
    with PatientsVoice() as speaking:
        yield speaking


@pytest.fixture(scope="module")
def hesitant(voices: PatientsVoice) -> Planted:
    """A fluent turn, two seconds of silence, and one with two fillers."""
    line = Line().silence(0.5).speech(voices.say("I feel fine today, and I have been walking every day.")).silence(2.0)
    line.speech(voices.say("I stopped the water")).silence(0.4)
    line.filler(voices.say(FILLER, rate=80, pitch=42)).silence(0.6).speech(voices.say("tablet because it")).silence(0.5)
    return (
        line.filler(voices.say("[[V:]]", rate=80, pitch=42))
        .silence(0.7)
        .speech(voices.say("made me dizzy"))
        .silence(2.0)
        .planted()
    )


def perceive(file: Path, *options: str) -> Result:
    return CliRunner().invoke(commands, ["perceive", str(file), *options])


def entries(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def of(kind: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["kind"] == kind]


def write(path: Path, sound: Sound, pictures: list[Picture], codecs: tuple[str, str]) -> Path:
    """A recording with sound and pictures."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codecs[0], rate=FRAMES)
        assert isinstance(video, av.VideoStream)
        video.height, video.width, video.pix_fmt = *pictures[0].shape[:2], "yuv420p"
        audio = container.add_stream(codecs[1], rate=48_000, layout="mono")
        assert isinstance(audio, av.AudioStream)
        resampler = av.AudioResampler(format=audio.format.name, layout="mono", rate=48_000, frame_size=audio.frame_size)
        for picture in pictures:
            container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        frame = av.AudioFrame.from_ndarray((sound * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        for made in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(audio.encode(made))
        container.mux([*video.encode(), *audio.encode()])
    return path


def test_turns_and_planted_fillers_of_a_wav_are_found(tmp_path: Path, hesitant: Planted) -> None:
    file = tmp_path / "turns.wav"
    wavfile.write(file, RATE, (hesitant.sound * 32767).astype(np.int16))
    lines = entries(perceive(file, "--json", "--no-words"))
    fluent, halting = of("turn", lines)
    assert fluent["fillers"] == []
    assert [
        any(start < planted[1] and end > planted[0] for start, end in halting["fillers"])
        for planted in hesitant.fillers
    ] == [True, True]
    assert halting["scores"]["hesitation"] > fluent["scores"]["hesitation"]
    assert lines[-1]["kind"] == "summary"
    assert lines[-1]["turns"] == 2
    assert lines[-1]["seconds"] == pytest.approx(hesitant.seconds, abs=0.3)


@pytest.mark.parametrize(("name", "codecs"), [("face.mp4", ("mpeg4", "aac")), ("face.webm", ("libvpx", "libopus"))])
def test_sound_and_face_of_a_film_are_judged_together(
    tmp_path: Path, voices: PatientsVoice, name: str, codecs: tuple[str, str]
) -> None:
    voice = Line().silence(0.5).speech(voices.say("I feel fine today.")).silence(3.5).planted()
    moments: list[dict[str, float]] = [{}] * (2 * FRAMES) + [{"gaze": 1.0}] * int((voice.seconds - 2) * FRAMES)
    file = write(tmp_path / name, voice.sound, list(film(astronaut(face_model()), moments)), codecs)
    lines = entries(perceive(file, "--json", "--no-words"))
    assert [line["faces"] for line in of("presence", lines)] == [1]
    assert len(of("turn", lines)) == 1
    assert lines[-1]["seconds"] == pytest.approx(voice.seconds, abs=0.5)
    assert lines[-1]["pages"] == 0


def test_for_people_it_prints_sentences_and_what_they_are_not(tmp_path: Path, hesitant: Planted) -> None:
    file = tmp_path / "turns.wav"
    wavfile.write(file, RATE, (hesitant.sound * 32767).astype(np.int16))
    result = perceive(file, "--no-words")
    assert "fillers at" in result.stdout
    assert "(words not known)" in result.stdout
    assert "2 turns" in result.stdout
    assert result.stdout.rstrip().endswith("not a diagnosis; drafts until a clinician signs them")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a recording that can be read; wav, webm and mp4 can"),
        ("these are only words\n" * 50, "a text, not a recording; wav, webm and mp4 can be read"),
    ],
)
def test_a_file_that_is_no_recording_is_an_error_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_text(text)
    result = perceive(file)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == f"nightlight: notes.txt: {says}\n"


def test_a_recording_without_streams_is_an_error_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "subtitles.srt"
    file.write_text("1\n00:00:00,000 --> 00:00:02,000\nHello.\n")
    result = perceive(file)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert (
        result.stderr == "nightlight: subtitles.srt: has neither sound nor pictures; wav, webm and mp4 can have both\n"
    )


def test_a_recording_that_breaks_off_is_an_error_in_one_line(tmp_path: Path, hesitant: Planted) -> None:
    whole, broken = tmp_path / "whole.mp4", tmp_path / "broken.mp4"
    write(whole, hesitant.sound, [np.zeros((64, 64, 3), np.uint8)] * 20, ("mpeg4", "aac"))
    broken.write_bytes(whole.read_bytes()[:2000])
    result = perceive(broken)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
