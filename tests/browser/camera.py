"""A page's camera that films an acted face: a video file for Chromium, which plays it from the moment a page opens the camera
and begins anew at its end."""

from collections.abc import Iterable
from pathlib import Path

import av

from perception.face.picture import Picture

RATE = 10
"""Frames a second: twice of what perception looks at."""


def write_clip(path: Path, pictures: Iterable[Picture]) -> Path:
    """The pictures as Y4M (raw 4:2:0), which Chromium decodes for nothing."""
    with path.open("wb") as file:
        for count, picture in enumerate(pictures):
            height, width = picture.shape[:2]
            if count == 0:
                file.write(f"YUV4MPEG2 W{width} H{height} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            file.write(b"FRAME\n" + frame.to_ndarray().tobytes())
    return path


def camera(clip: Path) -> str:
    """Chromium's flag for it."""
    return f"--use-file-for-fake-video-capture={clip}"
