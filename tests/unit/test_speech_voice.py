"""The voice's child process is silent on our standard error, where what it prints of a sentence would bypass the log."""

import pytest

from server.speech.voice import VoiceFailed, VoiceProcess

KIND = "unit"


async def test_what_a_failing_engine_prints_is_not_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    process = VoiceProcess("no-such-engine", "no-such-voice")
    with pytest.raises(VoiceFailed):
        await process.speak("Hello Rosa.")
    await process.close()
    assert "Traceback" not in capfd.readouterr().err
