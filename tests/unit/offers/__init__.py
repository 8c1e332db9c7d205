"""Offers as browsers make them: Chromium 15x's recorded on one machine, Firefox's written after its format."""

from pathlib import Path

CHROME_LISTEN, CHROME_VOICE, CHROME_VIDEO, FIREFOX_VOICE = (
    (Path(__file__).parent / f"{name}.sdp").read_bytes().decode("ascii")
    for name in ("chrome_listen", "chrome_voice", "chrome_video", "firefox_voice")
)
ALL = (CHROME_LISTEN, CHROME_VOICE, CHROME_VIDEO, FIREFOX_VOICE)
